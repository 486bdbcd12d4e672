"""What an HTTP client meets on the port before anything is spoken."""

import asyncio
import http.client
import json
from dataclasses import replace

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from centrifugo_grpc.releases import Release
from reference_server.node import Node
from reference_server.settings import ClientOptions, Http, WebSocket
from reference_server.transports.limits import ConnectionLimits
from tests.websocket.serving import Site, served, settings
from tests.websocket.talking import connected, talk, token

pytestmark = pytest.mark.asyncio
EACH = pytest.mark.parametrize("release", list(Release), ids=str)
PLACE = Http("127.0.0.1", 0)


async def got(site: Site, path: str) -> tuple[int, str, str]:
    """Status, type and text of a plain request."""

    def get() -> tuple[int, str, str]:
        connection = http.client.HTTPConnection(site.http, timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read().decode()

    return await asyncio.to_thread(get)


async def status_of(site: Site, query: str = "", origin: str | None = None) -> int:
    """101 if a WebSocket is let in, else the status it is refused with."""
    try:
        async with connect(f"{site.url}{query}", origin=origin, proxy=None):  # type: ignore[arg-type]
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


async def test_what_is_not_served_is_not_found() -> None:
    async with served(settings(Release.V6_9)) as site:
        for path in ("/", "/health", "/connection/websocket/", "/api"):
            assert await got(site, path) == (
                404,
                "text/plain; charset=utf-8",
                "404 page not found\n",
            )


async def test_a_plain_request_for_the_websocket_is_a_bad_one() -> None:
    async with served(settings(Release.V6_9)) as site:
        assert (await got(site, "/connection/websocket"))[::2] == (400, "Bad Request\n")


SINCE_4 = pytest.mark.parametrize("release", list(Release)[2:], ids=str)


@SINCE_4
async def test_no_more_clients_are_let_in_than_a_node_may_have(release: Release) -> None:
    given = settings(release, clients=ClientOptions(allowed_origins=None, connection_limit=1))
    async with served(given) as site:
        async with connected(site):
            assert await status_of(site) == 503
        # Its place is free once its connection is closed, a little after it left the node.
        async with asyncio.timeout(60):
            while (status := await status_of(site)) == 503:
                await asyncio.sleep(0.01)
        assert status == 101


async def test_a_refused_client_is_told_nothing_but_the_status() -> None:
    clients = ClientOptions(allowed_origins=None, connection_limit=1)
    async with served(settings(Release.V6_9, clients=clients)) as site:
        async with connected(site):
            with pytest.raises(InvalidStatus) as refused:
                await connect(site.url, proxy=None)
        assert (refused.value.response.status_code, refused.value.response.body) == (503, b"")


async def test_so_many_clients_come_at_once_and_one_more_a_second() -> None:
    now = 0.0
    clients = ClientOptions(connection_rate_limit=3)
    limits = ConnectionLimits(Node(settings(Release.V6_9, clients=clients)), lambda: now)
    assert [limits.take() for _ in range(4)] == [True, True, True, False]
    now = 2.5
    assert [limits.take() for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize(("release", "limited"), [
    (Release.V4_1, True), (Release.V5_4, False), (Release.V6_9, True)
], ids=str)  # fmt: skip
async def test_5_4_slows_clients_down_only_where_it_limits_their_number_too(
    release: Release, limited: bool
) -> None:
    alone = ClientOptions(connection_rate_limit=1)
    for clients, is_so in ((alone, limited), (replace(alone, connection_limit=9), True)):
        limits = ConnectionLimits(Node(settings(release, clients=clients)), lambda: 0.0)
        assert [limits.take(), limits.take()] == [True, not is_so]


async def test_the_health_check_answers_where_it_is_switched_on() -> None:
    given = settings(Release.V6_9, http=replace(PLACE, health=True, health_path="/alive"))
    async with served(given) as site:
        assert await got(site, "/alive") == (200, "application/json", "{}")


async def test_the_endpoint_is_where_the_configuration_says() -> None:
    async with served(settings(Release.V6_9, websocket=WebSocket(path="/ws"))) as site:
        assert await status_of(site) == 404
        async with connect(f"ws://{site.http}/ws", proxy=None):
            pass


@pytest.mark.parametrize(
    ("allowed", "origin", "status"),
    [
        (None, "http://any.example", 101),
        ((), None, 101),
        ((), "http://any.example", 403),
        (("*",), "http://any.example", 101),
        (("http://ok.example",), None, 101),
        (("http://ok.example",), "http://OK.example", 101),
        (("http://ok.example",), "http://ok.example.org", 403),
        (("https://*.example",), "https://a.b.example", 101),
        (("https://*.example",), "http://a.example", 403),
    ],
)
async def test_allowed_origins_are_patterns_for_what_a_page_says(
    allowed: tuple[str, ...] | None, origin: str | None, status: int
) -> None:
    given = settings(Release.V2_8, clients=ClientOptions(allowed_origins=allowed))
    async with served(given) as site:
        assert await status_of(site, origin=origin) == status


@pytest.mark.parametrize(
    ("release", "offered", "taken"),
    [
        (Release.V2_8, ["centrifuge-protobuf"], None),
        (Release.V3_2, ["centrifuge-json", "centrifuge-protobuf"], "centrifuge-protobuf"),
        (Release.V4_1, ["centrifuge-protobuf", "centrifuge-json"], "centrifuge-json"),
        (Release.V6_9, ["x", "centrifuge-protobuf"], "centrifuge-protobuf"),
        (Release.V6_9, ["x"], None),
    ],
)
async def test_a_subprotocol_is_taken_in_the_server_s_order(
    release: Release, offered: list[str], taken: str | None
) -> None:
    async with served(settings(release)) as site, talk(site, subprotocols=offered) as client:
        assert client.socket.subprotocol == taken


@EACH
async def test_protobuf_is_asked_for_by_the_release_s_names(release: Release) -> None:
    names = {"format", "protocol" if release is Release.V2_8 else "cf_protocol"}
    async with served(settings(release)) as site:
        for name in ("format", "protocol", "cf_protocol"):
            async with talk(site, f"?{name}=protobuf") as client:
                # To a reader of protobuf a line of JSON is malformed, and the other way about.
                await client.socket.send(client.command("connect", token=token()))
                if name in names:
                    assert (await client.closed())[0] == site.node_bad_request
                else:
                    assert json.loads(await client.line())["id"] == 1


@EACH
async def test_of_several_values_in_the_query_the_first_counts(release: Release) -> None:
    async with served(settings(release)) as site:
        async with talk(site, "?format=json&format=protobuf") as client:
            await client.ask("connect", token=token())
        async with talk(site, "?format=protobuf&format=json") as client:
            await client.socket.send(client.command("connect", token=token()))
            assert (await client.closed())[0] == site.node_bad_request


async def test_3_2_speaks_v1_unless_v2_is_asked_for_and_knows_no_other() -> None:
    async with served(settings(Release.V3_2)) as site:
        for query, version in (("", 1), ("?cf_protocol_version=v2", 2)):
            async with connected(site, query=query, version=version) as client:
                assert await client.ask("history", channel="hist:x")
        assert await status_of(site, "?cf_protocol_version=v3") == 400


async def test_4_1_speaks_v2_unless_v1_is_asked_for_and_may_have_v1_switched_off() -> None:
    async with served(settings(Release.V4_1)) as site:
        for query, version in (("", 2), ("?cf_protocol_version=v1", 1)):
            async with connected(site, query=query, version=version) as client:
                assert await client.ask("history", channel="hist:x")
    given = settings(Release.V4_1, websocket=WebSocket(protocol_v1_disabled=True))
    async with served(given) as site:
        assert await status_of(site, "?cf_protocol_version=v1") == 400
        assert await status_of(site) == 101


async def test_5_4_does_not_look_at_the_version_that_is_asked_for() -> None:
    async with (
        served(settings(Release.V5_4)) as site,
        connected(site, query="?cf_protocol_version=v9") as client,
    ):
        assert await client.ask("history", channel="hist:x")


async def test_two_releases_share_the_port_and_each_client_meets_its_own() -> None:
    async with served(settings(Release.V2_8), settings(Release.V6_9)) as site:
        for version, told in ((1, "2.8.7"), (2, "6.9.1")):
            async with talk(site, version=version) as client:
                connected = await client.ask("connect", token=token())
                assert connected["version"].startswith(told)
