"""Members of a JSON object as they are written, so that payloads stay byte for byte."""

import json
from collections.abc import Iterator
from json.decoder import WHITESPACE  # type: ignore[attr-defined]


class NoObjectError(ValueError):
    """The text is no JSON object."""


def _refuse(name: str) -> None:
    raise NoObjectError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)


def members(text: str) -> dict[str, str]:
    """Name to value of an object, each value as it is written. Of equal names the last counts."""
    try:
        return dict(_members(text))
    except (ValueError, RecursionError, IndexError) as error:
        raise NoObjectError(str(error)) from None


def _members(text: str) -> Iterator[tuple[str, str]]:
    at = _expect(text, _skip(text, 0), "{")
    if text[at] == "}":
        _require_end(text, at + 1)
        return
    while True:
        name, at = _DECODER.raw_decode(text, at)
        if not isinstance(name, str):
            raise NoObjectError("a name is no string")
        start = _expect(text, _skip(text, at), ":")
        _, at = _DECODER.raw_decode(text, start)
        yield name, text[start:at]
        at = _skip(text, at)
        if text[at] == "}":
            _require_end(text, at + 1)
            return
        at = _expect(text, at, ",")


def _skip(text: str, at: int) -> int:
    end: int = WHITESPACE.match(text, at).end()
    return end


def _expect(text: str, at: int, mark: str) -> int:
    if text[at] != mark:
        raise NoObjectError(f"{mark} expected at {at}")
    return _skip(text, at + 1)


def _require_end(text: str, at: int) -> None:
    if _skip(text, at) != len(text):
        raise NoObjectError(f"more text at {at}")
