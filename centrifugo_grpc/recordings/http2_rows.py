"""Rows that were recorded below gRPC: requests in raw HTTP/2, pings, plain text on the port.

Those of 2.8 were sent by a client on sockets, those of later releases by curl and nghttp: their
answers are told in the words of these programs.
"""

import base64
import socket
import time
from collections.abc import Callable
from typing import Any

from h2.errors import ErrorCodes

from centrifugo_grpc.raw_http2 import Answer, Connection, Request, exchange
from centrifugo_grpc.releases import Dialect

Row = dict[str, Any]
SECONDS = 2.0
"""How long an answer is waited for that may never come."""
NOT_COMPARED = "grpc-accept-encoding"
"""grpcio sends this header with every answer and has no option to leave it out; Go's never do."""
AUTHORITY = (":authority", "localhost")
_FIRST = [(":method", "POST"), (":scheme", "http")]
_CLIENT_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"
_SETTINGS_NAMES = {
    1: "HEADER_TABLE_SIZE",
    2: "ENABLE_PUSH",
    3: "MAX_CONCURRENT_STREAMS",
    4: "INITIAL_WINDOW_SIZE",
    5: "MAX_FRAME_SIZE",
    6: "MAX_HEADER_LIST_SIZE",
}
_DEFAULT_BODY = {"hist": "0a06686973743a6712077b226b223a317d"}


def answered(row: Row, api: str, uni: str, dialect: Dialect) -> Row:
    """Repeat a row against the addresses of a server; the answer in the row's form."""
    request = row["request"]
    address = uni if "uni-port" in row["case"] else api
    if dialect is Dialect.V2:
        return {"observed": _observed(row, request, _pair(address))}
    if row["rpc"] == "raw HTTP/1.1":
        response = _as_curl_of_http1(_plain(_pair(address), _http1(request)))
    elif "connect" in request:
        response = {"frames": _frames_as_nghttp(_pair(address))}
    else:
        response = _as_curl(exchange(_pair(address), _of_curl(request), SECONDS))
    told = [key for key in ("status_line", "frames") if response.get(key)]
    return {"response": response, "set": told}


def _of_curl(request: Row) -> Request:
    """Curl ends a request without a body with its headers if it is a GET."""
    pseudo = [(":method", request["method"]), (":scheme", "http"), AUTHORITY]
    headers = [*pseudo, (":path", request["path"]), *request["headers"].items()]
    body = base64.b64decode(request["body_base64"])
    return Request(headers, [] if request["method"] == "GET" else [body])


def _as_curl(answer: Answer) -> Row:
    status = answer.first(":status")
    response: Row = {
        "status_line": f"HTTP/2 {status}" if status else None,
        "headers_and_trailers": [
            f"{name}: {value}".rstrip()
            for name, value in (*answer.headers, *answer.trailers)
            if name not in {":status", NOT_COMPARED}
        ],
        "body_base64": base64.b64encode(answer.body).decode(),
    }
    if answer.reset is not None:
        told = f"{ErrorCodes(answer.reset).name} (err {answer.reset})"
        error = f"curl: (92) HTTP/2 stream 1 was not closed cleanly: {told}"
        response |= {"curl_exit": 92, "curl_error": error}
    elif not answer.is_over:
        response |= {"curl_exit": 28, "curl_error": "curl: (28) Operation timed out"}
    return response


def _http1(request: Row) -> bytes:
    lines = [f"{request['method']} {request['path']} HTTP/1.1", "host: localhost"]
    lines += [f"{name}: {value}" for name, value in request["headers"].items()]
    body = base64.b64decode(request["body_base64"])
    return "\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode() + body


def _as_curl_of_http1(received: bytes | None) -> Row:
    response: Row = {"status_line": None, "headers_and_trailers": [], "body_base64": ""}
    if not received:
        error = "curl: (52) Empty reply from server"
        return response | {"curl_exit": 52, "curl_error": error}
    error = "curl: (1) Received HTTP/0.9 when not allowed"
    return response | {"curl_exit": 1, "curl_error": error}


def _frames_as_nghttp(address: tuple[str, int]) -> list[str]:
    """The first SETTINGS of the server, and its acknowledgement of ours."""
    told: list[str] = []
    with socket.create_connection(address, timeout=SECONDS) as raw:
        raw.sendall(_CLIENT_PREFACE)
        stream = raw.makefile("rb")
        while "; ACK" not in told and (head := stream.read(9)):
            payload = stream.read(int.from_bytes(head[:3], "big"))
            kind, flags = head[3], head[4]
            if kind != 4:
                continue
            told.append(
                f"recv SETTINGS frame <length={len(payload)}, flags=0x{flags:02x}, stream_id=0>"
            )
            told += ["; ACK"] if flags & 1 else []
            told.append(f"(niv={len(payload) // 6})")
            for at in range(0, len(payload), 6):
                number = int.from_bytes(payload[at : at + 2], "big")
                value = int.from_bytes(payload[at + 2 : at + 6], "big")
                name = _SETTINGS_NAMES.get(number, "UNKNOWN")
                told.append(f"[SETTINGS_{name}(0x{number:02x}):{value}]")
    return told


def _observed(row: Row, request: Row, address: tuple[str, int]) -> Row:
    if "pings" in request:
        return _pinged(address)
    if "text" in request:
        return _plain_observed(address, request["text"])
    if "twenty-times" in row["case"]:
        answers = [exchange(address, _of_sockets(row), SECONDS) for _ in range(20)]
        key = "[grpc-status, grpc-message, rst_stream]"
        return {key: [[a.first("grpc-status"), a.first("grpc-message"), a.reset] for a in answers]}
    return _as_sockets(exchange(address, _of_sockets(row), SECONDS))


def _of_sockets(row: Row) -> Request:
    """A row may tell nothing but the headers that its request had besides the usual ones."""
    request = row["request"]
    headers = [(str(name), str(value)) for name, value in request["headers"]]
    frames = [bytes.fromhex(frame) for frame in request.get("data_frames_hex", [])]
    if "data_frames_hex" not in request:
        path = f"/{Dialect.V2.service}/Publish"
        usual = [(":path", path), ("content-type", "application/grpc"), ("te", "trailers")]
        headers = [*_FIRST, *usual, *headers]
        body = bytes.fromhex(_DEFAULT_BODY["hist"])
        frames = [b"\0" + len(body).to_bytes(4, "big") + body]
    is_open = row["case"] in {"h2-stream-not-half-closed", "h2-announced-5mib-without-sending"}
    return Request([*headers[:2], AUTHORITY, *headers[2:]], frames, ends=not is_open)


def _as_sockets(answer: Answer) -> Row:
    if not answer.is_over:
        return {"timeout": True}
    observed: Row = {}
    for key, pairs in (("headers", answer.headers), ("trailers", answer.trailers)):
        if pairs:
            observed[key] = [list(pair) for pair in pairs if pair[0] != NOT_COMPARED]
    if answer.reset is not None:
        observed["rst_stream_error"] = answer.reset
    if answer.body:
        observed["body_hex"] = answer.body.hex()
    return observed


def _pinged(address: tuple[str, int]) -> Row:
    """Pings on an idle connection, one every 50 ms, until the server has enough of them."""
    with socket.create_connection(address, timeout=SECONDS) as raw:
        connection = Connection(raw)
        connection.settle(0.2)
        sent = 0
        while sent < 20:
            connection.ping()
            sent += 1
            if connection.goaway is not None:
                break
            connection.settle(0.05)
        observed: Row = {"pings_sent": sent, "acks": connection.acknowledged}
        if connection.goaway is not None:
            code, debug = connection.goaway
            observed["goaway"] = {"error": code, "debug": debug.decode("latin-1")}
        return observed


def _plain_observed(address: tuple[str, int], text: str) -> Row:
    started = time.monotonic()
    received = _plain(address, f"{text}\r\nHost: localhost\r\n\r\n".encode())
    ended = {"connection_reset": True} if received is not None else {"timeout": True}
    after = round(time.monotonic() - started, 1)
    return {**ended, "received_hex": (received or b"").hex(), "after_s": after}


def _plain(address: tuple[str, int], sent: bytes) -> bytes | None:
    """What comes back on plain text until the connection ends; None if it does not."""
    received = b""
    with socket.create_connection(address, timeout=SECONDS) as raw:
        raw.sendall(sent)
        receive: Callable[[int], bytes] = raw.recv
        try:
            while data := receive(4096):
                received += data
        except ConnectionResetError:
            return received
        except TimeoutError:
            return None
    return received


def _pair(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)
