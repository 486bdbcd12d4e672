"""Protobuf on the wire, field by field."""

VARINT, FIXED64, BYTES, START_GROUP, END_GROUP, FIXED32 = range(6)


class WireError(Exception):
    """What is wrong, in the words of gogo/protobuf."""


class WireReader:
    """Reads a serialized message from its first byte on, as gogo/protobuf does."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.at = 0

    def varint(self) -> int:
        """A number."""
        value = shift = 0
        while True:
            if shift >= 64:
                raise WireError("proto: integer overflow")
            if self.at >= len(self.body):
                raise WireError("unexpected EOF")
            byte = self.body[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value & 0xFFFF_FFFF_FFFF_FFFF

    def skip_bytes(self, count: int) -> None:
        """Pass over some bytes."""
        if count >= 1 << 63:
            raise WireError("proto: negative length found during unmarshaling")
        if self.at + count > len(self.body):
            raise WireError("unexpected EOF")
        self.at += count

    def skip(self, wire_type: int) -> None:
        """Pass over a value of a wire type."""
        if wire_type == VARINT:
            self.varint()
        elif wire_type in (FIXED64, FIXED32):
            self.skip_bytes(8 if wire_type == FIXED64 else 4)
        elif wire_type == BYTES:
            self.skip_bytes(self.varint())
        elif wire_type == START_GROUP:
            self._skip_group()
        else:
            raise WireError(f"proto: illegal wireType {wire_type}")

    def _skip_group(self) -> None:
        """Skip to the end of a group that has begun, however deep others are nested in it."""
        depth = 1
        while depth:
            wire_type = self.varint() & 7
            if wire_type == START_GROUP:
                depth += 1
            elif wire_type == END_GROUP:
                depth -= 1
            else:
                self.skip(wire_type)
