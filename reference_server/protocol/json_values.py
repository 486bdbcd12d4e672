"""JSON taken apart without changing what stands in it: payloads keep every byte of theirs."""

import re
from collections.abc import Iterator

from reference_server.api.json_text import is_json

_SPACE = b" \t\r\n"
_TOKEN = re.compile(
    rb"[ \t\r\n]*+(?:(?P<open>[\[{])|(?P<close>[\]}])|(?P<mark>[,:])"
    rb'|(?P<scalar>"(?:[^"\\]++|\\.)*+"|[^\[\]{},:" \t\r\n]++))',
    re.DOTALL,
)


class MalformedError(Exception):
    """Bytes that are not what the protocol expects."""


def first_value(text: bytes, start: int) -> int:
    """Where the JSON value ends that begins at `start`; raises `MalformedError`."""
    end, depth = start, 0
    while True:
        token = _TOKEN.match(text, end)
        if token is None or (token["mark"] and not depth):
            raise MalformedError
        end = token.end()
        if token["open"]:
            depth += 1
        elif token["close"]:
            depth -= 1
        if depth <= 0:
            break
    if not is_json(text[start:end]):
        raise MalformedError
    return end


def concatenated(text: bytes) -> Iterator[bytes]:
    """The values of a text that holds any number, one after the other."""
    end = 0
    while text[end:].strip(_SPACE):
        start, end = end, first_value(text, end)
        yield text[start:end]


def members(value: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names, still quoted, and values of a JSON object; raises `MalformedError` for others."""
    parts = _parts(value, b"{")
    return zip(parts, parts, strict=True)


def elements(value: bytes) -> Iterator[bytes]:
    """The values of a JSON array; raises `MalformedError` for others."""
    return _parts(value, b"[")


def _parts(value: bytes, opening: bytes) -> Iterator[bytes]:
    value = value.strip(_SPACE)
    if not value.startswith(opening):
        raise MalformedError
    return _split(value)


def _split(value: bytes) -> Iterator[bytes]:
    depth, start, end = 0, 1, 1
    while True:
        token = _TOKEN.match(value, end)
        if token is None:
            raise MalformedError
        end = token.end()
        is_last = token["close"] and not depth
        if is_last or (token["mark"] and not depth):
            part = value[start : token.start()].strip(_SPACE)
            if part:
                yield part
            if is_last:
                return
            start = end
        elif token["open"]:
            depth += 1
        elif token["close"]:
            depth -= 1
