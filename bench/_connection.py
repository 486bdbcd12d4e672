"""One HTTP/2 connection that carries gRPC calls; does no I/O, knows no clock.

Bytes of the peer go into `receive`, bytes for it come out of `outgoing`. A call has a token, which
comes back in `done`, or with what went wrong in `failed`. The common answer (headers, one message,
trailers, each in a frame of its own) is read in place; everything else goes the long way, through
`Answer`.
"""

from collections.abc import Callable, Sequence
from typing import Any

from bench import _frames as h2
from bench._answer import Answer, Ended, is_opening, is_success, status_of_reset
from bench._control import Control
from bench._frames import HEAD, HEAD_SIZE, ErrorCode, ProtocolError
from bench._headers import AnswerHeaders, Headers, RequestHeaders
from bench._outgoing import Outgoing, Request

_RECEIVE_WINDOW = 2**30
_STREAM_WINDOW = 2**20
_TOP_UP = 2**24

Judge = Callable[[bytes], str]
"""Says of a response what API error it holds; blank if none."""


class Connection:
    """See the module. `common` are the headers of every request, `judge` reads the responses.

    `is_shallow`: an API error stands in the field `error` of a response and nowhere deeper.
    """

    def __init__(self, common: Headers, judge: Judge, *, is_shallow: bool = True) -> None:
        self.outgoing = Outgoing()
        self.control = Control(self.outgoing)
        self.open: dict[int, Any] = {}
        self.done: list[Any] = []
        self.failed: list[tuple[Any, Ended]] = []
        self.answers: list[tuple[Any, bytes]] = []
        self.messages: list[tuple[Any, bytes]] = []
        self._judge = judge
        self._is_shallow = is_shallow
        self._request_headers = RequestHeaders(common)
        self._answer_headers = AnswerHeaders()
        self._opens: set[bytes] = set()
        self._succeeds: set[bytes] = set()
        # By stream: None once its headers came, the verdict once its message came, or an Answer.
        self._states: dict[int, Any] = {}
        self._next = 1
        self._rest = b""
        self._received = 0
        self._continued: tuple[int, int, bytes] | None = None
        self.outgoing.chunks += [
            h2.PREFACE,
            h2.settings({h2.ENABLE_PUSH: 0, h2.INITIAL_WINDOW_SIZE: _STREAM_WINDOW}),
            h2.window_update(0, _RECEIVE_WINDOW - h2.DEFAULT_WINDOW),
        ]

    @property
    def room(self) -> int:
        """How many calls the peer lets us start now; 0 for good once the connection ends."""
        if self.control.is_closing:
            return 0
        left = (h2.LAST_STREAM + 2 - self._next) // 2
        if left <= 0:
            self.control.close()
        return max(0, min(self.control.most_streams - len(self.open), left))

    def call(self, request: Request, tokens: Sequence[Any]) -> None:
        """Start a call for each token. The caller keeps to `room`."""
        left = len(tokens)
        first = self._next
        streams = range(first, first + 2 * left, 2)
        self._next = streams.stop
        self.open.update(zip(streams, tokens, strict=True))
        outgoing, size = self.outgoing, len(request.framed)
        while left:
            block, is_lasting = self._request_headers.block(request.path)
            count = min(left, outgoing.whole(size)) if is_lasting else 0
            if count:
                count = min(count, request.repeats(block, outgoing.max_frame))
                outgoing.sent(request.run(first, count), count * size)
            else:
                outgoing.send(first, block, request.framed)
                count = 1
            first += 2 * count
            left -= count

    def ask(self, request: Request, token: Any) -> None:
        """Start a call whose response is wanted: it comes in `answers`."""
        self._states[self._next] = Answer(keeps=True)
        self.call(request, (token,))

    def listen(self, request: Request, token: Any) -> None:
        """Start a call with a stream of responses: each comes in `messages`."""
        self._states[self._next] = Answer(streams=True)
        self.call(request, (token,))

    def cancel(self, stream: int, ended: Ended) -> None:
        """Give a call up."""
        self.outgoing.chunks.append(h2.reset(stream, ErrorCode.CANCEL))
        self._fail(stream, ended)

    def lose(self, why: str) -> None:
        """The connection is gone, and with it every call that is open."""
        for stream in list(self.open):
            self._fail(stream, Ended("UNAVAILABLE", why))

    def receive(self, data: bytes) -> None:  # noqa: C901  (the one hot loop)
        """Take in bytes of the peer. Raises `ProtocolError` if it breaks the protocol."""
        if self._rest:
            data = self._rest + data
        end, position = len(data), 0
        states, opened = self._states, self.open
        opens, succeeds, shallow = self._opens, self._succeeds, self._is_shallow
        done, unpack, missing = self.done.append, HEAD.unpack_from, ""
        calm = self._continued is None
        while end - position >= HEAD_SIZE:
            high, low, kind, flags, stream = unpack(data, position)
            start = position + HEAD_SIZE
            position = start + (high << 8 | low)
            if position > end:
                position = start - HEAD_SIZE
                self._check_size(high << 8 | low)
                break
            if kind == 1 and calm:
                block = data[start:position]
                if flags == 5:
                    if block in succeeds and states.get(stream, missing) == "ok":
                        del states[stream]
                        done(opened.pop(stream))
                        continue
                elif flags == 4 and block in opens and stream in opened and stream not in states:
                    states[stream] = None
                    continue
            elif (
                kind == 0
                and calm
                and flags == 0
                and low > 4
                and not high
                and states.get(stream, missing) is None
                and data[start : start + 3] == b"\0\0\0"
                and (data[start + 3] << 8 | data[start + 4]) == low - 5
            ):
                self._received += low
                # Nothing, or one field `result` that fills the message: no error is in it.
                is_plain = low == 5 or (
                    low > 6 and data[start + 5] == 0x12 and data[start + 6] == low - 7 < 128
                )
                if is_plain and shallow:
                    states[stream] = "ok"
                else:
                    states[stream] = self._judge(data[start + 5 : position]) or "ok"
                continue
            self._take(kind, flags, stream & h2.LAST_STREAM, data[start:position])
            calm = self._continued is None
        self._rest = data[position:]
        if self.outgoing.is_waiting:
            self.outgoing.abandon(self.open)
        if self._received >= _TOP_UP:
            self.outgoing.chunks.append(h2.window_update(0, self._received))
            self._received = 0

    def _take(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        """The long way: any frame, in any state."""
        self._check_size(len(payload))
        if self._continued is not None and (kind, stream) != (h2.CONTINUATION, self._continued[0]):
            raise ProtocolError(ErrorCode.PROTOCOL_ERROR, "a header block was interrupted")
        if kind == h2.DATA:
            self._take_data(flags, self._known(stream), payload)
        elif kind == h2.HEADERS:
            self._known(stream)
            self._take_block(flags, stream, flags, without_priority(flags, payload))
        elif kind == h2.CONTINUATION:
            if self._continued is None:
                raise ProtocolError(ErrorCode.PROTOCOL_ERROR, "CONTINUATION out of place")
            _, first_flags, before = self._continued
            self._continued = None
            if len(before) + len(payload) > 2**18:
                raise ProtocolError(ErrorCode.ENHANCE_YOUR_CALM, "an endless header block")
            self._take_block(flags, stream, first_flags, before + payload)
        elif kind == h2.RST_STREAM:
            self._take_reset(self._known(stream), payload)
        elif kind == h2.PUSH_PROMISE:
            raise ProtocolError(ErrorCode.PROTOCOL_ERROR, "PUSH_PROMISE without leave")
        else:
            self._take_control(kind, flags, stream, payload)

    def _take_control(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        if kind == h2.WINDOW_UPDATE and stream:
            self._known(stream)
        for name, value in self.control.take(kind, flags, stream, payload):
            if name == h2.HEADER_TABLE_SIZE:
                self._request_headers.limit_table(value)
        if self.control.last_stream is not None:
            last = self.control.last_stream
            for refused in [number for number in self.open if number > last]:
                self._fail(refused, Ended("UNAVAILABLE", "GOAWAY before the call was taken"))

    def _known(self, stream: int) -> int:
        if stream % 2 == 0 or stream >= self._next:
            raise ProtocolError(ErrorCode.PROTOCOL_ERROR, f"a frame on idle stream {stream}")
        return stream

    def _check_size(self, size: int) -> None:
        if size > h2.DEFAULT_FRAME:
            raise ProtocolError(ErrorCode.FRAME_SIZE_ERROR, f"a frame of {size} bytes")

    def _answer(self, stream: int) -> Answer | None:
        """The state of a call as an `Answer`; None for a call that has ended."""
        if stream not in self.open:
            return None
        state = self._states.get(stream, "new")
        if not isinstance(state, Answer):
            state = Answer.resumed(state)
            self._states[stream] = state
        return state

    def _take_block(self, flags: int, stream: int, first_flags: int, block: bytes) -> None:
        if not flags & h2.END_HEADERS:
            self._continued = (stream, first_flags, block)
            return
        headers = self._answer_headers.decode(block)
        is_last = bool(first_flags & h2.END_STREAM)
        self._remember(block, headers, is_last=is_last)
        answer = self._answer(stream)
        if answer is None:
            return
        answer.take_headers(headers, is_last=is_last)
        self._settle(stream, answer)

    def _remember(self, block: bytes, headers: Headers, *, is_last: bool) -> None:
        """Keep the blocks that the short way may look up."""
        if not self._answer_headers.known:
            self._opens.clear()
            self._succeeds.clear()
        elif block in self._answer_headers.known:
            if is_last and is_success(headers):
                self._succeeds.add(block)
            elif not is_last and is_opening(headers):
                self._opens.add(block)

    def _take_data(self, flags: int, stream: int, payload: bytes) -> None:
        self._received += len(payload)
        data = unpadded(flags, payload)
        answer = self._answer(stream)
        if answer is None:
            return
        is_last = bool(flags & h2.END_STREAM)
        answer.take_data(data, is_last=is_last)
        if answer.streams:
            token = self.open[stream]
            self.messages += ((token, message) for message in answer.take_messages())
        answer.received += len(payload)
        if answer.received >= _STREAM_WINDOW // 2 and not is_last:
            self.outgoing.chunks.append(h2.window_update(stream, answer.received))
            answer.received = 0
        self._settle(stream, answer)

    def _take_reset(self, stream: int, payload: bytes) -> None:
        if len(payload) != 4:
            raise ProtocolError(ErrorCode.FRAME_SIZE_ERROR, "RST_STREAM")
        self.outgoing.forget(stream)
        if stream in self.open:
            self._fail(stream, status_of_reset(int.from_bytes(payload, "big")))

    def _settle(self, stream: int, answer: Answer) -> None:
        """End a call whose answer is whole, or cannot be one."""
        ended = answer.ended(self._judge)
        if ended is None:
            return
        if self.outgoing.forget(stream) or not answer.is_over:
            self.outgoing.chunks.append(h2.reset(stream, ErrorCode.CANCEL))
        if ended.status != "OK" or ended.api_error:
            self._fail(stream, ended)
            return
        del self._states[stream]
        token = self.open.pop(stream)
        if answer.keeps:
            self.answers.append((token, answer.message))
        else:
            self.done.append(token)

    def _fail(self, stream: int, ended: Ended) -> None:
        self.outgoing.forget(stream)
        self._states.pop(stream, None)
        self.failed.append((self.open.pop(stream), ended))


def without_priority(flags: int, payload: bytes) -> bytes:
    """The header block, or its first part, of a HEADERS frame."""
    block = unpadded(flags, payload)
    if not flags & h2.HAS_PRIORITY:
        return block
    if len(block) < 5:
        raise ProtocolError(ErrorCode.FRAME_SIZE_ERROR, "HEADERS without its priority")
    return block[5:]


def unpadded(flags: int, payload: bytes) -> bytes:
    """The payload without its padding."""
    if not flags & h2.PADDED:
        return payload
    if not payload or payload[0] >= len(payload):
        raise ProtocolError(ErrorCode.PROTOCOL_ERROR, "padding longer than its frame")
    return payload[1 : len(payload) - payload[0]]
