"""JSON as the real servers write it, byte for byte.

2.8 writes with Go's `encoding/json`, which compacts embedded payloads and checks each of them;
later releases write with code of their own, which only takes the line breaks out of a payload
(protocol 0.8.8 and later, raw.go, encode_writer.go).
"""

import re
from collections.abc import Callable

from reference_server.api.json_text import is_json

MOST_NESTED = 10_000
"""How deep Go's encoder lets values nest."""

_STRING_OR_SPACE = re.compile(rb'("(?:[^"\\]++|\\.)*+")|[ \t\r\n]++', re.DOTALL)
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_NOT_PLAIN = re.compile(rb'[^ -~]|["\\<>&]')
_HTML = (
    (b"<", b"\\u003c"),
    (b">", b"\\u003e"),
    (b"&", b"\\u0026"),
    ("\u2028".encode(), b"\\u2028"),
    ("\u2029".encode(), b"\\u2029"),
)


def _escapes(short: dict[int, str]) -> dict[int, str]:
    invalid = {0xDC00 + byte: "\\ufffd" for byte in range(0x80, 0x100)}
    controls = {code: f"\\u{code:04x}" for code in [*range(0x20), *b"<>&", 0x2028, 0x2029]}
    return invalid | controls | {ord('"'): '\\"', ord("\\"): "\\\\"} | short


_LATER_ESCAPES = _escapes({10: "\\n", 13: "\\r", 9: "\\t"})
_GO_ESCAPES = _escapes({10: "\\n", 13: "\\r", 9: "\\t", 8: "\\b", 12: "\\f"})

Quote = Callable[[bytes], bytes]
"""Writes UTF-8 text, or what should be, as a JSON string."""


def _quoting(escapes: dict[int, str]) -> Quote:
    def quote(text: bytes) -> bytes:
        if _NOT_PLAIN.search(text) is None:
            return b'"%b"' % text
        # An invalid byte is a surrogate here, and becomes one U+FFFD each, as in Go.
        decoded = text.decode("utf-8", "surrogateescape")
        return b'"%b"' % decoded.translate(escapes).encode()

    return quote


go_quoted = _quoting(_GO_ESCAPES)
later_quoted = _quoting(_LATER_ESCAPES)


def compacted(value: bytes) -> bytes | None:
    """A JSON value as Go's encoder embeds it; None if it is none, or nests too deep."""
    if not is_json(value):
        return None
    text = _STRING_OR_SPACE.sub(rb"\1", value)
    for character, escape in _HTML:
        text = text.replace(character, escape)
    return text


def on_one_line(value: bytes) -> bytes:
    """A payload as the later releases embed it, whatever it is."""
    return value.replace(b"\n", b"")


def nests_deeper(value: bytes, limit: int) -> bool:
    """Whether compact JSON nests deeper than `limit`."""
    if value.count(b"[") + value.count(b"{") <= limit:
        return False
    depth = 0
    for byte in _STRING.sub(b"", value):
        if byte in b"[{":
            depth += 1
            if depth > limit:
                return True
        elif byte in b"]}":
            depth -= 1
    return False
