"""The one exception of the suite for something its user has to put right."""


class Problem(Exception):
    """Bad input: one line that says what is wrong and what to do about it.

    Every command prints it without a traceback and exits with 2.
    """
