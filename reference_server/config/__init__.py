"""Reads Centrifugo's own configuration: files, flags, environment.

Flags beat the environment, the environment beats the file, as in Centrifugo.
"""
