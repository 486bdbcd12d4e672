"""Keys taken or refused by other than themselves."""

from typing import Any

from reference_server.api import gate
from reference_server.api.answers import GrpcFailure, first
from tests.mutants.auth import open_rpcs
from tests.mutants.declaring import EVERY, SINCE_4, Area
from tests.mutants.patching import around

AUTH = Area("auth")


def _also(name: str, *forms: str) -> None:
    """Take a key that is sent as another metadata, too."""

    def require(original: Any, authorization: bytes, metadata: Any) -> None:
        key = authorization.decode().split(" ", 1)[1]
        if str(first(metadata, name) or "") not in {form.format(key) for form in forms}:
            original(authorization, metadata)

    around(gate, "_require", require)


@AUTH.mutant("key.ignore.other-metadata", releases=EVERY)
def key_may_be_in_apikey() -> None:
    """The key is taken from `apikey`, too."""
    _also("apikey", "{}", "apikey {}")


@AUTH.mutant("key.ignore.other-metadata", releases=EVERY)
def key_may_be_in_api_key() -> None:
    """The key is taken from `api-key` and `api_key`, too."""
    _also("api-key", "{}", "apikey {}")
    _also("api_key", "{}", "apikey {}")


@AUTH.mutant("key.ignore.other-metadata", releases=EVERY)
def key_may_be_in_http_authorization() -> None:
    """The key is taken from `grpcgateway-authorization` and `x-authorization`, too."""
    _also("grpcgateway-authorization", "{}", "apikey {}")
    _also("x-authorization", "{}", "apikey {}")
    _also("proxy-authorization", "{}", "apikey {}")


@AUTH.mutant("key.ignore.other-metadata", releases=EVERY)
def key_may_be_in_binary() -> None:
    """The key is taken from `authorization-bin`, too."""

    def require(original: Any, authorization: bytes, metadata: Any) -> None:
        if first(metadata, "authorization-bin") != authorization:
            original(authorization, metadata)

    around(gate, "_require", require)


@AUTH.mutant("key.refuse.wrong", "wire.refuse.wrong-key-forms", releases=EVERY)
def key_may_be_of_a_bearer() -> None:
    """The key is taken as `Bearer`, too."""
    _also("authorization", "Bearer {}", "bearer {}")


@AUTH.mutant("key.refuse.wrong", "wire.refuse.wrong-key-forms", releases=EVERY)
def key_may_have_a_colon() -> None:
    """The key is taken as `apikey: KEY` and `apikey=KEY`, too."""
    _also("authorization", "apikey: {}", "apikey={}", "apikey:{}")


@AUTH.mutant("key.refuse.wrong", "wire.refuse.wrong-key-forms", releases=EVERY)
def key_may_have_a_tab() -> None:
    """The key is taken behind a tab, too."""
    _also("authorization", "apikey\t{}")


@AUTH.mutant("key.refuse.wrong", "wire.refuse.wrong-key-forms", releases=EVERY)
def key_may_have_quotes() -> None:
    """The key is taken in quotes, too."""
    _also("authorization", 'apikey "{}"', "apikey '{}'")


@AUTH.mutant("key.refuse.wrong", "wire.refuse.wrong-key-forms", releases=EVERY)
def key_may_stand_in_a_list() -> None:
    """The key is taken out of a list with commas, too."""

    def require(original: Any, authorization: bytes, metadata: Any) -> None:
        values = str(first(metadata, "authorization") or "").split(",")
        if authorization.decode() not in [value.strip() for value in values]:
            original(authorization, metadata)

    around(gate, "_require", require)


@AUTH.mutant("key.refuse.wrong", "wire.refuse.wrong-key-forms", releases=EVERY)
def key_may_differ_in_the_last_character() -> None:
    """A key that is as long as the right one and ends otherwise is taken."""

    def require(original: Any, authorization: bytes, metadata: Any) -> None:
        sent = str(first(metadata, "authorization") or "").encode()
        if len(sent) != len(authorization) or sent[:-1] != authorization[:-1]:
            original(authorization, metadata)

    around(gate, "_require", require)


@AUTH.mutant("key.refuse.after-right-ones", releases=EVERY)
def key_holds_for_later_calls() -> None:
    """After a call with the right key calls without any are taken."""
    is_open = [False]

    def require(original: Any, authorization: bytes, metadata: Any) -> None:
        if not is_open[0] or first(metadata, "authorization") is not None:
            original(authorization, metadata)
            is_open[0] = True

    around(gate, "_require", require)


@AUTH.mutant("key.refuse.after-right-ones", releases=EVERY)
def key_holds_for_later_wrong_keys() -> None:
    """After two calls with the right key in a row the next one is taken with any key."""
    right = [0]

    def require(original: Any, authorization: bytes, metadata: Any) -> None:
        try:
            original(authorization, metadata)
            right[0] += 1
        except GrpcFailure:
            if right[0] < 2 or first(metadata, "authorization") is None:
                raise
            right[0] = 0

    around(gate, "_require", require)


for _method, _releases in (
    *((name, EVERY) for name in ("Broadcast", "History", "HistoryRemove", "Presence", "RPC")),
    *((name, EVERY) for name in ("PresenceStats", "Channels", "Unsubscribe", "Disconnect")),
    *((name, SINCE_4) for name in ("Subscribe", "Refresh")),
):

    def _patch(name: str = _method) -> None:
        open_rpcs(lambda method, _: method == name)

    _patch.__name__ = f"key_not_of_{_method.lower()}"
    _patch.__doc__ = f"{_method} asks for no key."
    AUTH.mutant("key.refuse.every-rpc", "wire.refuse.wrong-key-of-every-rpc", releases=_releases)(
        _patch
    )


@AUTH.mutant("wire.accept.first-key", releases=EVERY)
def several_keys_are_none() -> None:
    """Of several `authorization` values none counts."""

    def require(original: Any, authorization: bytes, metadata: Any) -> None:
        sent = [(name, value) for name, value in metadata() or () if name == "authorization"]
        original(authorization, metadata if len(sent) < 2 else lambda: ())

    around(gate, "_require", require)
