"""Header blocks both ways: HPACK is the library's, what it need not do again is remembered.

A block that changes nothing in its table means the same until something else does, so requests
are encoded once and answers looked up by their bytes.
"""

from collections.abc import Iterable

from hpack import Decoder, Encoder, HPACKError, OversizedHeaderListError

from bench._frames import ErrorCode, ProtocolError

Headers = tuple[tuple[str, str], ...]

_TABLE = 4096
_MOST_HEADERS = 65_536
_ENTRY_OVERHEAD = 32
_MOST_KNOWN = 64


class RequestHeaders:
    """The header blocks of the requests on one connection."""

    def __init__(self, common: Headers) -> None:
        """`common` goes with every request, after method, scheme and path."""
        self._encoder = Encoder()
        self._common = common
        self._blocks: dict[str, bytes] = {}
        self._size = _TABLE

    def limit_table(self, size: int) -> None:
        """The peer's SETTINGS_HEADER_TABLE_SIZE."""
        if min(size, _TABLE) == self._size:
            return  # Told twice, hpack would forget to tell the peer of the change.
        self._size = min(size, _TABLE)
        self._encoder.header_table_size = self._size
        # The smallest there was and the last are told (RFC 7541, 4.2): one between them may be
        # more than the peer allows by now.
        changes = self._encoder.table_size_changes
        changes[:] = sorted({min(changes), self._size})
        self._blocks.clear()

    def block(self, path: str) -> tuple[bytes, bool]:
        """The block of a request, and whether the same bytes will do the next time."""
        known = self._blocks.get(path)
        if known is not None:
            return known, True
        headers = ((":method", "POST"), (":path", path), *self._common)
        # What does not fit the table would throw out its own entries at each turn: send it plain.
        is_plain = _table_size(headers) > self._size
        before = self._state()
        block = bytes(self._encoder.encode([(*header, is_plain) for header in headers]))
        if self._state() != before:
            self._blocks.clear()
            return block, False
        self._blocks[path] = block
        return block, True

    def _state(self) -> tuple[object, ...]:
        table = self._encoder.header_table
        return (tuple(table.dynamic_entries), table.resized, table.maxsize)


class AnswerHeaders:
    """Decodes the header blocks of answers; `known` maps the bytes of a block to its headers.

    It holds blocks that left the table as it was, and is emptied when the table changes.
    """

    def __init__(self) -> None:
        self._decoder = Decoder(max_header_list_size=_MOST_HEADERS)
        self.known: dict[bytes, Headers] = {}

    def decode(self, block: bytes) -> Headers:
        """The headers of a block; every block that is not `known` has to pass here, in order."""
        known = self.known.get(block)
        if known is not None:
            return known
        table = self._decoder.header_table
        before, size = list(table.dynamic_entries), table.maxsize
        try:
            decoded = self._decoder.decode(block, raw=True)
        except OversizedHeaderListError as error:
            raise ProtocolError(ErrorCode.ENHANCE_YOUR_CALM, "headers above 64 KiB") from error
        except HPACKError as error:
            why = "a header block that cannot be decoded"
            raise ProtocolError(ErrorCode.COMPRESSION_ERROR, why) from error
        headers = tuple((_text(name), _text(value)) for name, value in decoded)
        # By value: an entry thrown out and put in again may lie where the old one lay.
        if table.maxsize != size or list(table.dynamic_entries) != before:
            self.known.clear()
        elif len(self.known) < _MOST_KNOWN:
            self.known[block] = headers
        return headers


def value_of(headers: Headers, name: str) -> str | None:
    """The first value of a header."""
    return next((value for key, value in headers if key == name), None)


def _table_size(headers: Iterable[tuple[str, str]]) -> int:
    return sum(len(name) + len(value) + _ENTRY_OVERHEAD for name, value in headers)


def _text(value: bytes | str) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
