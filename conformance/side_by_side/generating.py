"""Invents operations: every RPC and option that both endpoints have, a fifth of them refused.

Nothing that is invented can touch what others do on the same servers: channels are fresh, users,
clients and sessions are nobody's.
"""

import base64
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from centrifugo_grpc.releases import (
    BATCH_PARALLEL,
    ERROR_MODE,
    IDEMPOTENCY_KEY,
    OPEN_RPCS,
    PUBLICATION_VERSION,
    PUBLISH_B64_STORES_DATA_FIELD,
    Dialect,
    Release,
    Row,
    dialect_of,
)
from conformance.side_by_side.kinds import Kinds
from conformance.side_by_side.operations import TOP, UNKNOWN, EpochOf, Operation, Room

Fields = dict[str, Any]

_ROOMS_A_KIND = 5
_FORMS = ("{}", "{}", "{}", "${}", "{}#42", "{}:b:c", "{} ", "{}-чат")
_PAYLOADS = (b"x", b"{}", b'{"a": 1}', b"[1, 2]", b"5", b"\x00\xff", bytes(range(256)), b"y" * 2000)
_BAD_BASE64 = ("!!", "YQ", "Y Q = =", "====")
_NOBODY = tuple(f"conformance-nobody-{number}" for number in range(3))
_LIMITS = (0, -1, -5, 1, 2, 5, 100, 2**31 - 1)
_OFFSETS = (0, 1, 2, 3, 5, 9, 10, 11, 50, 2**64 - 1)
_TIMES = (0, 1, -1, 4_000_000_000, 2**62)
_KEYS = ("a", "b", "c", "ключ", "k" * 300)
_WEIGHTS = {
    "Publish": 3.0,
    "History": 3.0,
    "Broadcast": 2.5,
    "Batch": 2.5,
    "Info": 0.5,
    "RPC": 0.7,
    "MapPublish": 1.4,
    "Subscribe": 1.6,
    "Unsubscribe": 1.3,
    "Disconnect": 1.3,
    "Refresh": 1.3,
}
_BATCHED = {
    "Publish": "publish",
    "Broadcast": "broadcast",
    "Subscribe": "subscribe",
    "Unsubscribe": "unsubscribe",
    "Disconnect": "disconnect",
    "Presence": "presence",
    "PresenceStats": "presence_stats",
    "History": "history",
    "HistoryRemove": "history_remove",
    "Info": "info",
    "RPC": "rpc",
    "Refresh": "refresh",
    "Channels": "channels",
    "MapPublish": "map_publish",
    "MapRemove": "map_remove",
    "MapReadState": "map_read_state",
    "MapReadStream": "map_read_stream",
    "MapStats": "map_stats",
    "MapClear": "map_clear",
    "SharedPollPublish": "shared_poll_publish",
}
# An option that one side ignores would set their states apart for good.
_OPTION_ROWS: Mapping[str, Row[bool]] = {
    "idempotency_key": IDEMPOTENCY_KEY,
    "delta": IDEMPOTENCY_KEY,
    "version": PUBLICATION_VERSION,
    "version_epoch": PUBLICATION_VERSION,
    "parallel": BATCH_PARALLEL,
}
_TRANSPORT = (("x-centrifugo-error-mode", "transport"),)
_V2_FIELDS = frozenset({"channel", "channels", "data", "user", "method", "params"})


@dataclass(frozen=True)
class Pair:
    """The releases of the two sides, and what is known to differ between them."""

    first: Release
    second: Release

    def differ(self, row: Row[Any]) -> bool:
        """Whether a rule is another one on the other side."""
        return bool(row[self.first] != row[self.second])

    @property
    def rpcs(self) -> list[str]:
        """The RPCs that both serve."""
        return sorted(OPEN_RPCS[self.first] & OPEN_RPCS[self.second])

    @property
    def only_v2(self) -> bool:
        """Whether one side knows no more than the fields of the v2 dialect."""
        return Dialect.V2 in (dialect_of(self.first), dialect_of(self.second))

    def has(self, option: str) -> bool:
        """Whether both sides treat an option of a request in the same way."""
        if self.only_v2:
            return option in _V2_FIELDS
        row = _OPTION_ROWS.get(option)
        return row is None or not self.differ(row)


class Generator:
    """An endless sequence of operations; the same for the same seed."""

    def __init__(self, pair: Pair, kinds: Kinds, seed: int) -> None:
        self._pair = pair
        self._kinds = kinds
        self._random = random.Random(seed)
        self._once = 0
        self._rpcs = pair.rpcs
        self._weights = [_WEIGHTS.get(rpc, 1.0) for rpc in self._rpcs]
        self._batched = [rpc for rpc in self._rpcs if rpc in _BATCHED]

    def operations(self) -> Iterator[Operation]:
        """One operation after the other."""
        while True:
            (rpc,) = self._random.choices(self._rpcs, self._weights)
            yield self._operation(rpc)

    def _operation(self, rpc: str) -> Operation:
        metadata: tuple[tuple[str, str], ...] = ()
        if not self._pair.differ(ERROR_MODE) and not self._pair.only_v2 and self._chance(0.04):
            metadata = _TRANSPORT
        return Operation(rpc, self._fields(rpc), metadata)

    def _fields(self, rpc: str) -> Fields:
        makers: Mapping[str, Callable[[], Fields]] = {
            "Publish": self._publish,
            "Broadcast": self._broadcast,
            "History": self._history,
            "HistoryRemove": lambda: self._of_channel(self._kinds.with_history, 0.7),
            "Presence": lambda: self._of_channel(self._kinds.with_presence, 0.7),
            "PresenceStats": lambda: self._of_channel(self._kinds.with_presence, 0.7),
            "Subscribe": self._subscribe,
            "Unsubscribe": self._unsubscribe,
            "Disconnect": self._disconnect,
            "Refresh": self._refresh,
            "Channels": self._channels,
            "RPC": lambda: self._some({"method": self._one_of("", "nope"), "params": b"{}"}, 0.8),
            "Batch": self._batch,
            "MapPublish": self._map_publish,
            "MapRemove": self._map_remove,
            "MapReadState": self._map_read_state,
            "MapReadStream": self._map_read_stream,
            "MapStats": lambda: {"channel": self._map_room()},
            "MapClear": lambda: {"channel": self._map_room()},
            "SharedPollPublish": self._shared_poll,
        }
        maker = makers.get(rpc)
        return {} if maker is None else self._known(maker())

    def _known(self, fields: Fields) -> Fields:
        """The fields without those that one side does not have."""
        return {name: value for name, value in fields.items() if self._pair.has(name)}

    # ---- Values -----------------------------------------------------------------------------

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _one_of(self, *values: Any) -> Any:
        return self._random.choice(values)

    def _some(self, fields: Fields, share: float) -> Fields:
        """Each of these fields, or not."""
        return {name: value for name, value in fields.items() if self._chance(share)}

    def _room(self, kinds: Sequence[str], refused: float = 0.12) -> Room | str:
        """A channel of one of these kinds; now and then none, or of no namespace at all."""
        if self._chance(refused):
            return "" if self._chance(0.5) else Room(UNKNOWN, 0)
        kind = self._random.choice(list(kinds) or [TOP])
        form = "{}" if kind == TOP else self._random.choice(_FORMS)  # A colon names a namespace.
        return Room(kind, self._random.randrange(_ROOMS_A_KIND), form)

    def _fresh_room(self) -> Room:
        """A channel that no other operation names: what happens in it may differ."""
        self._once += 1
        return Room(self._random.choice(list(self._kinds.streams)), 1000 + self._once)

    def _of_channel(self, kinds: Sequence[str], share: float) -> Fields:
        return {"channel": self._room(kinds if self._chance(share) else self._kinds.all)}

    def _payload(self) -> bytes:
        return b"" if self._chance(0.08) else self._random.choice(_PAYLOADS)

    def _base64(self) -> str:
        if self._chance(0.15):
            return str(self._random.choice(_BAD_BASE64))
        return base64.b64encode(self._random.choice(_PAYLOADS)).decode()

    def _tags(self) -> dict[str, str]:
        return {self._one_of("a", "b", "", "ключ"): self._one_of("1", "", "x" * 50)}

    def _position(self, room: Room | str) -> Fields:
        epoch: Any = EpochOf(room) if isinstance(room, Room) else ""
        if self._chance(0.25):
            epoch = self._one_of("", "other")
        return {"offset": self._random.choice(_OFFSETS), "epoch": epoch}

    # ---- Publications -----------------------------------------------------------------------

    def _publication_options(self) -> Fields:
        return {
            "skip_history": self._chance(0.7),
            "tags": self._tags(),
            "idempotency_key": self._random.choice(_KEYS),
            "delta": True,
            "version": self._random.choice((0, 1, 2, 3, 10)),
            "version_epoch": self._one_of("", "v1", "v2"),
        }

    def _publish(self) -> Fields:
        fields: Fields = {"channel": self._room(self._kinds.all), "data": self._payload()}
        fields |= self._some(self._publication_options(), 0.2)
        if self._chance(0.2):
            fields["b64data"] = self._base64()
            if self._pair.differ(PUBLISH_B64_STORES_DATA_FIELD):
                fields["channel"] = self._fresh_room()
        return fields

    def _broadcast(self) -> Fields:
        count = self._one_of(0, 1, 2, 3, 3, 5) if self._chance(0.5) else 2
        rooms = [self._room(self._kinds.all, 0.03) for _ in range(count)]
        fields: Fields = {"channels": rooms, "data": self._payload()}
        fields |= self._some(self._publication_options(), 0.2)
        if self._chance(0.15):
            fields["b64data"] = self._base64()
        if {"idempotency_key", "version", "version_epoch"} & fields.keys():
            # Which of two the same comes first is a race.
            fields["channels"] = list(dict.fromkeys(rooms))
        if self._pair.only_v2 and self._pair.first is not self._pair.second:
            # Where one of several is bad, one side has published to those before it.
            is_bad = any(room == "" or getattr(room, "kind", "") == UNKNOWN for room in rooms)
            fresh = [self._fresh_room() if isinstance(room, Room) and room.kind != UNKNOWN else room
                     for room in rooms]  # fmt: skip
            fields["channels"] = fresh if is_bad else rooms
        return fields

    def _history(self) -> Fields:
        room = self._of_channel(self._kinds.with_history, 0.85)["channel"]
        fields: Fields = {"channel": room}
        more = {
            "limit": self._random.choice(_LIMITS),
            "since": self._position(room),
            "reverse": True,
        }
        return fields | self._some(more, 0.6)

    # ---- Connections ------------------------------------------------------------------------

    def _whom(self, *, blank: bool) -> Fields:
        """Somebody who is not there; a blank user only with a client, so that it hits nobody."""
        fields = {"user": self._random.choice(_NOBODY)} | self._some(
            {"client": self._random.choice(_NOBODY), "session": self._random.choice(_NOBODY)}, 0.4
        )
        if blank and self._chance(0.1):
            fields |= {"user": "", "client": self._random.choice(_NOBODY)}
        return fields | self._some({"label_filter": {"op": "and"}}, 0.4)

    def _subscribe(self) -> Fields:
        room = self._room(self._kinds.all)
        more = {
            "expire_at": self._random.choice(_TIMES),
            "info": self._payload(),
            "b64info": self._base64(),
            "data": self._payload(),
            "b64data": self._base64(),
            "recover_since": self._position(room),
            "override": self._override(),
            "all_users": True,
        }
        return {"channel": room} | self._whom(blank=not self._pair.only_v2) | self._some(more, 0.4)

    def _override(self) -> Fields:
        flags = ("presence", "join_leave", "force_recovery", "force_positioning")
        names = (*flags, "force_push_join_leave")
        return {name: {"value": self._chance(0.5)} for name in names if self._chance(0.8)}

    def _unsubscribe(self) -> Fields:
        fields = {"channel": self._room(self._kinds.all, 0.1)}
        fields |= self._whom(blank=True)
        return fields | self._some({"all_users": True}, 0.45)

    def _disconnect(self) -> Fields:
        more = {
            "disconnect": {"code": self._one_of(0, 3000, 4000, 2**32 - 1), "reason": "r"},
            "whitelist": [self._random.choice(_NOBODY)],
        }
        # `all_users` is left out here: nobody knows whom another server would disconnect.
        return self._whom(blank=True) | self._some(more, 0.4)

    def _refresh(self) -> Fields:
        more = {
            "expired": True,
            "expire_at": self._random.choice(_TIMES),
            "info": self._payload(),
        }
        return self._whom(blank=True) | self._some(more, 0.4)

    def _channels(self) -> Fields:
        patterns = ("", "*", "conformance-*", "no-such-*", "{a,b}", "{a", "[", "[a-b]?")
        return self._some({"pattern": self._random.choice(patterns)}, 0.8)

    # ---- Maps and shared poll ---------------------------------------------------------------

    def _map_room(self) -> Room | str:
        return self._room(self._kinds.maps if self._chance(0.93) else self._kinds.all, 0.05)

    def _key(self) -> str:
        return "" if self._chance(0.03) else str(self._random.choice(_KEYS))

    def _map_publish(self) -> Fields:
        more = self._publication_options() | {
            "b64data": self._base64(),
            "stream_data": self._payload(),
            "b64stream_data": self._base64(),
            "score": self._random.choice((0, 1, -1, 2**62)),
            "key_mode": self._one_of("if_new", "if_exists", "", "nope"),
        }
        fields = {"channel": self._map_room(), "key": self._key(), "data": self._payload()}
        del more["skip_history"]
        return fields | self._some(more, 0.4)

    def _map_remove(self) -> Fields:
        fields = {"channel": self._map_room(), "key": self._key()}
        return fields | self._some({"idempotency_key": self._random.choice(_KEYS)}, 0.5)

    def _map_read_state(self) -> Fields:
        room = self._map_room()
        position = self._position(room)
        more = {
            "cursor": self._random.choice(_KEYS),
            "limit": self._random.choice(_LIMITS),
            "key": self._random.choice(_KEYS),
            "asc": True,
            "revision_offset": position["offset"],
            "revision_epoch": position["epoch"],
        }
        return {"channel": room} | self._some(more, 0.5)

    def _map_read_stream(self) -> Fields:
        room = self._map_room()
        position = self._position(room)
        more = {
            "limit": self._random.choice(_LIMITS),
            "since_offset": position["offset"],
            "since_epoch": position["epoch"],
            "reverse": True,
        }
        return {"channel": room} | self._some(more, 0.5)

    def _shared_poll(self) -> Fields:
        kinds = self._kinds.shared_polls if self._chance(0.93) else self._kinds.all
        fields: Fields = {
            "channel": self._room(kinds, 0.05),
            "key": self._key(),
            "data": self._payload(),
        }
        more = {"version": self._one_of(1, 2, 3, 0), "b64data": self._base64(), "epoch": "e"}
        return fields | {"version": self._one_of(1, 2, 3)} | self._some(more, 0.45)

    # ---- Batch ------------------------------------------------------------------------------

    def _batch(self) -> Fields:
        count = self._one_of(0, 1, 3, 5, 8)
        rpcs = [self._random.choice(self._batched) for _ in range(count)]
        commands = [{_BATCHED[rpc]: self._fields(rpc)} for rpc in rpcs]
        fields: Fields = {"commands": commands}
        if self._chance(0.4):
            # In which order they run is open then: no two of them meet.
            fields["parallel"] = True
            if self._pair.has("parallel"):
                fields["commands"] = [
                    c for i, c in enumerate(commands) if not _meets(c, commands[:i])
                ]
        return fields


def _meets(command: Fields, others: Sequence[Fields]) -> bool:
    rooms = Operation("", command).rooms
    return any(rooms & Operation("", other).rooms for other in others)
