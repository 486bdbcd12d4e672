"""Repeats the rows of one run on a server, in their order."""

import contextlib
import functools
import http.client
import re
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import json_format
from websockets.exceptions import ConnectionClosed

from centrifugo_grpc.recordings import calling, http2_rows, metrics_rows, reflecting, tls_rows
from centrifugo_grpc.recordings.clients import Opening, planned
from centrifugo_grpc.recordings.consuming import UniClient
from centrifugo_grpc.recordings.generated import Generated
from centrifugo_grpc.recordings.repeating import repeat
from centrifugo_grpc.recordings.requests import NotGivenError, completed
from centrifugo_grpc.recordings.rows import Kind, Row, kind_of
from centrifugo_grpc.recordings.servers import NotStartedHereError, Server
from centrifugo_grpc.recordings.setup import NOTHING, Setup
from centrifugo_grpc.recordings.tokens import at_times, token_of
from centrifugo_grpc.recordings.v1_conversation import Conversation, Script
from centrifugo_grpc.releases import Dialect, Release, dialect_of
from protos.v3 import unistream_pb2 as uni

QUIET = 0.04
"""Seconds without another push after which a subscriber has received what there was."""
DRAINED = 0.3
"""The same where what comes late would be taken for the effect of the next call."""
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_END_SECONDS = 15.0


class NotPlayedError(Exception):
    """No way is known here to repeat the row."""


class Player:
    """One run: the server, the clients that are connected, the values it made up."""

    def __init__(
        self,
        server: Server,
        release: Release,
        setups: Mapping[str, Setup],
        generated: Generated,
        certificates: Path,
        *,
        script: Script,
        configured: Callable[[Sequence[Row]], Mapping[str, Any]],
    ) -> None:
        self._server = server
        self._dialect = dialect_of(release)
        self._setups = setups
        self._generated = generated
        self._certificates = certificates
        self._api = calling.channel_to(server.api)
        self._uni = calling.channel_to(server.uni)
        self._clients: dict[str, UniClient] = {}
        self._script = script
        self._configured = configured
        self._conversation: Conversation | None = None

    def play(self, rows: Sequence[Row]) -> Iterator[tuple[Row, Row | NotPlayedError]]:
        """Each row with the answer that came to it, or why it was not repeated."""
        plan = planned(rows, self._setups)
        with contextlib.ExitStack() as stack:
            stack.callback(self._leave)
            for at, row in enumerate(rows):
                setup = self._setups.get(row["case"], NOTHING)
                try:
                    self._prepare(setup, plan.opened.get(at, []), rows[at:])
                    self._converse(row)
                    answer: Row | NotPlayedError = self._answer(row, setup, plan.names.get(at))
                except NotPlayedError as error:
                    answer = error
                except NotStartedHereError:
                    answer = NotPlayedError("the server was not started here")
                yield row, answer
                for name in plan.closed.get(at, []):
                    self._close(name)

    def _answer(self, row: Row, setup: Setup, client: str | None) -> Row:
        if client is not None:
            return self._received(row, setup, client)
        if row["rpc"] in {"process", "SIGTERM"} or _shows_end(row):
            return self._state_of_process(row)
        if self._conversation is not None and _shows_clients(row, self._script):
            answered = self._call(row, setup) if _is_call(row) else {}
            try:
                seen = self._conversation.observed(row)
            except (LookupError, TypeError, AttributeError, OSError, ConnectionClosed) as error:
                raise NotPlayedError(f"the clients of the row: {error!r}") from None
            return {**answered, "observed": seen}
        return self._asked(row, setup)

    def _asked(self, row: Row, setup: Setup) -> Row:
        if row["rpc"] == "(http)" and row["request"].keys() == {"GET"}:
            return {"observed": _got(self._server.http, row["request"]["GET"])}
        if kind_of(row) is Kind.HTTP2 or tls_rows.is_tls(row):
            return self._raw(row)
        if metrics_rows.shows_metrics(row):
            return metrics_rows.answered(self._api, row, self._dialect)
        if kind_of(row) is Kind.START or not _is_call(row):
            raise NotPlayedError(row["rpc"])
        with self._server.down() if setup.down else contextlib.nullcontext():
            return self._call(row, setup)

    def _converse(self, row: Row) -> None:
        """Have the WebSocket clients of 2.8 do what the row leaves out."""
        if self._dialect is not Dialect.V2 or not (
            self._script.tells(row["case"]) or self._conversation
        ):
            return
        if self._conversation is None:
            secret = str(row["config"].get("token_hmac_secret_key", "probe-secret"))
            self._conversation = Conversation(
                self._server.http, secret, self._script, self._ask, self._generated.in_texts
            )
        try:
            self._conversation.prepare(row["case"])
        except (LookupError, OSError, ConnectionClosed) as error:
            raise NotPlayedError(f"clients cannot do what they did: {error!r}") from None
        name = self._script.of(row["case"]).get("signal")
        if name:
            self._server.process.send_signal(signal.Signals[f"SIG{name}"])

    def _ask(self, rpc: str, request: Mapping[str, Any]) -> Row:
        return self._call({"rpc": rpc, "request": request, "config": {}}, NOTHING)

    def _raw(self, row: Row) -> Row:
        api, uni, http = self._server.api, self._server.uni, self._server.http
        try:
            if tls_rows.is_tls(row):
                return tls_rows.answered(row, api, http, self._certificates, self._dialect)
            return http2_rows.answered(row, api, uni, self._dialect)
        except OSError as error:
            raise NotPlayedError(f"no connection: {error.strerror}") from None

    def _call(self, row: Row, setup: Setup) -> Row:
        self._stand_in_for_ids(row["request"])
        request = self._generated.translated(row["request"]) | setup.fields
        request = at_times(request, setup)
        if setup.raw is not None:
            request = {"<raw>": setup.raw}
        called = row | {"request": request}
        if setup.compression:
            called |= {"compression": setup.compression}
        path = setup.path or calling.path_of(row, self._dialect)
        channel = self._uni if setup.port == "uni" else self._api
        if setup.down or str(row.get("client_limit", "")).startswith("default"):
            with grpc.insecure_channel(self._server.api) as limited:
                return calling.call(limited, called, path, self._dialect)
        if path.endswith(reflecting.METHOD):
            metadata = calling.metadata_of(called, self._dialect)
            return reflecting.ask(channel, path, metadata)
        try:
            if "server_state" in row:
                return self._call_frozen(channel, called, path)
            return calling.call(channel, called, path, self._dialect)
        except NotGivenError as error:
            raise NotPlayedError(str(error)) from None

    def _call_frozen(self, channel: grpc.Channel, called: Row, path: str) -> Row:
        """A call that the server does not get to see before the client has given it up."""
        self._server.process.send_signal(signal.SIGSTOP)
        try:
            if "deadline_s" in called:
                return calling.call(channel, called, path, self._dialect)
            return calling.cancelled(channel, called, path, self._dialect)
        finally:
            self._server.process.send_signal(signal.SIGCONT)

    def _stand_in_for_ids(self, request: Mapping[str, Any]) -> None:
        """An id in a request that no answer showed before is of the client that came last."""
        if not self._clients:
            return
        *_, latest = self._clients.values()
        for name, ours in (("client", latest.client), ("session", latest.session)):
            if _UUID.fullmatch(str(request.get(name, ""))):
                self._generated.bind(request[name], ours, name)
        for spared in request.get("whitelist", ()):
            if _UUID.fullmatch(spared):
                self._generated.bind(spared, latest.client, "client")

    def _received(self, row: Row, setup: Setup, name: str) -> Row:
        if not row["pushes"] and row.get("derived", {}).get("received"):
            raise NotPlayedError("it does not show what was received")
        ended = row["stream_end"] != "still open"
        if setup.take_after:
            time.sleep(setup.take_after)
        count = len(row["pushes"])
        return self._clients[name].take(count, setup.patience, QUIET, to_end=ended)

    def _state_of_process(self, row: Row) -> Row:
        process = self._server.process
        if _shows_end(row):
            begun = time.monotonic()
            process.terminate()
            code = process.wait(_END_SECONDS)
            return {"observed": {"exit_code": code, "seconds": time.monotonic() - begun}}
        if row["rpc"] == "SIGTERM":
            response: Row = {"exit_code": process.wait(_END_SECONDS)}
        else:
            response = {"server_running": process.poll() is None}
        return {"response": response, "set": list(response)}

    def _prepare(self, setup: Setup, openings: Sequence[Opening], rest: Sequence[Row]) -> None:
        self._come_and_go(setup, openings)
        if setup.wait:
            time.sleep(setup.wait)
        for rpc, request in setup.calls:
            repeat(
                functools.partial(self._ask, rpc),
                request,
                setup.times_each,
                at_once=setup.at_once,
            )
        if setup.drain:
            for client in self._clients.values():
                client.take(0, 0, DRAINED)
        if setup.restart:
            with self._server.down():
                pass
        if setup.reload is not None:
            self._server.reload({**self._configured(rest), **setup.reload})
        if setup.signal:
            self._server.process.send_signal(signal.Signals[f"SIG{setup.signal}"])

    def _come_and_go(self, setup: Setup, openings: Sequence[Opening]) -> None:
        for name in setup.close:
            self._close(name)
        for name, request in setup.open.items():
            self._open(Opening(name, {"request": request}, is_drained=True), setup)
        for opening in openings:
            self._open(opening, self._setups.get(opening.row.get("case", ""), NOTHING))

    def _open(self, opening: Opening, setup: Setup) -> None:
        row = {"config": {"profile": "nokey"}} | opening.row
        client = UniClient(
            self._server.uni,
            self._connect_request(row, setup),
            calling.metadata_of(row | {"auth": "none"}, Dialect.V3),
            deadline=setup.deadline,
            compression=setup.compression,
        )
        self._clients[opening.name] = client
        client.wait(setup.patience)
        if opening.is_drained:
            client.take(1, setup.patience, QUIET)

    def _connect_request(self, row: Row, setup: Setup) -> bytes:
        request = completed(self._generated.translated(row["request"]))
        token = request.get("token")
        if isinstance(token, dict):
            request["token"] = token_of(token["jwt_hs256_claims"], setup)
        message = uni.ConnectRequest()
        json_format.ParseDict(request, message)
        return message.SerializeToString()

    def _close(self, name: str) -> None:
        self._clients.pop(name).close()

    def _leave(self) -> None:
        if self._conversation is not None:
            self._conversation.close()
        for name in list(self._clients):
            self._close(name)
        self._api.close()
        self._uni.close()


def _got(address: str, path: str) -> Row:
    """The answer of a plain HTTP request."""
    connection = http.client.HTTPConnection(address, timeout=_END_SECONDS)
    with contextlib.closing(connection):
        connection.request("GET", path)
        answer = connection.getresponse()
        status = f"HTTP/1.1 {answer.status} {answer.reason}"
        return {"status": status, "body": answer.read().decode()}


def _shows_clients(row: Row, script: Script) -> bool:
    """Whether a row shows what came to WebSocket clients."""
    observed = row.get("observed")
    seen = observed if isinstance(observed, list) else [observed]
    entry = script.of(row["case"])
    is_told = any(isinstance(item, dict) and "client" in item for item in seen)
    return is_told or "speaker" in entry or (bool(seen) and row["rpc"] == "(websocket json)")


def _shows_end(row: Row) -> bool:
    """Whether a row shows how the server ended."""
    observed = row.get("observed")
    return row["rpc"] == "(shutdown)" and isinstance(observed, dict) and "exit_code" in observed


def _is_call(row: Row) -> bool:
    return bool({"response", "grpc_error"} & row.keys())
