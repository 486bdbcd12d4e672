"""The WebSocket clients of a recording of 2.8: who was there, what they said, what they received.

A recording shows what clients received; that they came, and what they asked for, stands in a file
of steps, by case (tests/recordings/setup/v2-clients.json). Steps before a row, in their order:
`join` a client by name, `leave`, `drop` (without a word), change the `manner` `of` one to `mute`
(answers no ping and no close), `deaf` (reads nothing) or `hear`, `say` a command, send a `frame`
(hex) and wait for the reply to its `number`, `call` an RPC (so many `numbers` times, awaited or all
`at_once`, with `<number>` in its data), `wait`.
"""

import contextlib
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.recordings.repeating import repeat
from centrifugo_grpc.recordings.rows import Row
from centrifugo_grpc.recordings.tokens import signed
from centrifugo_grpc.recordings.v1_client import METHODS, RefusedError, V1Client, told_of
from protos.client import v1_pb2 as v1

PATIENCE = 5.0
QUIET = 0.08
_ALL = "*"
_MANNERS: dict[str, Callable[[V1Client], None]] = {
    "mute": V1Client.be_mute,
    "deaf": V1Client.be_deaf,
    "hear": V1Client.hear,
}
Call = Callable[[str, Mapping[str, Any]], Row]
"""Calls an RPC with a request; the row of its answer."""


class Script:
    """What clients do around the rows of a recording, by case."""

    def __init__(self, cases: Mapping[str, Any]) -> None:
        self._cases = cases

    @classmethod
    def load(cls, path: Path) -> "Script":
        """Read a file of steps; raises `Problem` if it is none."""
        try:
            return cls(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise Problem(f"{path} is no file of clients' steps: {error}") from None

    def of(self, case: str) -> Mapping[str, Any]:
        """What belongs to a case."""
        found: Mapping[str, Any] = self._cases.get(case, {})
        return found

    def tells(self, case: str) -> bool:
        """Whether anything is known of a case."""
        return case in self._cases


class Conversation:
    """The clients of one run of a server."""

    def __init__(
        self, http: str, secret: str, script: Script, call: Call, known: Callable[[Any], Any]
    ) -> None:
        self._http = http
        self._secret = secret
        self._script = script
        self._call = call
        self._known = known
        self._clients: dict[str, V1Client] = {}
        self._ids: dict[str, str] = {}
        self._speaker = ""
        self._number = 0

    def tells(self, case: str) -> bool:
        """Whether clients have anything to do with a case."""
        return self._script.tells(case)

    def prepare(self, case: str) -> None:
        """Do what was done before the row of a case."""
        for step in self._script.of(case).get("before", ()):
            self._do(step)

    def close(self) -> None:
        """Let all clients go."""
        self._leave(_ALL, V1Client.close)

    # ---- What clients do -----------------------------------------------------------------------

    def _do(self, step: Mapping[str, Any]) -> None:
        if "join" in step:
            self._join(step["join"], step)
        elif "leave" in step:
            self._leave(step["leave"], V1Client.close)
        elif "drop" in step:
            self._leave(step["drop"], V1Client.drop)
        elif "manner" in step:
            _MANNERS[step["manner"]](self._clients[step["of"]])
        elif "by" in step:
            self._speak_up(self._clients[step["by"]], step)
        elif "drain" in step:
            for client in self._clients.values():
                client.take(0, 0, QUIET, to_end=False)
        elif "call" in step:
            repeat(
                lambda request: self._call(step["call"], request),
                step.get("request", {}),
                step.get("numbers", 1),
                at_once=step.get("at_once", False),
            )
        else:
            time.sleep(step["wait"])

    def _speak_up(self, client: V1Client, step: Mapping[str, Any]) -> None:
        if "frame" in step:
            client.send(bytes.fromhex(step["frame"]))
            client.reply(step["number"], PATIENCE)
        elif "send" in step:
            commands = "\n".join(map(json.dumps, step["send"]))
            client.send(commands.replace("<token>", signed(step["claims"], self._secret)))
        else:
            self._say(client, step["say"], step)

    def _join(self, name: str, wish: Mapping[str, Any]) -> None:
        protocol = wish.get("protocol", "protobuf" if "protobuf" in name else "json")
        client = V1Client(self._http, protocol, wish.get("query", ""), wish.get("origin"))
        self._clients[name] = client
        if not wish.get("connects", True):
            return
        token = {"token": signed(wish["claims"], self._secret)} if "claims" in wish else {}
        number = client.say(v1.CONNECT, **token)
        client.client = _client_in(client.reply(number, PATIENCE))
        for channel in wish.get("channels", ()):
            self._subscribe(client, channel, {})
        for channel, claims in wish.get("private", {}).items():
            self._subscribe(client, channel, claims)
        keeps = wish.get("keeps")
        if keeps == "subscribe":
            client.drain_to_reply(number)
        elif keeps != "all":
            # What subscribing leads to, its own join for one, comes after the reply.
            client.take(0, 0, QUIET, to_end=False)
            client.drain()

    def _subscribe(self, client: V1Client, channel: str, claims: Mapping[str, Any]) -> None:
        token = {}
        if channel.startswith("$"):
            claims = {"client": client.client, "channel": channel, **claims}
            token = {"token": signed(claims, self._secret)}
        number = client.say(v1.SUBSCRIBE, channel=channel, **token)
        client.subscribed = client.reply(number, PATIENCE)

    def _say(self, client: V1Client, method: str, wish: Mapping[str, Any]) -> int:
        params = {name: self._known(value) for name, value in wish.get("params", {}).items()}
        number: int = wish.get("number", 0)
        if "claims" in wish:
            claims = {key: self._own(value, client) for key, value in wish["claims"].items()}
            params["token"] = signed(claims, self._secret)
        if "hex" in params:
            params["data"] = bytes.fromhex(params.pop("hex"))
        if wish.get("named"):
            named = {"id": number, "method": method.lower(), "params": params}
            client.send(json.dumps(named))
        else:
            number = client.say(METHODS.Value(method), number, **params)
        if wish.get("replied", True):
            client.reply(number, PATIENCE)
        return number

    def _own(self, value: Any, client: V1Client) -> Any:
        return client.client if value == "<own id>" else value

    def _leave(self, name: str, part: Callable[[V1Client], None]) -> None:
        for one in list(self._clients) if name == _ALL else [name]:
            with contextlib.suppress(OSError):
                part(self._clients.pop(one))

    # ---- What a row shows of it ----------------------------------------------------------------

    def observed(self, row: Row) -> Any:
        """What came to clients, as the row shows it."""
        entry = self._script.of(row["case"])
        seen = row["observed"]
        if "origin" in (row.get("request") or {}):
            return self._origin(row["request"]["origin"], seen)
        self._speaker = entry.get("speaker", "")
        self._number = 0
        if isinstance(seen, list):
            return [self._shown(item, entry) for item in seen]
        return self._shown(seen, entry)

    def _origin(self, origin: str | None, seen: Row) -> Row:
        try:
            V1Client(self._http, "json", origin=origin).close()
        except RefusedError as refused:
            return {"rejected": seen.get("rejected", ""), "status": refused.status}
        return {"connected": True}

    def _shown(self, seen: Row, entry: Mapping[str, Any]) -> Row:
        told: Row = {key: seen[key] for key in ("path", "sent", "protocol") if key in seen}
        if "client" in seen:
            return told | self._received(seen)
        if "history" in seen and isinstance(seen["history"], dict):
            return {"history": {name: self._history(name) for name in seen["history"]}}
        if "epoch" in seen:
            reply = self._clients[entry["other"]].subscribed
            return told_of(v1.SubscribeResult.FromString(bytes.fromhex(reply["result_hex"])))
        client = self._clients[self._speaker]
        if ("say" in entry or "sent" in seen) and not self._number:
            self._number = self._speak(client, seen, entry)
        told |= {key: self._part(key, seen, client, entry) for key in seen if key not in told}
        if self._number and entry.get("consumes", True):
            client.drain_to_reply(self._number)
        return told

    def _received(self, seen: Row) -> Row:
        client = self._clients[seen["client"]]
        told: Row = {"client": seen["client"]}
        if "received" in seen:
            to_end = seen.get("closed") is not None
            told["received"] = client.take(len(seen["received"]), PATIENCE, QUIET, to_end=to_end)
        if seen.get("closed") is not None:
            told["closed"] = client.await_end(PATIENCE)
        elif "closed" in seen or client.closed is not None:
            told["closed"] = client.closed
        return told

    def _speak(self, client: V1Client, seen: Row, entry: Mapping[str, Any]) -> int:
        if "say" in entry:
            return self._say(client, entry["say"], {**entry, "replied": False})
        text = self._known(seen["sent"])
        client.send(text)
        with contextlib.suppress(ValueError, TypeError):
            number: int = json.loads(text).get("id", 0)
            return number
        return 0

    def _part(self, key: str, seen: Row, client: V1Client, entry: Mapping[str, Any]) -> Any:
        parts: dict[str, Callable[[], Any]] = {
            "reply": lambda: _aligned(self._reply(client), seen["reply"]),
            "text": lambda: (self._reply(client) or {}).get("text"),
            "closed": lambda: client.await_end(PATIENCE if seen["closed"] else QUIET),
            "history": lambda: self._history(entry["history"]),
            "result": lambda: told_of(
                v1.SubscribeResult.FromString(bytes.fromhex(self._reply(client)["result_hex"]))
            ),
            "frames": lambda: self._frames(seen["frames"], client),
            "connected": lambda: client.client != "",
            "still_open": lambda: client.closed is None,
        }
        return parts[key]()

    def _reply(self, client: V1Client) -> Any:
        reply = client.reply(self._number, PATIENCE)
        client.client = client.client or _client_in(reply)
        return reply

    def _frames(self, seen: list[Any], client: V1Client) -> list[Any]:
        if isinstance(seen[0], dict) and seen[0].get("opcode") == "ping":
            client.await_pings(len(seen), PATIENCE)
            return [{"opcode": "ping", "payload": payload} for payload in client.pings[: len(seen)]]
        messages = client.take(len(seen), PATIENCE, QUIET, to_end=False)
        if isinstance(seen[0], str):
            return [frame.decode() for frame in client.take_frames()]
        if "len" in seen[0]:
            return [{"opcode": "text", "len": len(frame)} for frame in client.take_frames()]
        grouped = []
        # How many messages share a frame is by chance: they are shown as they were.
        for frame in seen:
            some, messages = messages[: len(frame["replies"])], messages[len(frame["replies"]) :]
            grouped.append({"opcode": "text", "replies": some})
        return grouped + [{"opcode": "text", "replies": messages}] * bool(messages)

    def _history(self, channel: str) -> list[str]:
        answer = self._call("History", {"channel": channel})
        return [kept["data"] for kept in answer["response"]["result"]["publications"]]


def _client_in(reply: Any) -> str:
    """The id in a reply to a connect command; blank if it is none."""
    if isinstance(reply, dict) and "text" in reply:
        told = json.loads(reply["text"]).get("result", {})
        return str(told.get("client", ""))
    if isinstance(reply, dict) and "result_hex" in reply:
        return v1.ConnectResult.FromString(bytes.fromhex(reply["result_hex"])).client
    return ""


def _aligned(reply: Any, recorded: Any) -> Any:
    """A serialized result with the values that a server makes up as they were recorded."""
    if not (isinstance(recorded, dict) and isinstance(reply, dict) and "result_hex" in recorded):
        return reply
    told, ours = recorded["result_hex"], reply["result_hex"]
    kind = v1.ConnectResult if told.startswith("0a24") else v1.SubscribeResult
    theirs, mine = kind.FromString(bytes.fromhex(told)), kind.FromString(bytes.fromhex(ours))
    for name in {"client", "epoch"} & set(kind.DESCRIPTOR.fields_by_name):
        ours = ours.replace(
            getattr(mine, name).encode().hex(), getattr(theirs, name).encode().hex()
        )
    version = getattr(mine, "version", "").encode()
    # The recorded server was built without a version.
    return {**reply, "result_hex": ours.replace(f"12{len(version):02x}{version.hex()}2a00", "2a00")}
