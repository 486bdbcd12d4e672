"""The key: who may call."""

import grpc

from centrifugo_grpc.exchange import CallOptions
from centrifugo_grpc.releases import OPEN_RPCS
from conformance import expect
from conformance.api import Api, Channels
from conformance.commands import harmless
from conformance.requirement import Level, requirement

KEY = (
    "centrifugal.dev/docs/server/server_api#grpc-api-key-authorization;"
    " 2.8.7 docs/content/server/grpc_api.md#api-key-authorization"
)
FACTS = "facts v2.md 4 API key, v3-v6.md 3 Auth"
WITHOUT_KEY = CallOptions(send_key=False)
UNTERMINATED = b"\x0a\xff"
"""A string field whose length does not end."""


def with_metadata(*metadata: tuple[str, str | bytes]) -> CallOptions:
    """A call with this metadata in place of the endpoint's key."""
    return CallOptions(send_key=False, metadata=metadata)


@requirement(
    "key.refuse.missing",
    "With a key configured, a call without it is UNAUTHENTICATED.",
    level=Level.MUST,
    source=KEY,
    variant="key",
)
def test_a_missing_key(api: Api) -> None:
    for answer in (api.info(options=WITHOUT_KEY), api.publish("", b"x", options=WITHOUT_KEY)):
        expect.status(answer, grpc.StatusCode.UNAUTHENTICATED)


@requirement(
    "key.refuse.wrong",
    "A wrong key, or the right one in a wrong form, is UNAUTHENTICATED.",
    level=Level.MUST,
    source=KEY,
    variant="key",
)
def test_wrong_keys(api: Api) -> None:
    key = api.client.endpoint.api_key
    assert key is not None, "the variant has a key"
    forms = [f"apikey {key}x", "apikey ", f"{key}", f"Bearer {key}", f"Apikey {key}"]
    forms += [f"apikey {key[:-1]}x", f"apikey x{key[1:]}", f"apikey {key.upper()}"]
    forms += [f"apikey {key[:-1]}", f"apikey {key} x", f'apikey "{key}"', f"apikey={key}"]
    forms += [f"apikey: {key}", f"token {key}", f"apikey x,apikey {key}", "apikey *"]
    for sent in (*forms, f"apikey  {key}"):
        options = CallOptions(send_key=False, metadata=(("authorization", sent),))
        expect.status(api.info(options=options), grpc.StatusCode.UNAUTHENTICATED)


@requirement(
    "key.refuse.after-right-ones",
    "A key that was right holds for its call alone: others of the connection need it again.",
    level=Level.MUST,
    source=KEY,
    variant="key",
)
def test_a_key_holds_for_its_call(api: Api) -> None:
    wrong = with_metadata(("authorization", "apikey wrong"))
    for _ in range(3):
        for options in (WITHOUT_KEY, wrong):
            expect.success(api.info())
            expect.success(api.channels())
            expect.status(api.info(options=options), grpc.StatusCode.UNAUTHENTICATED)
            expect.status(api.channels(options=options), grpc.StatusCode.UNAUTHENTICATED)


@requirement(
    "key.accept.after-wrong-ones",
    "After any number of wrong keys the right one still opens the API.",
    level=Level.MUST,
    source=KEY,
    variant="key",
)
def test_wrong_keys_close_nothing(api: Api) -> None:
    for _ in range(20):
        wrong = with_metadata(("authorization", "apikey wrong"))
        expect.status(api.info(options=wrong), grpc.StatusCode.UNAUTHENTICATED)
        expect.success(api.info())


@requirement(
    "key.refuse.text",
    "The error for a wrong key says `unauthenticated`.",
    level=Level.OBSERVED,
    source=FACTS,
    variant="key",
)
def test_the_text_for_a_missing_key(api: Api) -> None:
    answer = api.info(options=WITHOUT_KEY)
    expect.status(answer, grpc.StatusCode.UNAUTHENTICATED, "unauthenticated")


@requirement(
    "key.check.after-method-and-body",
    "The key is checked after the method is looked up and the body decoded.",
    level=Level.OBSERVED,
    source=FACTS,
    variant="key",
)
def test_the_key_is_checked_last(api: Api) -> None:
    unknown = api.raw("NoSuchMethod", b"", WITHOUT_KEY)
    expect.status(unknown, grpc.StatusCode.UNIMPLEMENTED)
    expect.status(api.raw("Publish", UNTERMINATED, WITHOUT_KEY), grpc.StatusCode.INTERNAL)


@requirement(
    "key.ignore.unasked",
    "Without a key configured, a key that is sent is ignored.",
    level=Level.OBSERVED,
    source=FACTS,
    needs=["no_key"],
)
def test_an_unasked_key_is_ignored(api: Api) -> None:
    options = CallOptions(metadata=(("authorization", "apikey anything"),))
    expect.success(api.info(options=options))


@requirement(
    "key.accept.right",
    "The metadata `authorization: apikey <KEY>` with the right key opens the API.",
    level=Level.MUST,
    source=KEY,
    variant="key",
    core=True,
)
def test_the_right_key(api: Api) -> None:
    key = api.client.endpoint.api_key
    expect.success(api.info(options=with_metadata(("authorization", f"apikey {key}"))))


@requirement(
    "key.refuse.every-rpc",
    "Every RPC asks for the key.",
    level=Level.MUST,
    source=KEY,
    variant="key",
    core=True,
)
def test_every_rpc_asks_for_the_key(api: Api) -> None:
    for method in sorted(OPEN_RPCS[api.release]):
        answer = api.raw(method, harmless(method), WITHOUT_KEY)
        expect.status(answer, grpc.StatusCode.UNAUTHENTICATED)


@requirement(
    "key.refuse.without-effect",
    "A publication without the key is not stored.",
    level=Level.MUST,
    source=KEY,
    needs=["history"],
    variant="key",
)
def test_a_refused_call_has_no_effect(api: Api, channel: Channels) -> None:
    room = channel("history")
    answer = api.publish(room, b"x", options=WITHOUT_KEY)
    expect.status(answer, grpc.StatusCode.UNAUTHENTICATED)
    expect.equal("history", api.payloads(room), [])


@requirement(
    "key.take.first-value",
    "Of several `authorization` values the first counts.",
    level=Level.OBSERVED,
    source=FACTS,
    variant="key",
)
def test_the_first_value_counts(api: Api) -> None:
    right = ("authorization", f"apikey {api.client.endpoint.api_key}")
    wrong = ("authorization", "apikey wrong")
    expect.success(api.info(options=with_metadata(right, wrong)))
    answer = api.info(options=with_metadata(wrong, right))
    expect.status(answer, grpc.StatusCode.UNAUTHENTICATED)


@requirement(
    "key.ignore.other-metadata",
    "The key in other metadata, such as that of the HTTP API, does not open the API.",
    level=Level.OBSERVED,
    source=FACTS,
    variant="key",
)
def test_other_metadata_holds_no_key(api: Api) -> None:
    key = api.client.endpoint.api_key
    names = ["x-api-key", "api-key", "api_key", "apikey", "key", "token", "x-apikey"]
    names += [f"{name}-authorization" for name in ("x", "grpcgateway", "proxy", "grpc-metadata")]
    sent: list[tuple[str, str | bytes]] = [("authorization-bin", f"apikey {key}".encode())]
    for name in (*names, "authorization2", "cookie"):
        sent += [(name, f"{key}"), (name, f"apikey {key}")]
    for each in sent:
        answer = api.info(options=with_metadata(each))
        expect.status(answer, grpc.StatusCode.UNAUTHENTICATED)


@requirement(
    "key.check.after-size",
    "The size of a request is checked before the key.",
    level=Level.OBSERVED,
    source=FACTS,
    variant="key",
)
def test_the_size_is_checked_before_the_key(api: Api) -> None:
    answer = api.raw("Publish", b"\x12\x81\x80\x80\x02" + bytes(4_194_305), WITHOUT_KEY)
    expect.status(answer, grpc.StatusCode.RESOURCE_EXHAUSTED)
