"""Calls that are refused though they are to succeed, and the other way round."""

from typing import Any

from reference_server.api import v3_channels
from reference_server.engine.hub import Hub
from reference_server.engine.streams import Position, Streams, Version
from reference_server.node import Node
from reference_server.settings import Settings
from tests.mutants.declaring import EVERY, LATEST, SINCE_5, V2, V3, Area
from tests.mutants.patching import around
from tests.mutants.relaying import as_in, asked, relayed, text, told

REFUSALS = Area("refusals")


def _error(response: Any, code: int, words: str) -> None:
    if "result" in response.DESCRIPTOR.fields_by_name:
        response.ClearField("result")
    is_bytes = isinstance(response.error.message, bytes)
    response.error.code = code
    response.error.message = words.encode() if is_bytes else words


def _refuses(*methods: str, when: Any, code: int = 107, words: str = "bad request") -> None:
    """Refuse requests that are to be answered."""

    def change(request: Any, response: Any) -> None:
        if not response.HasField("error") and when(request):
            _error(response, code, words)

    told(*methods, change=change)


def _is_connected() -> Any:
    """Tells whether a user is connected to the server."""
    hubs: list[Any] = []

    def made(original: Any, self: Any) -> None:
        original(self)
        hubs.append(self)

    around(Hub, "__init__", made)
    return lambda request: any(text(request.user) in hub._by_user for hub in hubs)


@REFUSALS.mutant(
    *("disconnect.accept.not-connected", "disconnect.accept.any-user-id"),
    *("disconnect.accept.client-and-session", "disconnect.accept.code-and-reason"),
    releases=EVERY,
)
def disconnect_of_who_is_not_there_is_refused() -> None:
    """Disconnect of a user who is not connected is answered with error 107."""
    is_connected = _is_connected()
    _refuses("Disconnect", when=lambda request: not is_connected(request))


@REFUSALS.mutant("unsubscribe.accept", releases=EVERY)
def unsubscribe_of_who_is_not_there_is_refused() -> None:
    """Unsubscribe of a user who is not connected is answered with error 107."""
    is_connected = _is_connected()
    _refuses("Unsubscribe", when=lambda request: not is_connected(request))


@REFUSALS.mutant("subscribe.accept", releases=V3)
def subscribe_of_who_is_not_there_is_refused() -> None:
    """Subscribe of a user who is not connected is answered with error 107."""
    is_connected = _is_connected()
    _refuses("Subscribe", when=lambda request: not is_connected(request))


@REFUSALS.mutant("refresh.accept", releases=V3)
def refresh_of_who_is_not_there_is_refused() -> None:
    """Refresh of a user who is not connected is answered with error 107."""
    is_connected = _is_connected()
    _refuses("Refresh", when=lambda request: not is_connected(request))


@REFUSALS.mutant(
    *("disconnect.accept.blank-user", "unsubscribe.accept.blank-user"),
    *("subscribe.accept.blank-user", "refresh.accept.blank-user"),
    releases=V3,
)
def commands_need_a_user() -> None:
    """Commands to connections without a user are answered with error 107."""
    _refuses(
        *("Disconnect", "Unsubscribe", "Subscribe", "Refresh"),
        when=lambda request: not request.user,
    )


@REFUSALS.mutant(
    *("disconnect.refuse.blank-user", "unsubscribe.refuse.blank-user"),
    *("unsubscribe.order.user-before-namespace",),
    releases=V2,
)
def commands_need_no_user() -> None:
    """Unsubscribe and Disconnect without a user succeed."""

    def change(request: Any) -> None:
        request.user = request.user or as_in(request, "nobody at all")

    asked("Unsubscribe", "Disconnect", change=change)


@REFUSALS.mutant(
    *("publish.accept.private-namespace", "subscribe.accept.any-namespace"),
    *("unsubscribe.accept.any-namespace", "subscribe.reach.closed-namespaces"),
    releases=EVERY,
)
def closed_namespaces_are_unknown() -> None:
    """Namespaces that are closed to clients are unknown to the API."""

    def options(original: Any, self: Any, channel: str) -> Any:
        return (
            None if channel.startswith(("private:", "user_limited:")) else original(self, channel)
        )

    around(Settings, "channel_options", options)


@REFUSALS.mutant("publish.accept.no-json", releases=EVERY)
def text_is_refused() -> None:
    """Publish refuses text that is no JSON."""
    _refuses("Publish", when=lambda request: request.data == b"plain text")


@REFUSALS.mutant(
    *("publish.accept.data-format-binary", "delivery.keep.empty-binary"),
    *("broadcast.accept.empty-data-where-binary",),
    releases=LATEST,
)
def empty_data_is_always_refused() -> None:
    """Empty data is refused where the data format is `binary`, too."""

    def require(original: Any, data: bytes, wanted: str) -> None:
        original(data, "json" if not data else wanted)

    around(v3_channels, "_require_format", require)


@REFUSALS.mutant("publish.accept.namespace", releases=EVERY)
def the_namespace_plain_is_unknown() -> None:
    """Publish into a namespace without options is answered with error 102."""
    _refuses(
        "Publish",
        when=lambda request: text(request.channel).startswith("plain:"),
        code=102,
        words="unknown channel",
    )


@REFUSALS.mutant("publish.refuse.b64data-of-nothing", releases=V3)
def base64_of_nothing_is_left_out() -> None:
    """Base64 of no byte is as none: `data` counts."""

    def change(request: Any) -> None:
        if not request.b64data.strip():
            request.b64data = ""

    asked("Publish", change=change)


@REFUSALS.mutant("publish.order.bad-b64data-before-namespace", releases=V3)
def namespaces_come_before_base64() -> None:
    """The namespace is looked at before base64."""

    def change(request: Any, response: Any) -> None:
        if response.error.code == 107 and request.channel.startswith("no-such"):
            _error(response, 102, "unknown channel")

    told("Publish", change=change)


@REFUSALS.mutant("publish.accept.version-zero", releases=LATEST)
def publications_without_version_are_suppressed() -> None:
    """After a version publications without one are suppressed."""

    def add(original: Any, self: Any, channel: str, *rest: Any, **options: Any) -> Any:
        stream = self._streams.get(channel)
        if stream is not None and stream.version.number and not rest[3].number:
            return None, Position(stream.top, stream.epoch)
        return original(self, channel, *rest, **options)

    around(Streams, "add", add)


@REFUSALS.mutant("publish.match.blank-version-epoch", releases=LATEST)
def blank_version_epochs_are_others() -> None:
    """A blank version epoch is another one than any."""

    def supersedes(original: Any, self: Any, last: Any) -> bool:
        return bool(original(self, last)) or self.epoch != last.epoch

    around(Version, "supersedes", supersedes)


@REFUSALS.mutant("publish.skip.version-with-skip-history", releases=LATEST)
def versions_count_without_history() -> None:
    """The version of a publication with `skip_history` is remembered."""

    def publish(original: Any, self: Any, channel: str, *rest: Any) -> Any:
        position = original(self, channel, *rest)
        _, options, rules = rest
        if options.skip_history and options.version.number and rules.keeps_history:
            stream = self.streams._stream(channel, self._clock())
            stream.version = options.version
        return position

    around(Node, "publish", publish)


@REFUSALS.mutant("publish.retry.suppressed-version", releases=LATEST)
def suppressed_versions_use_their_key_up() -> None:
    """A publication that its version suppressed uses up its idempotency key."""

    def publish(original: Any, self: Any, channel: str, *rest: Any) -> Any:
        position = original(self, channel, *rest)
        _, options, _ = rest
        if options.idempotency_key:
            self._answers.put(f"{channel}_{options.idempotency_key}", position)
        return position

    around(Node, "publish", publish)


@REFUSALS.mutant("publish.collide.idempotency-underscore", releases=SINCE_5)
def idempotency_keys_do_not_collide() -> None:
    """Channel and idempotency key do not run together."""

    def change(request: Any) -> None:
        if request.idempotency_key:
            request.idempotency_key = f"\0{request.idempotency_key}"

    asked("Publish", change=change)


@REFUSALS.mutant("publish.repeat.idempotent-empty-result", releases=SINCE_5)
def answers_without_position_are_not_kept() -> None:
    """The empty answer for a publication with `skip_history` is not kept for its key."""

    def change(request: Any) -> None:
        if request.skip_history:
            request.idempotency_key = ""

    asked("Publish", change=change)


@REFUSALS.mutant("namespace.accept.blank-name", releases=EVERY)
def blank_namespaces_are_unknown() -> None:
    """A channel that begins with a colon is of no namespace."""
    _options(lambda original, self, name: None if name.startswith(":") else original(self, name))


@REFUSALS.mutant(
    *("namespace.ignore.private-prefix", "namespace.separate.channel-strings"), releases=EVERY
)
def private_channels_have_namespaces_of_their_own() -> None:
    """A leading `$` is part of the namespace's name."""
    _options(lambda original, self, name: None if name.startswith("$") else original(self, name))


@REFUSALS.mutant("namespace.find.before-user-boundary", releases=EVERY)
def users_in_channels_hide_colons() -> None:
    """A colon behind `#` ends no namespace."""
    _options(lambda original, self, name: original(self, name.partition("#")[0] or "x"))


@REFUSALS.mutant("history.refuse.half-configured", releases=V2)
def half_a_history_is_one() -> None:
    """History where the size or the lifetime alone is set is empty."""

    def change(request: Any, response: Any) -> None:
        if text(request.channel).startswith(("size_only:", "lifetime_only:")):
            response.ClearField("error")
            response.result.SetInParent()

    told("History", change=change)


def _options(change: Any) -> None:
    around(Settings, "channel_options", change)


@REFUSALS.mutant("shared-poll.accept", releases=LATEST)
def shared_polls_need_newer_versions() -> None:
    """SharedPollPublish of a version that is not newer is answered with error 107."""
    newest: dict[str, int] = {}

    def relay(forward: Any, request: Any) -> Any:
        response = forward(request)
        if request.version <= newest.get(request.channel, 0):
            _error(response, 107, "bad request")
        newest[request.channel] = request.version
        return response

    relayed("SharedPollPublish", relay=relay)


@REFUSALS.mutant("rpc.refuse.names-of-rpcs", releases=EVERY)
def rpc_reaches_the_api() -> None:
    """RPC reaches the RPCs of the API by their names."""

    def change(request: Any, response: Any) -> None:
        if text(request.method) in {"info", "Info", "channels"}:
            response.ClearField("error")
            response.result.SetInParent()

    told("RPC", change=change)


@REFUSALS.mutant(
    *("presence-stats.return.nobody", "presence.return.nobody", "channels.return.result"),
    releases=EVERY,
)
def results_of_nothing_are_not_set() -> None:
    """Presence, PresenceStats and Channels with nothing to tell set no `result`."""

    def change(_: Any, response: Any) -> None:
        if response.HasField("result") and not response.result.ByteSize():
            response.ClearField("result")

    told("Presence", "PresenceStats", "Channels", change=change)


@REFUSALS.mutant("history-remove.accept", releases=EVERY)
def history_remove_of_nothing_is_refused() -> None:
    """HistoryRemove of a channel that was never published to is answered with error 108."""
    published: set[str] = set()

    def remember(forward: Any, request: Any) -> Any:
        published.add(text(request.channel))
        return forward(request)

    relayed("Publish", relay=remember)
    _refuses(
        "HistoryRemove",
        when=lambda request: text(request.channel) not in published,
        code=108,
        words="not available",
    )


@REFUSALS.mutant(
    "subscribe.refuse.blank-channel", "subscribe.refuse.unknown-namespace", releases=V3
)
def subscribe_refuses_no_channel() -> None:
    """Subscribe succeeds whatever the channel."""

    def change(_: Any, response: Any) -> None:
        response.ClearField("error")

    told("Subscribe", change=change)


@REFUSALS.mutant("channels.accept.any-pattern", "channels.match.unclosed-brace", releases=V3)
def odd_patterns_are_refused() -> None:
    """A pattern with braces is answered with error 100."""
    _refuses(
        "Channels",
        when=lambda request: "{" in request.pattern,
        code=100,
        words="internal server error",
    )


@REFUSALS.mutant("channels.list.everything-without-pattern", releases=V3)
def channels_needs_a_pattern() -> None:
    """Without a pattern Channels lists nothing."""

    def change(request: Any, response: Any) -> None:
        if not request.pattern:
            response.result.channels.clear()

    told("Channels", change=change)


@REFUSALS.mutant("publish.accept.any-channel", releases=EVERY)
def objects_need_a_namespace() -> None:
    """Publish of an object into a channel that names no namespace is answered with error 102."""
    _refuses(
        "Publish",
        when=lambda request: ":" not in text(request.channel) and request.data.startswith(b"{"),
        code=102,
        words="unknown channel",
    )
