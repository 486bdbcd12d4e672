"""Servers that are wrong in one way each, for the corpus to be judged by."""
