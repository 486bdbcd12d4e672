"""Tests of the pages, and of the result files that they are made of."""
