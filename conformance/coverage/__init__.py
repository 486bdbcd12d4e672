"""Proves that the corpus covers the API: what a server may get wrong, requirements notice.

Every RPC, every field of its request and its response and every error code is falsified in turn
by a proxy between the corpus and a server that is right; at least one requirement has to fail.
"""
