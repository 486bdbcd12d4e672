"""TLS: the API behind a certificate."""

import socket
import ssl
from dataclasses import replace

import grpc

from centrifugo_grpc.endpoint import split_address
from conformance import expect
from conformance.api import Api, Channels
from conformance.requirement import Level, requirement

DOCS = (
    "centrifugal.dev/docs/server/tls; 2.8.7 docs/content/deploy/tls.md;"
    " centrifugal.dev/docs/server/configuration#grpc_apitls"
)
FACTS = "facts v2.md 4 TLS"


@requirement(
    "tls.accept.calls",
    "With TLS configured calls over TLS are answered as others are.",
    level=Level.MUST,
    source=DOCS,
    needs=["history"],
    variant="tls",
)
def test_calls_over_tls(api: Api, channel: Channels) -> None:
    room = channel("history")
    expect.success(api.publish(room, b"\x00\xff"))
    expect.equal("history", api.payloads(room), [b"\x00\xff"])


@requirement(
    "tls.refuse.plaintext",
    "With TLS configured a plaintext call is not answered: its connection fails.",
    level=Level.MUST,
    source=DOCS,
    variant="tls",
)
def test_plaintext_is_refused(api: Api) -> None:
    plaintext = replace(api.client.endpoint, tls=False, ca=None, deadline=1.0)
    with grpc.insecure_channel(plaintext.address) as channel:
        call = channel.unary_unary(f"/{api.dialect.service}/Info", None, None)
        try:
            answer = call(b"", timeout=plaintext.deadline)
        except grpc.RpcError as error:
            status = error.code()
            refused = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
            expect.that(status in refused, f"no answer to plaintext, not the status {status}")
        else:
            expect.equal("the answer to a plaintext call", answer, None)


@requirement(
    "tls.offer.h2",
    "The server offers the protocol `h2` (ALPN) and TLS 1.2 and 1.3.",
    level=Level.OBSERVED,
    source=FACTS,
    variant="tls",
)
def test_protocol_and_versions(api: Api) -> None:
    endpoint = api.client.endpoint
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = ssl.create_default_context(cafile=endpoint.ca)
        context.minimum_version = context.maximum_version = version
        context.set_alpn_protocols(["h2"])
        host, port = split_address(endpoint.address)
        try:
            with (
                socket.create_connection((host, port), endpoint.deadline) as connection,
                context.wrap_socket(connection, server_hostname=host) as secured,
            ):
                expect.equal(
                    f"protocol over {version.name}", secured.selected_alpn_protocol(), "h2"
                )
        except (ssl.SSLError, OSError) as error:
            raise expect.Deviation(f"a connection over {version.name}", str(error)) from error
