"""An endpoint that is none, or stops being one: one clear cause, in bounded time."""

import socket
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from centrifugo_grpc.endpoint import Endpoint
from centrifugo_grpc.releases import Release
from conformance import health, preflight
from conformance.options import Options
from protos.v3 import api_pb2 as v3
from tests.conformance import broken_servers
from tests.conformance.broken_servers import http_server, tcp_server
from tests.conformance.small_corpus import complaint, judge, one
from tests.conformance.small_server import Answer, small_server

pytest_plugins = ["pytester"]

DEADLINE = 0.5
MANY = "".join(one(f"publish.accept.number{number:02}") for number in range(30))


@pytest.fixture(autouse=True)
def short_deadlines(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for an answer that never comes had better not wait for long."""
    own_endpoint = preflight.own_endpoint

    def impatient(options: Options, address: str) -> Endpoint:
        return replace(own_endpoint(options, address), deadline=DEADLINE)

    monkeypatch.setattr(preflight, "own_endpoint", impatient)
    monkeypatch.setattr(health, "ANSWER_SECONDS", DEADLINE)


@pytest.mark.parametrize(
    ("treat", "status", "hint"),
    [
        (broken_servers.hang, "DEADLINE_EXCEEDED", ""),
        (broken_servers.drop, "UNAVAILABLE", "; if it speaks TLS, add --tls"),
        (broken_servers.garble, "UNAVAILABLE", "; if it speaks TLS, add --tls"),
        (broken_servers.speak_tls, "UNAVAILABLE", "; if it speaks TLS, add --tls"),
    ],
)
def test_what_is_no_grpc_server(
    pytester: pytest.Pytester,
    capfd: pytest.CaptureFixture[str],
    treat: Callable[[socket.socket], None],
    status: str,
    hint: str,
) -> None:
    began = time.monotonic()
    with tcp_server(treat) as address:
        said = complaint(pytester, capfd, address)
    assert said.startswith(f"{address} does not answer Info of api.Centrifugo: {status} ")
    assert said.endswith(hint)
    assert time.monotonic() - began < 10


def test_a_web_server(pytester: pytest.Pytester, capfd: pytest.CaptureFixture[str]) -> None:
    with http_server() as address:
        said = complaint(pytester, capfd, address)
    assert said.startswith(f"{address} does not answer Info of api.Centrifugo: UNAVAILABLE ")


class Ending:
    """A server that ends when it gets its tenth publication, and may come back as another."""

    def __init__(self, *, comes_back: bool) -> None:
        self._comes_back = comes_back
        self._publications = 0
        self._uid = "1"

    def answers(self) -> dict[str, Answer]:
        return {"Publish": self._publish, "Info": self._info}

    def _publish(self, _: bytes) -> v3.PublishResponse:
        self._publications += 1
        if self._publications == 10:
            self._uid = "2"
        if self._publications >= 10:
            raise RuntimeError("the call is lost")
        return v3.PublishResponse()

    def _info(self, _: bytes) -> v3.InfoResponse:
        if self._uid == "2" and not self._comes_back:
            time.sleep(3 * DEADLINE)
        node = v3.NodeResult(uid=self._uid, name="small", version="6.9.1")
        return v3.InfoResponse(result=v3.InfoResult(nodes=[node]))


@pytest.mark.parametrize(
    ("comes_back", "cause"),
    [
        (False, "stopped answering while publish.accept.number09 was judged (Info: DEADLINE_EXC*)"),
        (True, "was restarted while publish.accept.number09 was judged: judge it again"),
    ],
)
def test_a_server_that_ends_in_mid_run_ends_the_run_and_breaks_no_rule(
    pytester: pytest.Pytester, comes_back: bool, cause: str
) -> None:
    with small_server(Release.V6_9, answers=Ending(comes_back=comes_back).answers()) as address:
        ran = judge(pytester, address, "--results", "out.json", corpus=MANY)
    assert ran.ret == 2
    ran.stdout.fnmatch_lines([f"ended early: {address} {cause} (9 of 30 shown)"])
    ran.stdout.fnmatch_lines(["   21 the run ended before"])
    ran.stdout.no_fnmatch_line("*breaks these rules*")


def test_workers_end_together(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    with small_server(Release.V6_9, answers=Ending(comes_back=True).answers()) as address:
        ran = judge(pytester, address, "-p", "xdist", "-n", "2", corpus=MANY)
    assert ran.ret == 2
    assert ran.outlines[-1].startswith(f"ended early: {address} was restarted while ")


def hanging(_: bytes) -> v3.PublishResponse:
    time.sleep(3 * DEADLINE)
    return v3.PublishResponse()


class _Garbage:
    def SerializeToString(self) -> bytes:  # noqa: N802
        return b"\xff\xff"


def garbage(_: bytes) -> Any:
    return _Garbage()


@pytest.mark.parametrize(
    ("answer", "how"), [(hanging, "DEADLINE_EXCEEDED"), (garbage, "OK the answer is no Publish")]
)
def test_a_server_that_answers_info_alone_ends_the_run_before_long(
    pytester: pytest.Pytester, answer: Answer, how: str
) -> None:
    with small_server(Release.V6_9, answers={"Publish": answer}) as address:
        ran = judge(pytester, address, corpus=MANY)
    assert ran.ret == 2
    ran.stdout.fnmatch_lines(
        [
            f"ended early: {address} answers Info, but left calls of 8 tests without an answer"
            f" that can be read (Publish: {how}*) (8 of 30 shown; 8 MUST failed)"
        ]
    )


def test_what_is_malformed_on_purpose_may_get_no_answer(pytester: pytest.Pytester) -> None:
    raw = "expect.success(api.raw('Publish', b''))"
    many = "".join(one(f"body.accept.number{n:02}", body=raw) for n in range(10))
    with small_server(Release.V6_9, answers={"Publish": hanging}) as address:
        ran = judge(pytester, address, corpus=many)
    assert ran.outlines[-1] == "fails: 10 MUST failed (10 of 10 shown)"
