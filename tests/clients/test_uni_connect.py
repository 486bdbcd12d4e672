"""Connecting to the one-way stream."""

import time
from dataclasses import replace
from typing import Any

import grpc
import pytest

from centrifugo_grpc.releases import Release
from centrifugo_grpc.releases.clients import UNI_PINGS, UNI_PROTOCOL_V1
from protos.v3 import unistream_pb2 as unistream
from reference_server.settings import ClientOptions
from tests.clients.serving import V3_RELEASES, connect_request, served, settings, token

pytestmark = pytest.mark.asyncio
every_release = pytest.mark.parametrize("release", V3_RELEASES, ids=str)
OK = (grpc.StatusCode.OK, "")


@every_release
async def test_the_first_push_tells_client_session_and_ping(release: Release) -> None:
    async with served(settings(release)) as server:
        connect = (await server.consume(connect_request(token(sub="u1"))).next()).connect
        assert connect.client
        assert connect.session not in {"", connect.client}
        assert connect.ping == (25 if UNI_PINGS[release] else 0)
        assert not connect.expires


@every_release
async def test_a_token_that_expires_tells_its_ttl(release: Release) -> None:
    async with served(settings(release)) as server:
        stream = await server.subscriber(exp=int(time.time()) + 3600)
        assert stream.pushes[0].connect.expires
        assert 3590 <= stream.pushes[0].connect.ttl <= 3600


REFUSED = {
    "no token": ("", 3501, "bad request"),
    "garbage": ("garbage", 3500, "invalid token"),
    "three dots": ("eyJhbGciOiJIUzI1NiJ9..", 3500, "invalid token"),
    "other key": (token("other", sub="u1"), 3500, "invalid token"),
    "unsigned": (token("", "none", sub="u1"), 3500, "invalid token"),
    "user is a number": (token(sub=7), 3500, "invalid token"),
    "claims are a list": (token(channels="x", sub="u1"), 3500, "invalid token"),
    "info in bad base64": (token(sub="u1", b64info="%"), 3004, "internal server error"),
    "expired": (token(sub="u1", exp=1), 3005, "connection expired"),
    "not valid yet": (token(sub="u1", nbf=9_999_999_999), 3005, "connection expired"),
    "channel of no namespace": (token(sub="u1", channels=["no:x"]), 3004, "internal server error"),
}


@every_release
@pytest.mark.parametrize("case", REFUSED)
async def test_a_refused_client_gets_a_disconnect_and_status_ok(
    release: Release, case: str
) -> None:
    sent, code, reason = REFUSED[case]
    async with served(settings(release)) as server:
        stream = server.consume(connect_request(sent))
        disconnect = (await stream.next()).disconnect
        assert (disconnect.code, disconnect.reason) == (code, reason)
        assert await stream.end() == OK
        assert server.node.hub.counts() == (0, 0, 0, 0)


@every_release
async def test_a_wish_for_a_channel_of_no_namespace_refuses_the_client(release: Release) -> None:
    async with served(settings(release)) as server:
        stream = server.consume(connect_request(token(sub="u1"), {"ok": {}, "no:x": {}}))
        assert (await stream.next()).disconnect.code == 3501


@every_release
async def test_wishes_that_are_not_allowed_are_ignored(release: Release) -> None:
    wishes = ["open", "shut:x", "$private", "#u2", "room#u1", "room#u2,u1", ""]
    async with served(settings(release)) as server:
        stream = await server.subscriber("u1", wishes)
        allowed = {"open", "room#u1", "room#u2,u1"}
        # 4.1 and 5.4 let a namespace that is open to clients win over the user in the name.
        is_lax = release in {Release.V4_1, Release.V5_4}
        assert set(stream.pushes[0].connect.subs) == allowed | ({"#u2"} if is_lax else set())


@every_release
async def test_a_token_subscribes_to_any_configured_channel(release: Release) -> None:
    async with served(settings(release)) as server:
        stream = await server.subscriber("u1", ["open"], channels=["shut:x", "$private", "#u2"])
        told = stream.pushes[0].connect.subs
        assert set(told) == {"shut:x", "$private", "#u2", "open"}


@every_release
async def test_subs_of_a_token_carry_data_and_override_the_namespace(release: Release) -> None:
    sub = {"data": {"a": 1}, "info": {"i": 2}, "override": {"presence": {"value": True}}}
    async with served(settings(release)) as server:
        stream = await server.subscriber(info={"n": 1}, subs={"open": sub})
        assert stream.pushes[0].connect.subs["open"].data == b'{"a":1}'
        info = server.node.presence.of("open")[stream.client]
        assert (info.conn_info, info.chan_info) == (b'{"n":1}', b'{"i":2}')


@every_release
async def test_too_many_channels_end_the_connection(release: Release) -> None:
    async with served(settings(release)) as server:
        wishes: dict[str, Any] = {f"c{number}": {} for number in range(129)}
        stream = server.consume(connect_request(token(sub="u1"), wishes))
        assert (await stream.next()).disconnect.code == 3505
        assert await stream.end() == OK


@every_release
async def test_a_user_may_have_so_many_connections(release: Release) -> None:
    given = settings(release, clients=ClientOptions(user_connection_limit=1))
    async with served(given) as server:
        await server.subscriber("u1")
        stream = server.consume(connect_request(token(sub="u1")))
        assert (await stream.next()).disconnect.code == 3504
        await server.subscriber("u2")


@every_release
@pytest.mark.parametrize(
    "clients",
    [ClientOptions(insecure=True), ClientOptions(anonymous_without_token=True)],
    ids=["insecure", "anonymous"],
)
async def test_without_a_token_clients_are_anonymous(
    release: Release, clients: ClientOptions
) -> None:
    async with served(settings(release, clients=clients)) as server:
        stream = server.consume(connect_request(subs={"open": {}}))
        is_subscribed = clients.insecure and release is Release.V6_9
        assert bool((await stream.next()).connect.subs) == is_subscribed


@every_release
async def test_a_request_has_a_limit_of_size(release: Release) -> None:
    limit = 4_194_304 if release is Release.V6_9 else 65_536
    async with served(settings(release)) as server:
        request = unistream.ConnectRequest(token=token(sub="u1"), data=b"x" * limit)
        status, details = await server.consume(request).end()
        assert status is grpc.StatusCode.RESOURCE_EXHAUSTED
        size = request.ByteSize()
        assert details == f"grpc: received message larger than max ({size} vs. {limit})"


@every_release
async def test_an_unparsable_request_is_refused(release: Release) -> None:
    async with served(settings(release)) as server:
        status, details = await server.consume(b"\x0a\xff").end()
        assert status is grpc.StatusCode.INTERNAL
        colon = "" if release is Release.V3_2 else ":"
        assert details.startswith(f"grpc: failed to unmarshal the received message{colon} proto:")


@every_release
async def test_protocol_v1_is_the_default_of_3_only(release: Release) -> None:
    async with served(settings(release)) as server:
        push = await server.consume(connect_request(token(sub="u1")), ()).next()
        assert bool(push.data) == UNI_PROTOCOL_V1[release]
        if push.data:
            assert push.type == unistream.Push.CONNECT
            assert unistream.Connect.FromString(push.data).client


async def test_another_protocol_version_is_unknown() -> None:
    async with served(settings(Release.V4_1)) as server:
        asked = (("x-cf-protocol-version", "v3"),)
        end = await server.consume(connect_request(token(sub="u1")), asked).end()
        assert end == (grpc.StatusCode.UNKNOWN, "unknown protocol version")


async def test_in_protocol_v1_a_disconnect_tells_whether_to_come_back() -> None:
    async with served(settings(Release.V3_2)) as server:
        push = await server.consume(connect_request(token(sub="u1", exp=1)), ()).next()
        told = unistream.Disconnect.FromString(push.data)
        assert (told.code, told.reconnect) == (3005, True)


@every_release
async def test_users_are_subscribed_to_their_personal_channel(release: Release) -> None:
    given = settings(release)
    personal = replace(given.clients.personal_channel, enabled=True, namespace="pres")
    given = replace(given, clients=replace(given.clients, personal_channel=personal))
    async with served(given) as server:
        stream = await server.subscriber("u7")
        assert list(stream.pushes[0].connect.subs) == ["pres:#u7"]
