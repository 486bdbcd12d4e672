"""What a test can see of the server, and do to it."""

import multiprocessing
import threading
import time
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from reference_server.testing import CentrifugoServer
from tests.test_double.client import Client

RELEASES = pytest.mark.parametrize("release", [str(release) for release in Release])


def test_what_was_published_is_seen_by_channel_in_order(
    centrifugo: CentrifugoServer, client: Client
) -> None:
    client("Publish", channel="news", data=b'{"n": 1}', tags={"a": "b"})
    client("Broadcast", channels=["news", "other"], data=b"\x00binary")
    first, second = centrifugo.publications("news")
    assert (first.json, first.tags, first.offset) == ({"n": 1}, {"a": "b"}, 1)
    assert (second.data, second.offset) == (b"\x00binary", 2)
    assert sorted(p.channel for p in centrifugo.publications()) == ["news", "news", "other"]
    assert centrifugo.publications("silent") == []


def test_a_publication_that_is_no_json_says_so_when_read_as_json(
    centrifugo: CentrifugoServer,
) -> None:
    centrifugo.publish("news", b"\x00")
    with pytest.raises(ValueError, match="Expecting value"):
        _ = centrifugo.publications("news")[0].json


def test_what_was_called_is_seen_with_request_answer_and_metadata(
    centrifugo: CentrifugoServer,
) -> None:
    with grpc.insecure_channel(centrifugo.grpc_address) as channel:
        Client(channel, metadata=(("x-trace", "7"),))("Publish", channel="news", data=b"1")
        Client(channel)("Publish", channel="nope:x", data=b"1")
    right, wrong = centrifugo.calls("Publish")
    assert (right.request.channel, right.response.result.offset) == ("news", 1)
    assert ("x-trace", "7") in right.metadata
    assert (right.status, right.error_code) == (grpc.StatusCode.OK, 0)
    assert (wrong.status, wrong.error_code) == (grpc.StatusCode.OK, 102)
    assert centrifugo.calls("History") == []


def test_a_call_with_the_wrong_key_is_seen_too(centrifugo_factory: Any) -> None:
    server = centrifugo_factory(api_key="right")
    with grpc.insecure_channel(server.grpc_address) as channel:
        with pytest.raises(grpc.RpcError) as failure:
            Client(channel, (("authorization", "apikey wrong"),))("Info")
        Client(channel, server.metadata)("Info")
    assert failure.value.code() is grpc.StatusCode.UNAUTHENTICATED
    refused, served = server.calls("Info")
    assert (refused.status, refused.response) == (grpc.StatusCode.UNAUTHENTICATED, None)
    assert served.status is grpc.StatusCode.OK


@pytest.mark.parametrize("code", [100, 102, 4242])
def test_the_next_call_answers_with_an_api_error_and_the_one_after_it_does_not(
    centrifugo: CentrifugoServer, client: Client, code: int
) -> None:
    centrifugo.fail_next("Publish", code=code)
    assert client("Publish", channel="news", data=b"1").error.code == code
    assert client("Publish", channel="news", data=b"2").error.code == 0
    assert [p.data for p in centrifugo.publications("news")] == [b"2"]


def test_calls_end_with_a_grpc_error_as_often_as_asked_for(
    centrifugo: CentrifugoServer, client: Client
) -> None:
    centrifugo.fail_next(status=grpc.StatusCode.RESOURCE_EXHAUSTED, message="too much", times=2)
    for _ in range(2):
        with pytest.raises(grpc.RpcError) as failure:
            client("Info")
        assert failure.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert failure.value.details() == "too much"
    client("Info")
    assert [call.status.name for call in centrifugo.calls()] == ["RESOURCE_EXHAUSTED"] * 2 + ["OK"]


def test_failures_of_one_rpc_come_before_those_of_any_and_leave_others_alone(
    centrifugo: CentrifugoServer, client: Client
) -> None:
    centrifugo.fail_next("Publish", code=100)
    assert client("Info").error.code == 0
    centrifugo.fail_next(code=108)
    assert client("Publish", channel="a", data=b"1").error.code == 100
    assert client("Publish", channel="a", data=b"1").error.code == 108


def test_an_answer_can_be_lost_after_the_call_was_carried_out(
    centrifugo: CentrifugoServer, client: Client
) -> None:
    centrifugo.fail_next("Publish", applied=True)
    with pytest.raises(grpc.RpcError):
        client("Publish", channel="news", data=b"1", idempotency_key="k")
    client("Publish", channel="news", data=b"1", idempotency_key="k")
    assert client("History", channel="news", limit=-1).result.offset == 1


def test_a_delay_makes_callers_meet_their_deadline_and_nobody_else_wait(
    centrifugo: CentrifugoServer, client: Client
) -> None:
    centrifugo.delay(30, "Publish")
    with pytest.raises(grpc.RpcError) as failure:
        client("Publish", channel="news", data=b"1", timeout=0.2)
    assert failure.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    started = time.monotonic()
    client("Info")
    assert time.monotonic() - started < 10
    centrifugo.delay(0, "Publish")
    client("Publish", channel="news", data=b"2")
    assert [p.data for p in centrifugo.publications("news")] == [b"2"]


def test_while_it_is_down_calls_fail_and_afterwards_they_reach_the_same_address(
    centrifugo_factory: Any,
) -> None:
    server = centrifugo_factory()
    address = server.grpc_address
    with grpc.insecure_channel(address) as channel:
        client = Client(channel)
        client("Publish", channel="news", data=b"1")
        with server.down(), pytest.raises(grpc.RpcError) as failure:
            client("Info", timeout=2)
        assert failure.value.code() is grpc.StatusCode.UNAVAILABLE
        answer = client("History", channel="news", limit=-1, wait_for_ready=True)
        assert answer.result.offset == 1
    assert server.grpc_address == address


def test_what_others_do_is_awaited_and_not_slept_for(
    centrifugo: CentrifugoServer, client: Client
) -> None:
    worker = threading.Thread(target=client, args=("Publish",), kwargs={"channel": "late",
                                                                        "data": b"1"})  # fmt: skip
    worker.start()
    (publication,) = centrifugo.wait_for_publications("late")
    assert publication.data == b"1"
    assert len(centrifugo.wait_for_calls("Publish")) == 1
    worker.join()


def test_what_never_comes_is_a_timeout_that_says_what_was_there(
    centrifugo: CentrifugoServer,
) -> None:
    centrifugo.publish("news", b"1")
    with pytest.raises(TimeoutError, match=r"2 publications to news awaited for 0.05 s; .*b'1'"):
        centrifugo.wait_for_publications("news", 2, timeout=0.05)


def test_a_reset_forgets_calls_publications_histories_and_faults(
    centrifugo: CentrifugoServer, client: Client
) -> None:
    client("Publish", channel="news", data=b"1")
    centrifugo.fail_next("Publish")
    centrifugo.delay(30)
    centrifugo.reset()
    assert (centrifugo.calls(), centrifugo.publications()) == ([], [])
    assert client("Publish", channel="news", data=b"2").result.offset == 1
    assert client("History", channel="news", limit=-1).result.offset == 1


def test_a_test_publishes_itself_anything_json_and_bytes_as_they_are(
    centrifugo: CentrifugoServer,
) -> None:
    centrifugo.publish("news", {"text": "hello"})
    centrifugo.publish("news", b"\x01")
    assert [p.data for p in centrifugo.publications("news")] == [b'{"text": "hello"}', b"\x01"]
    assert centrifugo.calls() == []
    with pytest.raises(Problem, match="publish to nope:x: 102 unknown channel"):
        centrifugo.publish("nope:x", 1)


def test_any_rpc_can_be_called_past_the_faults(centrifugo: CentrifugoServer) -> None:
    centrifugo.fail_next()
    centrifugo.publish("news", 1)
    assert centrifugo.call("History", channel="news", limit=-1).result.offset == 1
    with pytest.raises(Problem, match=r"NoSuch: no RPC of Centrifugo 6\.9"):
        centrifugo.call("NoSuch")


@RELEASES
def test_every_release_starts_at_once_with_channels_that_keep_history(
    centrifugo_factory: Any, release: str
) -> None:
    server = centrifugo_factory(release)
    server.publish("news", {"n": 1})
    result = server.call("History", channel="news", **({} if release == "2.8" else {"limit": -1}))
    assert len(result.result.publications) == 1
    assert str(server.release) == release


def test_the_configuration_is_centrifugos_own_as_a_dict_or_a_file(
    centrifugo_factory: Any, tmp_path: Path
) -> None:
    namespaces = [{"name": "chat", "history_size": 2, "history_ttl": "60s"}]
    of_6 = centrifugo_factory(config={"channel": {"namespaces": namespaces}})
    of_5 = centrifugo_factory("5.4", config={"namespaces": namespaces, "grpc_api_port": 10000})
    (tmp_path / "config.yaml").write_text("namespaces:\n- name: chat\n  presence: true\n")
    of_4 = centrifugo_factory("4.1", config=tmp_path / "config.yaml")
    for server in (of_6, of_5, of_4):
        server.publish("chat:1", 1)
        assert not server.grpc_address.endswith(":10000")
        with pytest.raises(Problem, match="102"):
            server.publish("other:1", 1)
    assert of_4.call("Presence", channel="chat:1").error.code == 0


@pytest.mark.parametrize(("options", "told"), [
    ({"release": "9.9"}, 'release "9.9" is none of 2.8, 3.2, 4.1, 5.4, 6.9'),
    ({"config": {"grpc_api": True, "namespaces": []}}, "is in the flat form of Centrifugo 2 to 5"),
    ({"config": {"channel": {"namespaces": [{"name": "a"}]}}}, '"a" is no name of a namespace'),
    ({"config": "/none.json"}, "cannot read the configuration /none.json: No such file"),
])  # fmt: skip
def test_what_stops_the_release_stops_the_double_in_one_line(
    options: dict[str, Any], told: str
) -> None:
    with pytest.raises(Problem, match=told) as caught:
        CentrifugoServer(**options)
    assert "\n" not in str(caught.value)


def test_variables_of_the_developers_own_centrifugo_do_not_count(
    monkeypatch: pytest.MonkeyPatch, centrifugo_factory: Any
) -> None:
    monkeypatch.setenv("CENTRIFUGO_GRPC_API_KEY", "theirs")
    assert centrifugo_factory().metadata == ()


def test_servers_run_side_by_side_and_see_nothing_of_each_other(centrifugo_factory: Any) -> None:
    one, two = centrifugo_factory(), centrifugo_factory("5.4")
    one.publish("news", 1)
    assert two.publications() == []
    assert one.grpc_address != two.grpc_address


async def _history(address: str, channel_name: str) -> Any:
    async with grpc.aio.insecure_channel(address) as channel:
        client = Client(channel)
        await client("Publish", channel=channel_name, data=b"1")
        return await client("History", channel=channel_name, limit=-1)


@pytest.mark.asyncio
async def test_code_under_test_may_be_asynchronous(centrifugo: CentrifugoServer) -> None:
    answer = await _history(centrifugo.grpc_address, "async")
    assert answer.result.offset == 1
    assert len(centrifugo.publications("async")) == 1


def test_outside_pytest_it_is_a_context(centrifugo: CentrifugoServer) -> None:
    with CentrifugoServer() as server:
        server.publish("a", 1)
        address = server.grpc_address
    with pytest.raises(Problem, match="not started"):
        server.publish("a", 1)
    with grpc.insecure_channel(address) as channel, pytest.raises(grpc.RpcError):
        Client(channel)("Info", timeout=1)


def test_a_server_is_started_once_and_stopped_as_often_as_one_likes() -> None:
    server = CentrifugoServer().start()
    with pytest.raises(Problem, match="started already"):
        server.start()
    server.stop()
    server.stop()
    with pytest.raises(Problem, match="no GRPC API: the server is not started"):
        _ = CentrifugoServer().grpc_address


def _publish_in_child(server: CentrifugoServer, told: Any) -> None:
    try:
        server.publish("news", 1)
    except Problem as problem:
        told.send(str(problem))
    server.stop()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_fork_is_told_that_the_server_is_not_with_it(centrifugo: CentrifugoServer) -> None:
    ours, theirs = multiprocessing.Pipe()
    fork = multiprocessing.get_context("fork")
    child = fork.Process(target=_publish_in_child, args=(centrifugo, theirs), daemon=True)
    child.start()
    try:
        assert ours.poll(30)
        assert "was started in another process" in ours.recv()
    finally:
        child.kill()
        child.join()
    centrifugo.publish("news", 1)
    assert len(centrifugo.publications("news")) == 1
