"""What clients meet on their connections: malformed and oversized frames, slowness, pings, ends."""

import asyncio
import contextlib
import json
import time
from dataclasses import replace
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from centrifugo_grpc.releases import Release
from centrifugo_grpc.releases.websocket import PROTOCOL_VERSIONS
from protos.v3.api_pb2 import Disconnect
from reference_server.settings import ChannelOptions, ClientOptions, MapOptions, WebSocket
from tests.websocket.serving import Site, protocol_v2_releases, served, settings
from tests.websocket.talking import Talk, connected, talk, token

pytestmark = pytest.mark.asyncio
EACH = pytest.mark.parametrize("release", list(Release), ids=str)
since_3 = pytest.mark.parametrize("release", list(Release)[1:], ids=str)
IN_WORDS_OF_V1 = '{"reason":"bad request","reconnect":false}'
MANY = 1000


async def still_served(site: Site, client: Talk) -> None:
    """A client that did nothing wrong still receives."""
    await site.call("Publish", channel="news", data=b'"still"')
    push = await client.push()
    assert "still" in json.dumps(push)


@EACH
@pytest.mark.parametrize(
    "frame", [b"hello", b"", b"[]", b'{"id":"1"}', b"\xff\xfe", b'{"id":1', b"{" * 9000]
)
async def test_a_malformed_frame_ends_its_connection_and_no_other(
    release: Release, frame: bytes
) -> None:
    async with served(settings(release)) as site, connected(site, "news") as other:
        async with connected(site) as client:
            await client.socket.send(frame, text=True)
            code, reason = await client.closed()
            assert code == (3003 if release is Release.V2_8 else 3501)
            assert reason == (IN_WORDS_OF_V1 if release < Release.V4_1 else "bad request")
        await still_served(site, other)


@pytest.mark.parametrize("release", [Release.V5_4, Release.V6_9], ids=str)
async def test_connect_tells_the_time_where_that_is_configured(release: Release) -> None:
    clients = ClientOptions(allowed_origins=None, connect_includes_server_time=True)
    async with served(settings(release, clients=clients)) as site, talk(site) as client:
        result = await client.ask("connect", token=token())
        assert abs(result["time"] / 1000 - time.time()) < 60
    async with served(settings(release)) as site, talk(site) as client:
        assert "time" not in await client.ask("connect", token=token())


@pytest.mark.parametrize("release", protocol_v2_releases(), ids=str)
async def test_data_of_subscribe_that_json_cannot_carry_fails_the_call_alone(
    release: Release,
) -> None:
    async with served(settings(release)) as site, connected(site) as client:
        answer = await site.call("Subscribe", user="ann", channel="pres:x", data=b"\0")
        assert answer.error.code == 100
        await site.call("Publish", channel="pres:x", data=b"1")
        assert (await client.push())["pub"] == {"data": 1}


@EACH
async def test_commands_before_a_malformed_one_are_carried_out(release: Release) -> None:
    async with served(settings(release)) as site, talk(site) as client:
        connect = client.command("connect", token=token())
        await client.socket.send(f"{connect}\n{client.command('subscribe', channel='news')}\n{{bad")
        assert json.loads(await client.line())["id"] == 1
        assert json.loads(await client.line())["id"] == 2
        assert (await client.closed())[0] == site.node_bad_request


@EACH
async def test_a_message_over_the_limit_ends_its_connection_and_no_other(release: Release) -> None:
    given = settings(release, websocket=WebSocket(message_size_limit=2000))
    async with served(given) as site, connected(site, "news") as other:
        async with connected(site) as client:
            await client.socket.send("x" * 2001)
            assert await client.closed() == (1009, "")
        await still_served(site, other)


async def test_what_the_server_sends_may_be_larger_than_what_it_takes() -> None:
    given = settings(Release.V6_9, websocket=WebSocket(message_size_limit=2000))
    async with served(given) as site, connected(site, "news") as client:
        payload = b'"%b"' % (b"x" * 600_000)
        await site.call("Publish", channel="news", data=payload)
        assert len(await client.line()) > len(payload)


async def test_half_a_handshake_and_half_a_frame_hold_nobody_up() -> None:
    async with served(settings(Release.V6_9)) as site, connected(site, "news") as other:
        host, port = site.http.rsplit(":", 1)
        _, half = await asyncio.open_connection(host, int(port))
        half.write(b"GET /connection/websocket HTTP/1.1\r\nHost: x\r\n")
        async with connected(site) as client:
            client.socket.transport.write(b"\x81\xfe\x7f")  # The head of a long text, and no more.
            await still_served(site, other)
        half.close()


async def test_a_thousand_connections_dropped_at_once_leave_nothing_and_hold_nobody_up() -> None:
    async with served(settings(Release.V6_9)) as site, connected(site, "news") as other:
        host, port = site.http.rsplit(":", 1)

        async def hold() -> asyncio.StreamWriter:
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(
                b"GET /connection/websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                b"Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                b"Sec-WebSocket-Version: 13\r\n\r\n"
            )
            await reader.readuntil(b"\r\n\r\n")
            command = json.dumps({"id": 1, "connect": {"token": token(sub="crowd")}}).encode()
            size = len(command).to_bytes(2, "big")
            writer.write(b"\x81\xfe" + size + b"\x00\x00\x00\x00" + command)
            await reader.readexactly(4)
            return writer

        lines = [await hold() for _ in range(MANY)]
        assert site.node.hub.counts()[0] == MANY + 1
        for line in lines:
            line.transport.abort()
        await site.until(lambda: site.node.hub.counts()[0] == 1)
        await still_served(site, other)


@EACH
async def test_a_reader_too_slow_for_its_queue_is_disconnected(release: Release) -> None:
    clients = ClientOptions(allowed_origins=None, queue_max_size=100_000)
    async with served(settings(release, clients=clients)) as site, connected(site, "news") as other:
        async with connected(site, "loud", sub="slow", max_queue=1) as client:
            client.socket.transport.pause_reading()
            payload = b'"%b"' % (b"x" * 50_000)
            for _ in range(2000):
                answer = await site.call("Publish", channel="loud", data=payload)
                assert not answer.HasField("error"), "who publishes does not notice"
                if not site.node.hub.connections("slow"):
                    break
            assert not site.node.hub.connections("slow")
        await still_served(site, other)


async def test_a_slow_reader_is_told_so_if_it_reads_on() -> None:
    clients = ClientOptions(allowed_origins=None, queue_max_size=1000)
    given = settings(Release.V6_9, clients=clients)
    async with served(given) as site, connected(site, "loud") as client:
        await site.call("Publish", channel="loud", data=b'"%b"' % (b"x" * 2000))
        assert await client.closed() == (3008, "slow")


async def test_a_reader_that_takes_nothing_is_dropped_after_the_write_timeout() -> None:
    given = settings(Release.V6_9, websocket=WebSocket(write_timeout=0.2))
    given = replace(given, clients=replace(given.clients, queue_max_size=50_000_000))
    async with served(given) as site, connected(site, "loud", max_queue=1) as client:
        client.socket.transport.pause_reading()
        for _ in range(16):
            await site.call("Publish", channel="loud", data=b'"%b"' % (b"x" * 1_000_000))
        await site.until(lambda: not site.node.hub.connections("ann"))


@pytest.mark.parametrize("release", [Release.V2_8, Release.V3_2], ids=str)
async def test_v1_is_pinged_by_websocket_and_dropped_if_it_does_not_answer(
    release: Release,
) -> None:
    given = settings(release, websocket=WebSocket(frame_ping_interval=0.2))
    async with served(given) as site, connected(site) as client, connected(site) as mute:
        mute.socket.transport.pause_reading()
        await site.until(lambda: len(site.node.hub.connections("ann")) == 1)
        assert await client.ask("ping") is None, "who answers stays"


async def test_v2_pings_with_an_empty_reply_and_disconnects_who_does_not_answer() -> None:
    clients = ClientOptions(allowed_origins=None, ping_interval=0.3, pong_timeout=0.1)
    given = settings(Release.V6_9, clients=clients)
    async with served(given) as site, talk(site) as client:
        told = await client.ask("connect", token=token())
        assert told["pong"] is True
        for _ in range(2):
            assert await client.line() == b"{}"
            await client.socket.send("{}")
        assert await client.line() == b"{}"
        assert await client.closed() == (3012, "no pong")


async def test_frame_pings_take_the_place_of_the_protocol_s_where_they_are_asked_for() -> None:
    clients = ClientOptions(allowed_origins=None, ping_interval=0.1, pong_timeout=0.05)
    given = settings(Release.V6_9, clients=clients)
    async with (
        served(given) as site,
        connected(site, query="?cf_ws_frame_ping_pong=true") as client,
    ):
        began = time.monotonic()
        while time.monotonic() - began < 0.5:
            await asyncio.sleep(0.1)
        assert await client.ask("rpc", method="m") is not None, "no ping came between"


@EACH
async def test_only_protocol_v1_tells_of_the_client_again_as_it_refreshes(release: Release) -> None:
    expires = int(time.time()) + 100
    for version in PROTOCOL_VERSIONS[release]:
        query = "" if len(PROTOCOL_VERSIONS[release]) == 1 else f"?cf_protocol_version=v{version}"
        async with (
            served(settings(release)) as site,
            connected(site, query=query, version=version) as client,
        ):
            told = await client.ask("refresh", token=token(exp=expires))
            assert told.keys() - {"client", "version"} == {"expires", "ttl"}
            assert ("client" in told) == (version == 1)


@pytest.mark.parametrize("release", [Release.V3_2, Release.V4_1], ids=str)
async def test_what_is_said_first_with_a_code_is_said_to_v1_ever_after(release: Release) -> None:
    async with served(settings(release)) as site:
        for version, reasons in ((1, ["a", "a"]), (2, ["a", "b"])):
            said = []
            for reason in ("a", "b"):
                query = f"?cf_protocol_version=v{version}"
                async with connected(site, query=query, version=version) as client:
                    disconnect = Disconnect(code=4000, reason=reason)
                    await site.call("Disconnect", user="ann", disconnect=disconnect)
                    said.append((await client.closed())[1])
            in_v1 = [f'{{"reason":"{reason}","reconnect":false}}' for reason in reasons]
            assert said == (in_v1 if version == 1 else reasons)


@since_3
@pytest.mark.parametrize(("code", "told"), [(3000, None), (1000, 1000), (65536 + 4006, 4006)])
async def test_a_disconnect_is_told_by_the_16_bits_that_there_are_and_3000_not_at_all(
    release: Release, code: int, told: int | None
) -> None:
    async with served(settings(release)) as site, connected(site) as client:
        await site.call("Disconnect", user="ann", disconnect=Disconnect(code=code, reason="r"))
        if told is None:
            assert await client.dropped()
        else:
            assert (await client.closed())[0] == told


@since_3
async def test_a_code_that_websocket_does_not_know_is_sent_all_the_same(release: Release) -> None:
    async with served(settings(release)) as site, connected(site, "news") as client:
        for code, frame in ((2999, b"\x88\x03\x0b\xb7r"), (1005, b"\x88\x00")):
            heard = bytearray()
            async with connected(site, sub="odd") as odd:
                receive = odd.socket.protocol.receive_data

                def hear(data: bytes, into: bytearray = heard, then: Any = receive) -> None:
                    into.extend(data)
                    then(data)

                odd.socket.protocol.receive_data = hear  # type: ignore[assignment,method-assign]
                disconnect = Disconnect(code=code, reason="r")
                await site.call("Disconnect", user="odd", disconnect=disconnect)
                with contextlib.suppress(AssertionError):
                    await odd.closed()
            assert (frame if release >= Release.V4_1 or code == 1005 else b"\x0b\xb7{") in heard
        await still_served(site, client)


@EACH
async def test_a_stopping_server_says_so(release: Release) -> None:
    async with served(settings(release)) as site:
        held = talk(site)
        client = await held.__aenter__()
        await client.ask("connect", token=token())
    code, reason = await client.closed()
    assert code == 3001
    assert reason == (
        '{"reason":"shutdown","reconnect":true}' if release < Release.V4_1 else "shutdown"
    )


async def test_a_client_that_never_connects_is_stale() -> None:
    clients = ClientOptions(allowed_origins=None, stale_close_delay=0.1)
    given = settings(Release.V6_9, clients=clients)
    async with served(given) as site, talk(site) as client:
        assert await client.closed() == (3502, "stale")
    old = settings(Release.V2_8, clients=clients)
    async with served(old, given) as site, talk(site) as client:
        assert await client.closed() == (3502, "stale"), "nor where several releases listen"


async def test_after_a_refused_connect_v2_is_not_read_any_more() -> None:
    async with served(settings(Release.V6_9)) as site, talk(site) as client:
        refused = await client.ask("connect", token=token(exp=1))
        assert refused["code"] == 109
        await client.socket.send(client.command("connect", token=token()))
        with pytest.raises((TimeoutError, ConnectionClosed)):
            async with asyncio.timeout(0.3):
                await client.frame()


async def test_a_client_of_6_is_told_a_map_and_changes_it() -> None:
    rules = MapOptions("recoverable", key_ttl=60, stream_size=10, allow_publish_for_client=True)
    maps = ChannelOptions(allow_subscribe_for_client=True, subscription_type="map", map=rules)
    given = settings(Release.V6_9, namespaces={"map": maps})
    async with served(given) as site, connected(site) as client:
        await site.call("MapPublish", channel="map:x", key="a", data=b'"old"', tags={"t": "1"})
        told = await client.ask("subscribe", channel="map:x", type=1, phase=2)
        state = [{"data": "old", "key": "a", "offset": 1, "tags": {"t": "1"}}]
        epoch = told.pop("epoch")
        assert {key: told["state"][0][key] for key in state[0]} == state[0]
        assert (told["offset"], told["type"], told["recoverable"], len(epoch)) == (1, 1, True, 8)
        async with connected(site, sub="ben") as other:
            assert await other.ask("publish", channel="map:x", type=1, key="b", data="new") == {}
        push = await client.push()
        assert (push["pub"]["key"], push["pub"]["info"]["user"]) == ("b", "ben")
        await site.call("MapRemove", channel="map:x", key="a")
        gone = {"key": "a", "removed": True, "offset": 3, "tags": {"t": "1"}}
        assert (await client.push())["pub"] == gone
