"""A gRPC server of unusual but legal frames, drawn at random, that knows what each call has to be.

`python -m tests.bench.unusual 100000` tries that many, and as many with a broken frame among them.
"""

import sys
import time
from collections.abc import Callable
from random import Random

import pytest
from h2.settings import SettingCodes
from hpack import Encoder

from bench import _frames as h2
from bench._frames import ProtocolError
from bench._outgoing import Request
from tests.bench.peer import OPENING, PATH, SUCCESS, Peer, framed

BROKEN: tuple[Callable[[int], bytes], ...] = (
    lambda stream: h2.frame(h2.DATA, 0, 0, b"x"),
    lambda stream: h2.frame(h2.HEADERS, h2.END_HEADERS, 0, b"\x88"),
    lambda stream: h2.frame(h2.HEADERS, h2.END_HEADERS, 2**31 - 1, b"\x88"),
    lambda stream: h2.frame(h2.HEADERS, h2.END_HEADERS, stream, b"\xff\x80"),
    lambda stream: h2.frame(h2.HEADERS, h2.END_HEADERS | h2.HAS_PRIORITY, stream, b"\0\0"),
    lambda stream: h2.frame(h2.HEADERS, h2.END_HEADERS | h2.PADDED, stream, b"\x09\x88"),
    lambda stream: h2.frame(h2.HEADERS, 0, stream, b"\x88") + h2.frame(h2.DATA, 0, stream),
    lambda stream: h2.frame(h2.CONTINUATION, h2.END_HEADERS, stream, b"\x88"),
    lambda stream: h2.frame(h2.DATA, h2.PADDED, stream, b""),
    lambda stream: h2.frame(h2.PUSH_PROMISE, h2.END_HEADERS, stream, bytes(4)),
    lambda stream: h2.frame(h2.PING, 0, stream, bytes(8)),
    lambda stream: h2.frame(h2.PRIORITY, 0, stream, bytes(4)),
    lambda stream: h2.frame(h2.RST_STREAM, 0, stream + 200, bytes(4)),
    lambda stream: h2.frame(h2.GOAWAY, 0, 0, bytes(7)),
    lambda stream: h2.settings({h2.ENABLE_PUSH: 1}),
    lambda stream: h2.settings({h2.MAX_FRAME_SIZE: 2**24}),
    lambda stream: h2.window_update(0, 0),
    lambda stream: h2.window_update(stream + 200, 1),
    lambda stream: h2.frame(h2.DATA, 0, stream, bytes(16_385)),
    lambda stream: b"HTTP/1.1 502 Bad Gateway\r\n\r\n",
)


class Unusual:
    """Draws the answers to some calls; `expected` says by token how each has to end."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        self._peer = Peer({SettingCodes.INITIAL_WINDOW_SIZE: draw.choice((0, 1, 50, 65_535))})
        self._encoder = Encoder()
        self.expected: dict[str, str] = {}

    def run(self, *, is_broken: bool = False) -> None:
        """Answer some rounds of calls, and hold what the client makes of it to what is expected."""
        peer, draw = self._peer, self._draw
        peer.settle()
        for _ in range(draw.randint(1, 3)):
            message = bytes(draw.choice((0, 5, 40, 300)))
            self._give(h2.settings({h2.MAX_CONCURRENT_STREAMS: 100}))
            first = peer.client._next
            tokens = [f"{first + 2 * n}" for n in range(draw.randint(1, 6))]
            peer.client.call(_request(message), tokens)
            for token in tokens:
                self.expected[token] = "sent"
            peer.settle()
            self._open_windows([int(token) for token in tokens])
            # Known by now, so that a wrong mark on one of the blocks would show.
            self._answer([int(token) for token in tokens], is_broken=is_broken)
            if is_broken:
                return
        self._compare()
        assert not peer.client.open
        assert set(peer.bodies) == {int(token) for token in self.expected}

    def _answer(self, streams: list[int], *, is_broken: bool) -> None:
        """Answer the calls side by side; header blocks are made in the order they are sent in."""
        draw, peer = self._draw, self._peer
        left = {stream: self._steps(stream) for stream in streams}
        breaks_at = draw.randint(0, 3 * len(streams)) if is_broken else -1
        data, count = bytearray(), 0
        while left and count != breaks_at:
            stream = draw.choice(list(left))
            data += left[stream].pop(0)()
            if not left[stream]:
                del left[stream]
            while draw.random() < 0.3:
                data += self._between(draw.choice(streams))
            count += 1
        if is_broken:
            self._break(bytes(data), draw.choice(BROKEN)(draw.choice(streams)))
            return
        self._give(bytes(data))
        peer.settle()

    def _break(self, good: bytes, bad: bytes) -> None:
        self._give(good)
        client, before = self._peer.client, len(self._peer.client.done)
        with pytest.raises(ProtocolError) as caught:
            # The rest shows the end of those that a part of a frame was added to.
            self._give(bad + h2.frame(h2.PING, 0, 0, bytes(8)))
        assert str(caught.value).startswith(caught.value.code.name)
        assert len(client.done) == before, "an answer after the end"
        client.lose(str(caught.value))
        assert not client.open
        assert len(client.done) + len(client.failed) == len(self.expected)
        right = {token for token, ended in self.expected.items() if ended == "ok"}
        assert set(client.done) <= right

    def _give(self, data: bytes) -> None:
        draw, client = self._draw, self._peer.client
        size = draw.choice((1, 7, 64, 1 << 20))
        for start in range(0, len(data), size):
            client.receive(data[start : start + size])

    def _compare(self) -> None:
        client = self._peer.client
        ended = dict.fromkeys(client.done, "ok") | {t: str(e) for t, e in client.failed}
        assert len(client.done) + len(client.failed) == len(ended), "a call ended twice"
        assert ended == self.expected

    def _open_windows(self, streams: list[int]) -> None:
        """What the windows held back arrives in pieces, and the windows may shrink meanwhile."""
        peer, draw = self._peer, self._draw
        while waiting := [stream for stream in streams if stream not in peer.ended]:
            if draw.random() < 0.2:
                size = draw.choice((0, 3, 70_000))
                peer.server.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: size})
                peer.settle()
            for stream in waiting:
                if stream not in peer.ended:
                    peer.server.increment_flow_control_window(draw.randint(1, 200), stream)
                    peer.settle()

    def _between(self, stream: int) -> bytes:
        """A frame of no call, which changes nothing of what the calls have to be."""
        draw, server = self._draw, self._peer.server
        kind = draw.randrange(8)
        if kind == 0:
            server.ping(draw.randbytes(8))
        elif kind == 1:
            server.update_settings({SettingCodes.HEADER_TABLE_SIZE: draw.choice((0, 60, 4096))})
        elif kind == 2:
            server.update_settings({SettingCodes.MAX_FRAME_SIZE: draw.choice((16_384, 100_000))})
        elif kind == 3:
            return h2.settings({h2.MAX_CONCURRENT_STREAMS: draw.randint(0, 9)})
        elif kind == 4:
            server.increment_flow_control_window(draw.randint(1, 9))
        elif kind == 5:
            return h2.frame(draw.randint(10, 255), draw.randrange(256), stream, draw.randbytes(4))
        elif kind == 6:
            return h2.frame(h2.PRIORITY, draw.randrange(256), stream, bytes(5))
        else:
            return b"".join(h2.frame(h2.PING, 0, 0, bytes(8)) for _ in range(30))
        return bytes(server.data_to_send())

    def _steps(self, stream: int) -> list[Callable[[], bytes]]:
        """How a call is answered, step by step."""
        draw = self._draw
        kind = draw.choice(("ok", "ok", "ok", "error", "status", "reset", "refused", "bare end"))
        steps: list[Callable[[], bytes]] = []
        while draw.random() < 0.15:
            steps.append(lambda: self._block(stream, [(":status", "103"), ("link", "x")]))
        if kind == "reset":
            code = draw.choice((h2.ErrorCode.NO_ERROR, h2.ErrorCode.CANCEL))
            named = "INTERNAL" if code == h2.ErrorCode.NO_ERROR else "CANCELLED"
            self.expected[f"{stream}"] = f"{named} RST_STREAM {code.name}"
            return [*steps, lambda: h2.reset(stream, code)]
        if kind == "refused":
            self.expected[f"{stream}"] = "UNAVAILABLE RST_STREAM REFUSED_STREAM"
            return [*steps, lambda: h2.reset(stream, h2.ErrorCode.REFUSED_STREAM)]
        if kind == "status":
            self.expected[f"{stream}"] = "RESOURCE_EXHAUSTED too much"
            trailers = [*OPENING, ("grpc-status", "8"), ("grpc-message", "too%20much")]
            return [*steps, lambda: self._block(stream, trailers, is_last=True)]
        message = b"\x0a\x02\x08\x6b" if kind == "error" else draw.choice((b"", b"\x12\x00"))
        if draw.random() < 0.2 and kind == "ok":
            message = b"\x12" + draw.randbytes(draw.randint(1, 600))
        self.expected[f"{stream}"] = "107 bad request" if kind == "error" else "ok"
        steps.append(lambda: self._block(stream, OPENING))
        body = framed(message)
        while body:
            piece = body[: draw.choice((1, 3, 7, len(body), len(body)))]
            body = body[len(piece) :]
            steps.append(lambda piece=piece: self._data(stream, piece))  # type: ignore[misc]
            while draw.random() < 0.1:
                steps.append(lambda: self._data(stream, b""))
        if kind == "bare end":
            self.expected[f"{stream}"] = "UNKNOWN no gRPC status"
            return [*steps, lambda: h2.frame(h2.DATA, h2.END_STREAM, stream)]
        return [*steps, lambda: self._block(stream, SUCCESS, is_last=True)]

    def _data(self, stream: int, piece: bytes) -> bytes:
        if self._draw.random() < 0.2:
            padding = self._draw.choice((0, 1, 255))
            return h2.frame(h2.DATA, h2.PADDED, stream, bytes([padding]) + piece + bytes(padding))
        return h2.frame(h2.DATA, 0, stream, piece)

    def _block(
        self, stream: int, headers: list[tuple[str, str]], *, is_last: bool = False
    ) -> bytes:
        """A header block: indexed or not, huffman or not, padded, with a priority, in pieces."""
        draw, encoder = self._draw, self._encoder
        while draw.random() < 0.1:
            size = draw.choice((0, 40, 100, 4096))
            if size != encoder.header_table_size:
                encoder.header_table_size = size
        if draw.random() < 0.2:
            headers = [*headers, (f"x-{draw.randrange(3)}", draw.choice(("a", "b", "c" * 90)))]
        plain = draw.random() < 0.2
        block = bytes(
            encoder.encode([(*pair, plain) for pair in headers], huffman=draw.random() < 0.7)
        )
        flags = h2.END_STREAM if is_last else 0
        if draw.random() < 0.6:
            return h2.frame(h2.HEADERS, flags | h2.END_HEADERS, stream, block)
        cuts = sorted(draw.randint(0, len(block)) for _ in range(draw.randint(0, 3)))
        pieces = [block[a:b] for a, b in zip([0, *cuts], [*cuts, len(block)], strict=True)]
        first = pieces[0]
        if draw.random() < 0.5:
            flags, first = flags | h2.HAS_PRIORITY, bytes(5) + first
        if draw.random() < 0.5:
            padding = draw.choice((0, 3, 200))
            flags, first = flags | h2.PADDED, bytes([padding]) + first + bytes(padding)
        if len(pieces) == 1:
            flags |= h2.END_HEADERS
        frames = [h2.frame(h2.HEADERS, flags, stream, first)]
        for number, piece in enumerate(pieces[1:], 2):
            end = h2.END_HEADERS if number == len(pieces) else 0
            frames.append(h2.frame(h2.CONTINUATION, end, stream, piece))
        return b"".join(frames)


def _request(message: bytes) -> Request:
    return Request(PATH, message)


def mutated(draw: Random) -> None:
    """Right bytes with some wrong ones among them end the connection at worst, and lose no call."""
    peer = Peer()
    peer.settle()
    count = draw.randint(1, 5)
    tokens = [f"{number}" for number in range(count)]
    peer.client.call(_request(b"x"), tokens)
    sent = b"".join(peer.client.outgoing.chunks)
    peer.client.outgoing.chunks.clear()
    peer.server.receive_data(sent)
    for number in range(count):
        peer.answer(2 * number + 1)
    data = bytearray(peer.server.data_to_send())
    for _ in range(draw.randint(1, 4)):
        data[draw.randrange(len(data))] = draw.randrange(256)
    client = peer.client
    try:
        client.receive(bytes(data))
    except ProtocolError as error:
        client.lose(str(error))
    ended = [*client.done, *(token for token, _ in client.failed), *client.open.values()]
    assert sorted(ended) == tokens


def main(count: int) -> None:
    """Try so many of each kind."""
    began = time.monotonic()
    for seed in range(count):
        try:
            Unusual(Random(seed)).run()
            Unusual(Random(seed)).run(is_broken=True)
            mutated(Random(seed))
        except BaseException:
            print(f"seed {seed}", file=sys.stderr)
            raise
    print(f"{count} of each kind in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]))
