"""Reads a member of a JSON object as the bytes that it came in: a payload is judged by these."""

import json

_DECODER = json.JSONDecoder(strict=False)
_BLANKS = " \t\r\n"


def raw_member(text: str, *path: str) -> str | None:
    """The text of the value at `path` in the object that `text` is; None if there is none."""
    start = _skip(text, 0)
    for name in path:
        found = _member(text, start, name)
        if found is None:
            return None
        start = found
    return text[start : _end(text, start)]


def _member(text: str, at: int, name: str) -> int | None:
    """Where the value of the last member `name` begins, in the object that begins at `at`."""
    found = None
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        if key == name:
            found = at
        at = _skip(text, _end(text, at))
        at = _skip(text, at + 1) if text[at] == "," else at
    return found


def _end(text: str, at: int) -> int:
    return _DECODER.raw_decode(text, at)[1]


def _skip(text: str, at: int) -> int:
    while text[at] in _BLANKS:
        at += 1
    return at
