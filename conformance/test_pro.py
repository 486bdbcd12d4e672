"""RPCs that Centrifugo PRO serves and the open-source server only declares (v3)."""

import grpc

from centrifugo_grpc.exchange import CallOptions
from centrifugo_grpc.releases import PRO_RPCS
from conformance import expect
from conformance.api import Api
from conformance.requirement import V3, Level, requirement

FACTS = "facts v3-v6.md 5 PRO RPCs"


@requirement(
    "pro.refuse.not-implemented",
    "The RPCs of Centrifugo PRO are UNIMPLEMENTED.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
)
def test_pro_rpcs(api: Api) -> None:
    for method in sorted(PRO_RPCS[api.release]):
        expect.status(api.raw(method, b""), grpc.StatusCode.UNIMPLEMENTED)


@requirement(
    "pro.refuse.not-implemented-text",
    "The error for an RPC of Centrifugo PRO says that it is not implemented.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
)
def test_the_text_for_pro_rpcs(api: Api) -> None:
    for method in sorted(PRO_RPCS[api.release]):
        details = f"method {method} not implemented"
        expect.status(api.raw(method, b""), grpc.StatusCode.UNIMPLEMENTED, details)


@requirement(
    "pro.check.key-first",
    "Without the key an RPC of Centrifugo PRO is UNAUTHENTICATED, with it UNIMPLEMENTED.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 3 Auth",
    releases=V3,
    variant="key",
)
def test_pro_rpcs_ask_for_the_key(api: Api) -> None:
    for method in sorted(PRO_RPCS[api.release]):
        keyless = api.raw(method, b"", CallOptions(send_key=False))
        expect.status(keyless, grpc.StatusCode.UNAUTHENTICATED)
        expect.status(api.raw(method, b""), grpc.StatusCode.UNIMPLEMENTED)


@requirement(
    "pro.decode.body-first",
    "A malformed body of an RPC of Centrifugo PRO is INTERNAL, as of any other.",
    level=Level.OBSERVED,
    source="facts v3-v6.md 3 Auth",
    releases=V3,
)
def test_pro_rpcs_decode_their_body(api: Api) -> None:
    for method in sorted(PRO_RPCS[api.release]):
        expect.status(api.raw(method, b"\x0a\xff"), grpc.StatusCode.INTERNAL)
