"""Nothing is kept for longer than it lives, however many channels there were."""

from centrifugo_grpc.releases import Release
from reference_server.engine.map_state import Entry
from reference_server.engine.streams import ClientInfo
from reference_server.node import Node, PublishOptions
from reference_server.settings import ChannelOptions, MapOptions, Settings
from tests.engine.clock import Clock

CHANNELS = 10_000
RULES = ChannelOptions(history_size=3, history_ttl=60, history_meta_ttl=600)
MAP = MapOptions("recoverable", key_ttl=30, stream_size=3, stream_ttl=60, meta_ttl=600)


def used_node(clock: Clock) -> Node:
    """A node after a publication with an idempotency key into each of many channels and maps."""
    node = Node(Settings(release=Release.V6_9), clock)
    for number in range(CHANNELS):
        channel = f"c{number}"
        node.publish(channel, b"{}", PublishOptions({}, idempotency_key="k"), RULES)
        node.maps.publish(channel, Entry("key", b"{}"), MAP, idempotency_key="k")
    return node


def sizes(node: Node) -> dict[str, int]:
    """How much each index of a node holds."""
    return {
        "streams": len(node.streams),
        "publications": sum(len(one.publications) for one in node.streams._streams.values()),
        "deadlines of streams": len(node.streams._deadlines),
        "answers": len(node._answers),
        "maps": len(node.maps),
        "deadlines of maps": len(node.maps._deadlines),
        "answers of maps": len(node.maps._answers),
    }


def test_expired_publications_and_answers_are_freed_by_the_sweep_alone() -> None:
    clock = Clock()
    node = used_node(clock)
    assert all(size >= CHANNELS for size in sizes(node).values())
    clock.now += 301
    node.sweep()
    held = sizes(node)
    assert held["publications"] == held["answers"] == held["answers of maps"] == 0


def test_when_all_lifetimes_are_over_nothing_is_left() -> None:
    clock = Clock()
    node = used_node(clock)
    # A key that expires is a change, which a map then keeps for its time.
    for _ in range(3):
        clock.now += 601
        node.sweep()
    assert sizes(node) == dict.fromkeys(sizes(node), 0)


def test_a_channel_in_use_has_one_deadline_however_often_it_is_put_off() -> None:
    clock = Clock()
    node = Node(Settings(release=Release.V6_9), clock)
    for _ in range(10_000):
        clock.now += 0.01
        node.publish("busy", b"{}", PublishOptions({}), RULES)
    assert sizes(node)["deadlines of streams"] == 1
    assert sizes(node)["publications"] == RULES.history_size


def test_a_channel_in_use_now_and_then_leaves_no_deadlines_behind() -> None:
    clock = Clock()
    node = Node(Settings(release=Release.V6_9), clock)
    rules = ChannelOptions(history_size=3, history_ttl=60, history_meta_ttl=1e9)
    for _ in range(1_000):
        node.publish("now and then", b"{}", PublishOptions({}), rules)
        clock.now += 61
        node.sweep()
    assert sizes(node)["deadlines of streams"] < 100


def test_who_has_gone_leaves_nothing_in_the_presence() -> None:
    node = Node(Settings(release=Release.V6_9), Clock())
    for number in range(CHANNELS):
        node.presence.put(f"c{number}", ClientInfo("u", "client"))
    assert len(node.presence) == CHANNELS
    for number in range(CHANNELS):
        node.presence.remove(f"c{number}", "client")
    assert len(node.presence) == 0
