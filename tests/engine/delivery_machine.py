"""The laws of delivery and presence as a state machine: a node and those who are subscribed."""

from collections import defaultdict
from dataclasses import dataclass, field

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from centrifugo_grpc.releases import Release
from reference_server.clients.pushes import Published, Push
from reference_server.engine.streams import ClientInfo, Position
from reference_server.node import Node, PublishOptions
from reference_server.settings import ChannelOptions, Settings
from tests.engine.clock import Clock

CHANNELS = ("kept", "not kept")
KEPT = ChannelOptions(history_size=3, history_ttl=60)
RULES = {"kept": KEPT, "not kept": ChannelOptions()}


@dataclass
class Receiver:
    """A connection that notes what it is told."""

    client: str
    user: str
    session: str = ""
    received: dict[str, list[tuple[int, bytes]]] = field(default_factory=lambda: defaultdict(list))

    def deliver(self, push: Push, position: Position) -> None:
        assert isinstance(push.body, Published)
        self.received[push.channel].append((position.offset, push.body.publication.data))

    def deliver_presence(self, push: Push) -> None: ...


class DeliveryMachine(RuleBasedStateMachine):
    """Clients come, subscribe, leave and go while publications are sent."""

    make_node = Node

    def __init__(self) -> None:
        super().__init__()
        self.node = self.make_node(Settings(release=Release.V6_9), Clock())
        self.live: dict[str, Receiver] = {}
        self.subscribed: dict[str, set[str]] = {channel: set() for channel in CHANNELS}
        self.owed: dict[tuple[str, str], list[bytes]] = defaultdict(list)
        self.answered: set[str] = set()
        self.count = 0

    @rule(user=st.sampled_from(["", "ann", "bob"]))
    def connects(self, user: str) -> None:
        self.count += 1
        receiver = Receiver(f"client-{self.count}", user)
        self.live[receiver.client] = receiver
        self.node.hub.connect(receiver)  # type: ignore[arg-type]

    @rule(channel=st.sampled_from(CHANNELS), data=st.data())
    def subscribes(self, channel: str, data: st.DataObject) -> None:
        if self.live:
            receiver = self.live[data.draw(st.sampled_from(sorted(self.live)))]
            self.node.hub.subscribe(receiver, channel)  # type: ignore[arg-type]
            self.node.presence.put(channel, ClientInfo(receiver.user, receiver.client))
            self.subscribed[channel].add(receiver.client)

    @rule(channel=st.sampled_from(CHANNELS), data=st.data())
    def unsubscribes(self, channel: str, data: st.DataObject) -> None:
        if self.live:
            receiver = self.live[data.draw(st.sampled_from(sorted(self.live)))]
            self._unsubscribe(receiver, channel)

    @rule(data=st.data())
    def goes(self, data: st.DataObject) -> None:
        if self.live:
            receiver = self.live.pop(data.draw(st.sampled_from(sorted(self.live))))
            for channel in CHANNELS:
                self._unsubscribe(receiver, channel)
            self.node.hub.disconnect(receiver)  # type: ignore[arg-type]

    @rule(channel=st.sampled_from(CHANNELS), key=st.sampled_from(["", "k1", "k2"]))
    def publishes(self, channel: str, key: str) -> None:
        self.count += 1
        data = b"%d" % self.count
        self.node.publish(channel, data, PublishOptions({}, idempotency_key=key), RULES[channel])
        replay_key = f"{channel}_{key}"
        if key and replay_key in self.answered:
            return
        self.answered |= {replay_key} if key else set()
        for client in self.subscribed[channel]:
            self.owed[client, channel].append(data)

    @invariant()
    def each_subscriber_got_each_publication_once_in_order(self) -> None:
        for receiver in self.live.values():
            for channel in CHANNELS:
                got = [data for _, data in receiver.received[channel]]
                assert got == self.owed[receiver.client, channel]

    @invariant()
    def offsets_rise(self) -> None:
        for receiver in self.live.values():
            offsets = [offset for offset, _ in receiver.received["kept"]]
            assert offsets == sorted(set(offsets))

    @invariant()
    def presence_is_the_live_subscriptions(self) -> None:
        for channel in CHANNELS:
            assert set(self.node.presence.of(channel)) == self.subscribed[channel]
            users = {self.live[client].user for client in self.subscribed[channel]}
            assert self.node.presence.counts(channel) == (len(self.subscribed[channel]), len(users))

    @invariant()
    def counts_are_the_live_ones(self) -> None:
        clients, users, channels, subscriptions = self.node.hub.counts()
        assert clients == len(self.live)
        assert users == len({receiver.user for receiver in self.live.values()})
        assert channels == sum(map(bool, self.subscribed.values()))
        assert subscriptions == sum(map(len, self.subscribed.values()))

    def _unsubscribe(self, receiver: Receiver, channel: str) -> None:
        self.node.hub.unsubscribe(receiver, channel)  # type: ignore[arg-type]
        self.node.presence.remove(channel, receiver.client)
        self.subscribed[channel].discard(receiver.client)
