"""Subscribe, Unsubscribe, Disconnect and Refresh behind a relay that alters one thing."""

from typing import Any

from reference_server.clients.session import Session
from reference_server.engine.hub import Hub
from tests.mutants.declaring import EVERY, LATEST, V3, Area
from tests.mutants.patching import around
from tests.mutants.relaying import as_in, asked, relayed, text

CLIENTS = Area("clients")


def _loses(method: str, *fields: str) -> None:
    def drop(request: Any) -> None:
        for field in fields:
            request.ClearField(field)

    asked(method, change=drop)


@CLIENTS.mutant("subscribe.narrow.client", releases=V3)
def subscribe_ignores_client() -> None:
    """Subscribe ignores a client id."""
    _loses("Subscribe", "client")


@CLIENTS.mutant("subscribe.narrow.session", releases=V3)
def subscribe_ignores_session() -> None:
    """Subscribe ignores a session."""
    _loses("Subscribe", "session")


@CLIENTS.mutant("unsubscribe.narrow", releases=V3)
def unsubscribe_ignores_client() -> None:
    """Unsubscribe ignores a client id."""
    _loses("Unsubscribe", "client")


@CLIENTS.mutant("unsubscribe.narrow", releases=V3)
def unsubscribe_ignores_session() -> None:
    """Unsubscribe ignores a session."""
    _loses("Unsubscribe", "session")


@CLIENTS.mutant("disconnect.narrow", releases=V3)
def disconnect_ignores_client() -> None:
    """Disconnect ignores a client id."""
    _loses("Disconnect", "client")


@CLIENTS.mutant("disconnect.narrow", releases=V3)
def disconnect_ignores_session() -> None:
    """Disconnect ignores a session."""
    _loses("Disconnect", "session")


@CLIENTS.mutant("refresh.narrow", releases=V3)
def refresh_ignores_client() -> None:
    """Refresh ignores a client id."""
    _loses("Refresh", "client")


@CLIENTS.mutant("refresh.narrow", releases=V3)
def refresh_ignores_session() -> None:
    """Refresh ignores a session."""
    _loses("Refresh", "session")


@CLIENTS.mutant("disconnect.spare.whitelist", releases=V3)
def disconnect_spares_one_of_the_whitelist() -> None:
    """Disconnect spares the first client of the whitelist only."""

    def cut(request: Any) -> None:
        del request.whitelist[1:]

    asked("Disconnect", change=cut)


@CLIENTS.mutant("disconnect.spare.whitelist", releases=V3)
def disconnect_spares_all_for_a_whitelist() -> None:
    """Disconnect with a whitelist disconnects nobody."""

    def relay(forward: Any, request: Any) -> Any:
        other = type(request)()
        other.CopyFrom(request)
        if request.whitelist:
            other.user = "nobody at all"
        return forward(other)

    relayed("Disconnect", relay=relay)


@CLIENTS.mutant("unsubscribe.stop.delivery", releases=EVERY)
def unsubscribe_ends_all_subscriptions() -> None:
    """Unsubscribe of a channel ends the user's other subscriptions, too."""

    def unsubscribe(original: Any, self: Any, channel: str) -> None:
        for each in list(self.subscriptions) if channel in self.subscriptions else ():
            if "fence" not in each:
                self.end(each)
        original(self, channel)

    around(Session, "unsubscribe", unsubscribe)


@CLIENTS.mutant("unsubscribe.stop.delivery", releases=EVERY)
def unsubscribe_ends_channels_by_the_beginning() -> None:
    """Unsubscribe ends subscriptions to channels whose names begin with the one that is named."""

    def unsubscribe(original: Any, self: Any, channel: str) -> None:
        for each in list(self.subscriptions) if channel else ():
            if each.startswith(channel) and each != channel:
                self.end(each)
        original(self, channel)

    around(Session, "unsubscribe", unsubscribe)


def _others(method: str, matches: Any) -> None:
    """An RPC finds connections of other users, too."""

    def relay(forward: Any, request: Any) -> Any:
        response = forward(request)
        name = text(request.user)
        for each in [each for each in hubs[0]._by_user if each != name] if hubs else ():
            if name and matches(each, name):
                other = type(request)()
                other.CopyFrom(request)
                other.user = as_in(request, each)
                forward(other)
        return response

    def made(original: Any, self: Any) -> None:
        original(self)
        hubs.append(self)

    hubs: list[Any] = []
    around(Hub, "__init__", made)
    relayed(method, relay=relay)


def _begins(each: str, name: str) -> bool:
    return each.startswith(name)


def _is_alike(each: str, name: str) -> bool:
    return each.lower() == name.lower()


@CLIENTS.mutant("disconnect.match.whole-user", releases=EVERY)
def disconnect_matches_the_beginning_of_users() -> None:
    """Disconnect closes connections of users whose ids begin with the one that is named."""
    _others("Disconnect", _begins)


@CLIENTS.mutant("disconnect.match.whole-user", releases=EVERY)
def disconnect_ignores_capitals_of_users() -> None:
    """Disconnect closes connections of users whose ids differ in capitals alone."""
    _others("Disconnect", _is_alike)


@CLIENTS.mutant("unsubscribe.match.whole-user", releases=EVERY)
def unsubscribe_matches_the_beginning_of_users() -> None:
    """Unsubscribe reaches users whose ids begin with the one that is named."""
    _others("Unsubscribe", _begins)


@CLIENTS.mutant("subscribe.match.whole-user", releases=V3)
def subscribe_matches_the_beginning_of_users() -> None:
    """Subscribe reaches users whose ids begin with the one that is named."""
    _others("Subscribe", _begins)


@CLIENTS.mutant("subscribe.match.whole-user", releases=V3)
def subscribe_ignores_capitals_of_users() -> None:
    """Subscribe reaches users whose ids differ in capitals alone."""
    _others("Subscribe", _is_alike)


@CLIENTS.mutant("refresh.match.whole-user", releases=V3)
def refresh_matches_the_beginning_of_users() -> None:
    """Refresh reaches users whose ids begin with the one that is named."""
    _others("Refresh", _begins)


@CLIENTS.mutant("refresh.match.whole-user", releases=V3)
def refresh_ignores_capitals_of_users() -> None:
    """Refresh reaches users whose ids differ in capitals alone."""
    _others("Refresh", _is_alike)


@CLIENTS.mutant("refresh.reach.every-connection", releases=V3)
def refresh_reaches_everybody() -> None:
    """Refresh reaches all users."""
    _others("Refresh", lambda each, name: True)


@CLIENTS.mutant("subscribe.push.to-the-user", releases=V3)
def subscribe_reaches_everybody() -> None:
    """Subscribe reaches all users."""
    _others("Subscribe", lambda each, name: True)


@CLIENTS.mutant("subscribe.reach.blank-user", releases=V3)
def subscribe_of_nobody_reaches_nobody() -> None:
    """Subscribe without a user reaches nobody."""

    def rename(request: Any) -> None:
        request.user = request.user or "nobody at all"

    asked("Subscribe", change=rename)


@CLIENTS.mutant("disconnect.reach.blank-user", releases=V3)
def disconnect_of_nobody_reaches_nobody() -> None:
    """Disconnect without a user reaches nobody."""

    def rename(request: Any) -> None:
        request.user = request.user or "nobody at all"

    asked("Disconnect", change=rename)


@CLIENTS.mutant("refresh.reach.blank-user", releases=V3)
def refresh_of_nobody_reaches_nobody() -> None:
    """Refresh without a user reaches nobody."""

    def rename(request: Any) -> None:
        request.user = request.user or "nobody at all"

    asked("Refresh", change=rename)


@CLIENTS.mutant("unsubscribe.reach.blank-user", releases=V3)
def unsubscribe_of_nobody_reaches_nobody() -> None:
    """Unsubscribe without a user reaches nobody."""

    def rename(request: Any) -> None:
        request.user = request.user or "nobody at all"

    asked("Unsubscribe", change=rename)


@CLIENTS.mutant("disconnect.push.code-zero", releases=V3)
def disconnect_loses_code_zero() -> None:
    """Disconnect with a `disconnect` of nothing is as one without."""

    def drop(request: Any) -> None:
        if not request.disconnect.ByteSize():
            request.ClearField("disconnect")

    asked("Disconnect", change=drop)


@CLIENTS.mutant("disconnect.push.custom-code", releases=V3)
def disconnect_knows_codes_of_4_digits() -> None:
    """Disconnect takes codes above 4,999 for none."""

    def drop(request: Any) -> None:
        if request.disconnect.code > 4999:
            request.ClearField("disconnect")

    asked("Disconnect", change=drop)


@CLIENTS.mutant("disconnect.push.custom-code", releases=V3)
def disconnect_cuts_reasons() -> None:
    """Disconnect cuts reasons to 32 characters."""

    def cut(request: Any) -> None:
        if request.HasField("disconnect"):
            request.disconnect.reason = request.disconnect.reason[:32]

    asked("Disconnect", change=cut)


@CLIENTS.mutant("refresh.close.expired", releases=V3)
def refresh_ignores_past_expiry() -> None:
    """Refresh with an `expire_at` in the past closes nothing."""

    def drop(request: Any) -> None:
        if 0 < request.expire_at < 1_700_000_000:
            request.expire_at = 0

    asked("Refresh", change=drop)


@CLIENTS.mutant("refresh.push.longest-ttl", releases=V3)
def refresh_takes_milliseconds() -> None:
    """Refresh takes `expire_at` for milliseconds above a limit."""

    def scale(request: Any) -> None:
        if request.expire_at > 4_000_000_000:
            request.expire_at //= 1000

    asked("Refresh", change=scale)


@CLIENTS.mutant("subscribe.push.data", releases=V3)
def subscribe_cuts_data_at_nul() -> None:
    """Subscribe tells the client `data` up to its first NUL."""

    def cut(request: Any) -> None:
        request.data = request.data.split(b"\0")[0]

    asked("Subscribe", change=cut)


@CLIENTS.mutant("subscribe.tell.info", releases=V3)
def subscribe_ignores_info_for_joins() -> None:
    """Subscribe replaces what is not UTF-8 in `info`."""

    def change(request: Any) -> None:
        request.info = request.info.replace(b" ", b"")

    asked("Subscribe", change=change)


for _name in ("presence", "join_leave", "force_push_join_leave"):

    def _patch(name: str = _name) -> None:
        asked("Subscribe", change=lambda request: request.override.ClearField(name))

    _patch.__name__ = f"subscribe_ignores_override_of_{_name}"
    _patch.__doc__ = f"Subscribe ignores the override `{_name}`."
    CLIENTS.mutant("subscribe.override", releases=LATEST)(_patch)

for _name in ("force_recovery", "force_positioning"):

    def _patch_position(name: str = _name) -> None:
        asked("Subscribe", change=lambda request: request.override.ClearField(name))

    _patch_position.__name__ = f"subscribe_ignores_override_of_{_name}"
    _patch_position.__doc__ = f"Subscribe ignores the override `{_name}`."
    CLIENTS.mutant("subscribe.override", releases=V3)(_patch_position)
