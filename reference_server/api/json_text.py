"""Whether bytes are JSON, as Go's `encoding/json` judges it.

Python's parser will not do: it refuses invalid UTF-8 in a string, deep nesting and long numbers,
and takes UTF-16 and NaN.
"""

import re

_DEPTH = 10_000
_SPACE = b" \t\r\n"
_SCALAR = re.compile(
    rb'(?P<string>"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")'
    rb"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null"
)
_VALUE, _ITEM_OR_END, _KEY, _KEY_OR_END, _COLON = range(5)
_AFTER, _AFTER_ITEM, _AFTER_FIELD, _NOTHING = range(5, 9)
_STRING, _OTHER = "s", "o"
_VALUE_STARTS = {_STRING: _AFTER, _OTHER: _AFTER, "{": _KEY_OR_END, "[": _ITEM_OR_END}
_FOLLOWING = {
    _VALUE: _VALUE_STARTS,
    _ITEM_OR_END: _VALUE_STARTS | {"]": _AFTER},
    _KEY: {_STRING: _COLON},
    _KEY_OR_END: {_STRING: _COLON, "}": _AFTER},
    _COLON: {":": _VALUE},
    _AFTER_ITEM: {",": _VALUE, "]": _AFTER},
    _AFTER_FIELD: {",": _KEY, "}": _AFTER},
    _NOTHING: {},
}
"""What may stand where, and what is expected after it."""


def is_json(data: bytes) -> bool:
    """Whether `data` is one JSON value, spaces around it allowed."""
    # What is left of a text without its scalars and spaces is its structure.
    structure = _SCALAR.sub(_symbol, data).translate(None, _SPACE)
    expected, nesting = _VALUE, [_NOTHING]
    for symbol in structure.decode("latin-1"):
        following = _FOLLOWING[expected].get(symbol)
        if following is None:
            return False
        if symbol in "{[":
            nesting.append(_AFTER_FIELD if symbol == "{" else _AFTER_ITEM)
            if len(nesting) > _DEPTH + 1:
                return False
        elif symbol in "}]":
            nesting.pop()
        expected = nesting[-1] if following == _AFTER else following
    return expected == _NOTHING


def is_json_object(data: bytes) -> bool:
    """Whether `data` is a JSON object, spaces around it allowed."""
    return data.lstrip(_SPACE).startswith(b"{") and is_json(data)


def _symbol(scalar: re.Match[bytes]) -> bytes:
    return (_OTHER if scalar["string"] is None else _STRING).encode()


def is_of_format(data: bytes, data_format: str) -> bool:
    """Whether data is of a namespace's `publication_data_format`; blank is any but empty (6)."""
    if not data or data_format == "binary":
        return data_format == "binary"
    is_valid = _FORMATS.get(data_format)
    return is_valid is None or is_valid(data)


_FORMATS = {"json": is_json, "json_object": is_json_object}
