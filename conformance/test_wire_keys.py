"""The key as it stands on the wire: every wrong form, where one is asked for and where none is."""

from centrifugo_grpc.releases import OPEN_RPCS
from conformance import expect
from conformance.api import Api, Channels
from conformance.commands import harmless
from conformance.requirement import Level, requirement
from conformance.wire import Wire, message, outcome

KEY = (
    "centrifugal.dev/docs/server/server_api#grpc-api-key-authorization;"
    " 2.8.7 docs/content/server/grpc_api.md#api-key-authorization"
)
FACTS = "facts v2.md 4 API key, v3-v6.md 3 Auth"
UNAUTHENTICATED = 16


def wrong_forms(key: str) -> dict[str, list[tuple[str, str]]]:
    """Headers that carry the key in a wrong form, or none, by what is wrong with them."""

    def sent(*values: str) -> list[tuple[str, str]]:
        return [("authorization", value) for value in values]

    return {
        "nothing sent": [],
        "blank": sent(""),
        "the key alone": sent(key),
        "no space": sent(f"apikey{key}"),
        "two spaces": sent(f"apikey  {key}"),
        "a tab": sent(f"apikey\t{key}"),
        "a space before": sent(f" apikey {key}"),
        "a space after": sent(f"apikey {key} "),
        "a colon": sent(f"apikey: {key}"),
        "capitals": sent(f"APIKEY {key}"),
        "a capital": sent(f"Apikey {key}"),
        "another scheme": sent(f"Bearer {key}"),
        "no key": sent("apikey"),
        "a blank key": sent("apikey "),
        "a prefix": sent(f"apikey {key[:-1]}"),
        "a longer key": sent(f"apikey {key}x"),
        "a key in capitals": sent(f"apikey {key.upper()}"),
        "two in one value": sent(f"apikey {key},apikey {key}"),
        "the right one second": sent("apikey wrong", f"apikey {key}"),
        "another header": [("x-api-key", key), ("api-key", key), ("apikey", key)],
        "binary metadata": [("authorization-bin", "YXBpa2V5IGNvbmZvcm1hbmNlLWtleQ==")],
    }


@requirement(
    "wire.refuse.wrong-key-forms",
    "With a key configured every other form than `authorization: apikey <KEY>`, byte for byte and"
    " as the first value, is UNAUTHENTICATED and has no effect.",
    level=Level.MUST,
    source=f"{KEY}; {FACTS}",
    variant="key",
    needs=["history"],
)
def test_wrong_forms_of_the_key(api: Api, channel: Channels, wire: Wire) -> None:
    key, room = api.client.endpoint.api_key or "", channel("history")
    body = message(api.messages.PublishRequest(channel=room, data=b"x").SerializeToString())
    connection, bare = wire.connect(), wire.headers("Publish")[: -1 if key else None]
    for what, headers in wrong_forms(key).items():
        end = outcome(wire.ask_on(connection, [body], [*bare, *headers], "Publish"))
        expect.equal(f"outcome for {what}", (end.kind, end.code), ("grpc", UNAUTHENTICATED))
    expect.equal("history", api.payloads(room), [])


@requirement(
    "wire.refuse.wrong-key-of-every-rpc",
    "No RPC takes a wrong key.",
    level=Level.MUST,
    source=KEY,
    variant="key",
)
def test_every_rpc_refuses_a_wrong_key(api: Api, wire: Wire) -> None:
    connection = wire.connect()
    for method in sorted(OPEN_RPCS[api.release]):
        headers = [*wire.headers(method)[:-1], ("authorization", "apikey wrong")]
        end = outcome(wire.ask_on(connection, [message(harmless(method))], headers, method))
        expect.equal(f"outcome of {method}", (end.kind, end.code), ("grpc", UNAUTHENTICATED))


@requirement(
    "wire.accept.first-key",
    "With a key configured the right form is accepted, also before other values.",
    level=Level.MUST,
    source=FACTS,
    variant="key",
)
def test_the_right_form_of_the_key(api: Api, wire: Wire) -> None:
    for more in ((), (("authorization", "apikey wrong"),)):
        end = outcome(wire.ask(headers=wire.headers("Info", *more)))
        expect.that(end.is_success, f"success, not {end}")


@requirement(
    "wire.ignore.unasked-key",
    "Without a key configured every form of a key is ignored.",
    level=Level.OBSERVED,
    source=FACTS,
    needs=["no_key"],
)
def test_unasked_keys(api: Api, wire: Wire) -> None:
    connection = wire.connect()
    for what, headers in wrong_forms("some-key").items():
        end = outcome(wire.ask_on(connection, headers=wire.headers("Info", *headers)))
        expect.that(end.is_success, f"success with {what}, not {end}")
