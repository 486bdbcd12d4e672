"""Options that are ignored or misread."""

from dataclasses import replace
from typing import Any

from centrifugo_grpc.errors import Code
from protos.v3 import api_pb2 as api
from reference_server.api import v3_channels, v3_clients
from reference_server.api.answers import Refused
from reference_server.api.v3 import V3Api
from reference_server.api.v3_channels import ChannelCalls
from reference_server.api.v3_clients import ClientCalls
from reference_server.api.v3_maps import MapCalls
from reference_server.clients import options as client_options
from reference_server.engine.maps import Maps
from reference_server.engine.streams import NO_VERSION, Streams, Version
from reference_server.node import Node
from tests.mutants.declaring import Area
from tests.mutants.patching import around

OPTIONS = Area("options")


def _published(change: Any) -> None:
    """Publish with other options."""

    def publish(original: Any, self: Any, channel: str, data: bytes, options: Any, *r: Any) -> Any:
        return original(self, channel, data, change(channel, options), *r)

    around(Node, "publish", publish)


@OPTIONS.mutant("publish.honour.skip-history", "publish.return.no-position-when-skipped")
def publish_ignores_skip_history() -> None:
    """`skip_history` is ignored."""
    _published(lambda channel, options: options._replace(skip_history=False))


@OPTIONS.mutant("publish.honour.idempotency-key")
def publish_ignores_idempotency_key() -> None:
    """The idempotency key is ignored."""
    _published(lambda channel, options: options._replace(idempotency_key=""))


@OPTIONS.mutant("publish.scope.idempotency-key")
def idempotency_keys_hold_for_all_channels() -> None:
    """An idempotency key holds for all channels."""

    def publish(original: Any, self: Any, channel: str, data: bytes, options: Any, *r: Any) -> Any:
        key = options.idempotency_key
        if key in seen:
            return seen[key]
        position = original(self, channel, data, options, *r)
        if key:
            seen[key] = position
        return position

    seen: dict[str, Any] = {}
    around(Node, "publish", publish)


@OPTIONS.mutant("publish.accept.long-idempotency-key")
def idempotency_keys_are_cut() -> None:
    """Idempotency keys count by their first 32 characters."""

    def short(channel: str, options: Any) -> Any:
        return options._replace(idempotency_key=options.idempotency_key[:32])

    _published(short)


@OPTIONS.mutant("publish.keep.idempotency-after-removal")
def idempotency_keys_end_with_history() -> None:
    """HistoryRemove forgets idempotency keys."""

    def remove(original: Any, self: Any, request: Any) -> Any:
        self._node._answers.discard(lambda key: key.startswith(request.channel))
        return original(self, request)

    around(ChannelCalls, "_history_remove", remove)


@OPTIONS.mutant("publish.honour.version")
def publish_ignores_version() -> None:
    """The version of a publication is ignored."""
    _published(lambda channel, options: options._replace(version=NO_VERSION))


@OPTIONS.mutant("publish.honour.version-epoch")
def publish_ignores_version_epoch() -> None:
    """The epoch of a publication's version is ignored."""
    _published(lambda _, o: o._replace(version=Version(o.version.number)))


@OPTIONS.mutant("publish.honour.version")
def publish_takes_the_same_version_again() -> None:
    """A publication of the last one's version is not suppressed."""

    def supersedes(original: Any, self: Version, last: Version) -> bool:
        return self.number == last.number or bool(original(self, last))

    around(Version, "supersedes", supersedes)


@OPTIONS.mutant("publish.keep.version-after-removal")
def versions_end_with_history() -> None:
    """HistoryRemove forgets the version."""

    def remove(original: Any, self: Any, channel: str) -> None:
        original(self, channel)
        if channel in self._streams:
            self._streams[channel].version = NO_VERSION

    around(Streams, "remove", remove)


@OPTIONS.mutant("publish.honour.b64data")
def publish_prefers_data() -> None:
    """`data` wins over `b64data`."""
    around(v3_channels, "payload", lambda original, data, text: data or original(data, text))


@OPTIONS.mutant("publish.refuse.b64data-alphabet")
def publish_takes_the_other_alphabet() -> None:
    """`b64data` may be of the URL-safe alphabet."""

    def payload(original: Any, data: bytes, text: str) -> bytes:
        return original(data, text.replace("-", "+").replace("_", "/"))  # type: ignore[no-any-return]

    around(v3_channels, "payload", payload)


@OPTIONS.mutant("publish.refuse.bad-b64data")
def publish_takes_any_base64() -> None:
    """What is no base64 in `b64data` is published as it is written."""

    def taken(original: Any, data: bytes, text: str) -> bytes:
        try:
            return original(data, text)  # type: ignore[no-any-return]
        except Refused:
            return text.encode()

    around(v3_channels, "payload", taken)


@OPTIONS.mutant("publish.refuse.data-format-json", "publish.refuse.data-format-json-object")
def data_formats_are_not_checked() -> None:
    """The data format of a namespace is not checked."""
    around(v3_channels, "_require_format", lambda original, data, data_format: None)


@OPTIONS.mutant("publish.refuse.data-format-json-object")
def data_format_objects_may_be_any_json() -> None:
    """Where a namespace wants JSON objects it takes any JSON."""

    def require(original: Any, data: bytes, wanted: str) -> None:
        original(data, "json" if wanted == "json_object" else wanted)

    around(v3_channels, "_require_format", require)


@OPTIONS.mutant("disconnect.spare.whitelist")
def disconnect_ignores_the_whitelist() -> None:
    """Disconnect ignores the whitelist."""

    def disconnect(original: Any, self: Any, request: Any) -> Any:
        request.ClearField("whitelist")
        return original(self, request)

    around(ClientCalls, "_disconnect", disconnect)


@OPTIONS.mutant("subscribe.override")
def subscribe_ignores_overrides() -> None:
    """Subscribe ignores what is overridden."""
    around(client_options, "overridden", lambda original, options, override: options)


@OPTIONS.mutant("subscribe.refuse.past-expiry")
def subscribe_ignores_expiry() -> None:
    """Subscribe ignores `expire_at`."""
    around(
        ClientCalls,
        "_options",
        lambda original, self, *rest: replace(original(self, *rest), expire_at=0),
    )


@OPTIONS.mutant("subscribe.refuse.bad-base64", "subscribe.push.base64-data")
def subscribe_ignores_base64() -> None:
    """Subscribe ignores `b64data` and `b64info`."""
    around(v3_clients, "payload", lambda original, data, text: data)


@OPTIONS.mutant("batch.choose.first-field")
def batch_chooses_the_last_field() -> None:
    """Of several fields of a command the last one counts."""

    def reply(original: Any, self: Any, command: Any) -> Any:
        for field, _ in command.ListFields()[:-1]:
            command.ClearField(field.name)
        return original(self, command)

    around(V3Api, "_reply", reply)


@OPTIONS.mutant("batch.run.in-order")
def batch_runs_backward() -> None:
    """A batch runs its last command first, and replies in order."""

    def batch(original: Any, self: Any, request: Any) -> Any:
        replies = [self._reply(command) for command in reversed(request.commands)]
        return api.BatchResponse(replies=reversed(replies))

    around(V3Api, "_batch", batch)


@OPTIONS.mutant("batch.run.parallel")
def batch_in_parallel_is_replied_backward() -> None:
    """A parallel batch replies in another order than that of its commands."""

    def batch(original: Any, self: Any, request: Any) -> Any:
        answer = original(self, request)
        if request.parallel:
            answer = api.BatchResponse(replies=list(answer.replies)[::-1])
        return answer

    around(V3Api, "_batch", batch)


@OPTIONS.mutant("map-publish.honour.key-mode")
def map_ignores_the_key_mode() -> None:
    """MapPublish ignores the mode of a key."""
    around(
        Maps,
        "publish",
        lambda original, self, *rest, **options: original(
            self, *rest, **{**options, "key_mode": ""}
        ),
    )


@OPTIONS.mutant("map-publish.honour.version")
def map_ignores_the_version() -> None:
    """MapPublish ignores the version."""
    around(
        Maps,
        "publish",
        lambda original, self, *rest, **options: original(
            self, *rest, **{**options, "version": NO_VERSION}
        ),
    )


@OPTIONS.mutant("map-read-state.limit.zero", "map-read-state.page.by-key")
def map_ignores_the_limit() -> None:
    """MapReadState ignores the limit."""

    def state(original: Any, self: Any, *rest: Any, **options: Any) -> Any:
        return original(self, *rest, **{**options, "limit": -1})

    around(Maps, "state", state)


@OPTIONS.mutant("map-read-state.filter.key")
def map_ignores_the_key() -> None:
    """MapReadState ignores the key."""

    def state(original: Any, self: Any, *rest: Any, **options: Any) -> Any:
        return original(self, *rest, **{**options, "key": ""})

    around(Maps, "state", state)


@OPTIONS.mutant("map-publish.refuse.bad-fields")
def map_takes_any_key_mode() -> None:
    """MapPublish takes an unknown mode of a key for none."""

    def publish(original: Any, self: Any, request: Any) -> Any:
        if request.key_mode not in {"if_new", "if_exists"}:
            request.key_mode = ""
        return original(self, request)

    around(MapCalls, "_publish", publish)


@OPTIONS.mutant("shared-poll.refuse.not-enabled")
def shared_poll_needs_not_be_enabled() -> None:
    """SharedPollPublish succeeds where it is not enabled."""

    def publish(original: Any, self: Any, request: Any) -> Any:
        try:
            return original(self, request)
        except Refused as refused:
            if refused.code is not Code.NOT_AVAILABLE:
                raise
            return api.SharedPollPublishResult()

    around(MapCalls, "_shared_poll_publish", publish)
