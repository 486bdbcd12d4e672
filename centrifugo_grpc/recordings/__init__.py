"""Recorded exchanges with real releases: read, repeat on a running server, compare.

A recording is a file of rows, one exchange a line, in the order of the run. What a row leaves out
of its request (which clients were connected, how long was waited) stands in a setup beside it.
"""
