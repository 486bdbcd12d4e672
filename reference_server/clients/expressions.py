"""Regular expressions of options, as Go's library reads them."""

import re
import sys
from functools import cache, lru_cache
from itertools import groupby
from unicodedata import category

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
_PIECE = re.compile(
    r"\\Q(?P<quoted>.*?)(?:\\E|$)|\\x\{(?P<number>[0-9a-fA-F]+)\}"
    r"|\\(?P<not>[pP])(?:\{(?P<long>\^?\w+)\}|(?P<short>\w))|\(\?(?P<flags>[imsU-]+)(?P<scope>[):])"
    r"|\(\?<(?P<name>[^=!])|\\.|\[:\^?[a-z]+:\]|\[\^?\]?|[\]$()]|[^\\\[\]$()]+",
    re.DOTALL,
)


@lru_cache(maxsize=1000)
def compiled(pattern: str) -> re.Pattern[str]:
    """The expression in Python's words; raises `re.error`.

    In Go `$` is the end of the text alone, unless (?m) is on, the classes are ASCII's, and flags
    may stand anywhere. How greedy it is counts for nothing, since matches are not shown.
    """
    return re.compile(_Writer(pattern).text, re.ASCII)


class _Writer:
    """Writes an expression anew, piece by piece."""

    def __init__(self, pattern: str) -> None:
        self.text = ""
        self._is_multiline = re.search(r"\(\?[a-zA-Z]*m[a-zA-Z]*[:)-]", pattern) is not None
        self._is_inside = False
        # How many groups, opened for flags, end with each that is open.
        self._open = [0]
        for piece in _PIECE.finditer(pattern):
            self.text += self._special(piece) if piece.lastgroup else self._plain(piece.group())
        self.text += ")" * self._open[0]

    def _special(self, piece: re.Match[str]) -> str:
        if piece["quoted"] is not None:
            return re.escape(piece["quoted"])
        if piece["number"]:
            return re.escape(chr(min(int(piece["number"], 16), sys.maxunicode)))
        if piece["not"]:
            name = piece["long"] or piece["short"]
            is_not = (piece["not"] == "P") is not name.startswith("^")
            members = _category(name.removeprefix("^"), is_not=is_not)
            return members if self._is_inside else f"[{members}]"
        if self._is_inside:
            return piece.group()
        if piece["name"]:
            self._open.append(0)
            return f"(?P<{piece['name']}"
        return self._flagged(piece["flags"].replace("U", "").removesuffix("-"), piece["scope"])

    def _flagged(self, flags: str, scope: str) -> str:
        if scope == ":":
            self._open.append(0)
        else:
            self._open[-1] += 1
        return f"(?{flags}:"

    def _plain(self, piece: str) -> str:
        if self._is_inside:
            if piece.startswith("[:"):
                return _class_of(piece)
            self._is_inside = piece != "]"
            return rf"\{piece}" if piece.startswith("[") else piece
        self._is_inside = piece.startswith("[")
        if piece == "(":
            self._open.append(0)
        if piece == ")" and len(self._open) > 1:
            return ")" * (self._open.pop() + 1)
        if piece == "$":
            return "$" if self._is_multiline else r"\Z"
        return r"\Z" if piece == r"\z" else piece


def is_found(pattern: str, text: str) -> bool:
    """Whether the expression matches anywhere in the text."""
    return compiled(pattern).search(text) is not None


def _class_of(piece: str) -> str:
    name = piece[2:-2]
    members = _POSIX.get(name)
    if members is None:
        raise re.error(f"{piece} is no class that is known here")
    return members


@cache
def _category(name: str, *, is_not: bool) -> str:
    """The inside of a class of all characters of a general category of Unicode, or of the rest."""
    if not re.fullmatch("L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfsno]?", name):
        raise re.error(f"{name} is no class that is known here")
    numbers = (
        n for n in range(sys.maxunicode + 1) if category(chr(n)).startswith(name) is not is_not
    )
    runs = groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])
    ranges = (list(run) for _, run in runs)
    return "".join(f"\\U{run[0][1]:08x}-\\U{run[-1][1]:08x}" for run in ranges)
