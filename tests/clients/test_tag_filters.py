"""Subscribers who want publications with certain tags only (6.9)."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from centrifugo_grpc.releases import Release
from reference_server.clients import commands as ask
from reference_server.clients import failures
from reference_server.clients.commands import Recovery
from reference_server.clients.pushes import Published
from reference_server.clients.tag_filters import TagsFilter
from reference_server.node import PublishOptions
from reference_server.settings import ChannelOptions
from tests.clients.sans_io import Client, World
from tests.clients.serving import RECOVERED, settings

FILTERED = replace(RECOVERED, allow_tags_filter=True, allowed_delta_types=("fossil",))
EVEN = TagsFilter(key="n", cmp="eq", val="0")
ONE = {"a": "1"}


def world_of(rules: ChannelOptions = FILTERED, release: Release = Release.V6_9) -> World:
    return World(settings(release, without_namespace=rules))


def publish(world: World, count: int, *, delta: bool = False) -> None:
    """Publish 0, 1, 2... tagged by whether they are even."""
    for number in range(count):
        options = PublishOptions(tags={"n": str(number % 2)}, delta=delta)
        rules = world.settings.without_namespace
        world.node.publish("c", str(number).encode(), options, rules)


def told(client: Client) -> list[bytes]:
    bodies = [said[1] for said in client.told() if isinstance(said[1], Published)]
    return [body.publication.data for body in bodies]


@pytest.mark.parametrize(("given", "passing"), [
    (TagsFilter(key="a", cmp="eq", val="1"), [ONE]),
    (TagsFilter(key="a", cmp="neq", val="1"), [{}, {"a": "2"}]),
    (TagsFilter(key="a", cmp="in", vals=("1", "2")), [ONE, {"a": "2"}]),
    (TagsFilter(key="a", cmp="in", vals=("1", "")), [{}, ONE]),
    (TagsFilter(key="a", cmp="nin", vals=("1",)), [{}, {"a": "2"}]),
    (TagsFilter(key="a", cmp="ex"), [ONE, {"a": "2"}]),
    (TagsFilter(key="a", cmp="nex"), [{}]),
    (TagsFilter(key="a", cmp="sw", val="1"), [ONE]),
    (TagsFilter(key="a", cmp="ew", val="2"), [{"a": "2"}]),
    (TagsFilter(key="a", cmp="ct", val="1"), [ONE]),
    (TagsFilter(key="a", cmp="gt", val="1"), [{"a": "2"}]),
    (TagsFilter(key="a", cmp="gte", val="1.0"), [ONE, {"a": "2"}]),
    (TagsFilter(key="a", cmp="lt", val="2"), [ONE]),
    (TagsFilter(key="a", cmp="lte", val="+01"), [ONE]),
    (TagsFilter("not", nodes=(TagsFilter(key="a", cmp="ex"),)), [{}]),
    (TagsFilter("and", nodes=(TagsFilter(key="a", cmp="ex"), EVEN)), []),
    (TagsFilter("or", nodes=(TagsFilter(key="a", cmp="nex"), EVEN)), [{}]),
])  # fmt: skip
def test_a_filter_passes_what_its_conditions_say(
    given: TagsFilter, passing: list[Mapping[str, str]]
) -> None:
    assert given.is_valid
    assert [tags for tags in ({}, ONE, {"a": "2"}) if given.matches(tags)] == passing


@pytest.mark.parametrize("text", ["", ".5", "1.", "-", "1e3", " 1", "1_0", "x", "1." + "0" * 20])
def test_what_is_no_decimal_number_is_neither_more_nor_less(text: str) -> None:
    for comparison in ("gt", "gte", "lt", "lte"):
        assert not TagsFilter(key="a", cmp=comparison, val="0").matches({"a": text})


@pytest.mark.parametrize("given", [
    TagsFilter(), TagsFilter(cmp="eq", val="1"), TagsFilter(key="a", cmp="eq"),
    TagsFilter(key="a", cmp="eq", val="1", vals=("1",)), TagsFilter(key="a", cmp="in"),
    TagsFilter(key="a", cmp="in", vals=("1",), val="1"), TagsFilter(key="a", cmp="ex", val="1"),
    TagsFilter(key="a", cmp="is", val="1"), TagsFilter("and"), TagsFilter("or"),
    TagsFilter("not", nodes=(EVEN, EVEN)), TagsFilter("xor", nodes=(EVEN, EVEN)),
    TagsFilter("and", nodes=(EVEN, TagsFilter())),
])  # fmt: skip
def test_a_filter_that_makes_no_sense_is_a_bad_request(given: TagsFilter) -> None:
    client = world_of().connected()
    assert client.do(ask.Subscribe("c", tags_filter=given)) == failures.BAD_REQUEST


def test_a_filter_is_a_bad_request_where_the_namespace_has_none() -> None:
    client = world_of(RECOVERED).connected()
    assert client.do(ask.Subscribe("c", tags_filter=EVEN)) == failures.BAD_REQUEST
    assert client.code is None


def test_what_does_not_pass_is_not_sent_and_loses_no_position() -> None:
    world = world_of()
    client = world.connected()
    client.do(ask.Subscribe("c", tags_filter=EVEN))
    publish(world, 5)
    assert told(client) == [b"0", b"2", b"4"]
    assert client.code is None


def test_without_history_what_does_not_pass_is_not_sent_either() -> None:
    rules = ChannelOptions(allow_subscribe_for_client=True, allow_tags_filter=True)
    world = world_of(rules)
    client = world.connected()
    client.do(ask.Subscribe("c", tags_filter=EVEN))
    publish(world, 3)
    assert told(client) == [b"0", b"2"]


def test_a_recovery_gives_what_passes() -> None:
    world = world_of()
    publish(world, 5)
    result = world.connected().do(
        ask.Subscribe("c", recovery=Recovery(recover=True, offset=1), tags_filter=EVEN)
    )
    assert [each.data for each in result.publications] == [b"2", b"4"]
    assert result.recovered


@pytest.mark.parametrize(("wanted", "given"), [("0", [b"2"]), ("7", [])])
def test_in_cache_mode_it_gives_the_latest_that_passes(wanted: str, given: list[bytes]) -> None:
    world = world_of(replace(FILTERED, recovery_mode="cache"))
    publish(world, 4)
    passing = TagsFilter(key="n", cmp="eq", val=wanted)
    request = ask.Subscribe("c", recovery=Recovery(recover=True), tags_filter=passing)
    result = world.connected().do(request)
    assert [each.data for each in result.publications] == given
    assert result.recovered == bool(given)


def test_who_gets_differences_gets_all_live_ones() -> None:
    world = world_of()
    client = world.connected()
    client.do(ask.Subscribe("c", delta="fossil", tags_filter=EVEN))
    publish(world, 3, delta=True)
    assert told(client) == [b"0", b"1", b"2"]


def test_before_6_there_are_no_filters() -> None:
    world = world_of(release=Release.V5_4)
    client = world.connected()
    client.do(ask.Subscribe("c", tags_filter=TagsFilter()))
    publish(world, 2)
    assert told(client) == [b"0", b"1"]
