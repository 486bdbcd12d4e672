"""Regular expressions of options, as Go's library reads them."""

import re
from functools import lru_cache

_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "ascii": r"\x00-\x7F",
    "blank": r"\t ",
    "cntrl": r"\x00-\x1F\x7F",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_PIECE = re.compile(r"\\.|\[:\^?[a-z]+:\]|\[\^?\]?|[\]$]|[^\\\[\]$]+", re.DOTALL)


@lru_cache(maxsize=1000)
def compiled(pattern: str) -> re.Pattern[str]:
    """The expression in Python's words; raises `re.error`.

    In Go `$` is the end of the text alone, unless (?m) is on, and the classes are ASCII's.
    """
    is_multiline = re.search(r"\(\?[a-zA-Z]*m[a-zA-Z]*[:)-]", pattern) is not None
    text, is_inside = "", False
    for piece in _PIECE.findall(pattern):
        if is_inside and piece.startswith("[:"):
            text += _class_of(piece)
        elif piece == r"\z":
            text += r"\Z"
        elif piece == "$" and not is_inside:
            text += "$" if is_multiline else r"\Z"
        else:
            text += rf"\{piece}" if is_inside and piece.startswith("[") else piece
            is_inside = piece.startswith("[") or (is_inside and piece != "]")
    return re.compile(text, re.ASCII)


def is_found(pattern: str, text: str) -> bool:
    """Whether the expression matches anywhere in the text."""
    return compiled(pattern).search(text) is not None


def _class_of(piece: str) -> str:
    name = piece[2:-2]
    members = _POSIX.get(name)
    if members is None:
        raise re.error(f"{piece} is no class that is known here")
    return members
