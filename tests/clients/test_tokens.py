"""What makes a token valid: whom it is for, whom it is from, and of which types its claims are."""

import base64
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest

from centrifugo_grpc.releases import Release
from reference_server.clients import commands as ask
from reference_server.clients import failures
from reference_server.clients.expressions import is_found
from reference_server.settings import TokenKeys
from tests.clients.sans_io import Client, World
from tests.clients.serving import SECRET, settings, token

every_release = pytest.mark.parametrize("release", list(Release), ids=str)
since_4 = pytest.mark.parametrize("release", list(Release)[2:], ids=str)


def connecting(release: Release, keys: TokenKeys, **claims: Any) -> Client:
    """A client that has connected with these claims, or was refused."""
    given = settings(release)
    given = replace(given, clients=replace(given.clients, token=keys))
    client = Client(World(given))
    client.do(ask.Connect(token=token(**claims)))
    return client


def written(claims: dict[str, Any] | None, header: bytes = b'{"alg":"HS256"}') -> str:
    """A signed token of claims that PyJWT would not write."""
    signed = f"{_part(header)}.{_part(json.dumps(claims).encode())}"
    return f"{signed}.{_part(hmac.digest(SECRET.encode(), signed.encode(), 'sha256'))}"


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@since_4
@pytest.mark.parametrize(("keys", "claims", "is_let_in"), [
    ({"audience": "a"}, {"aud": "a"}, True), ({"audience": "a"}, {"aud": ["b", "a"]}, True),
    ({"audience": "a"}, {"aud": "b"}, False), ({"audience": "a"}, {}, False),
    ({"audience_regex": "^a[0-9]$"}, {"aud": "a1"}, True),
    ({"audience_regex": "^a[0-9]$"}, {"aud": ["b", "a1"]}, True),
    ({"audience_regex": "^a[0-9]$"}, {"aud": "a1\n"}, False),
    ({"audience_regex": "a"}, {}, False), ({"audience_regex": "a"}, {"aud": []}, False),
    ({"issuer": "i"}, {"iss": "i"}, True), ({"issuer": "i"}, {"iss": "ii"}, False),
    ({"issuer_regex": "i"}, {"iss": "ii"}, True), ({"issuer_regex": "^i$"}, {"iss": "ii"}, False),
    ({"issuer_regex": "^$"}, {}, True),
])  # fmt: skip
def test_a_token_is_for_somebody_and_from_somebody(
    release: Release, keys: dict[str, Any], claims: dict[str, Any], is_let_in: bool
) -> None:
    client = connecting(release, TokenKeys(hmac_secret=SECRET, **keys), sub="u1", **claims)
    assert client.code == (None if is_let_in else 3500)


@every_release
@pytest.mark.parametrize("claims", [
    {"aud": 5}, {"aud": None}, {"aud": [5]}, {"iat": "x"}, {"iat": True}, {"jti": 5}, {"iss": 5},
    {"exp": "never"}, {"exp": "1_000"}, {"nbf": []},
])  # fmt: skip
def test_a_claim_of_another_type_makes_it_invalid_used_or_not(
    release: Release, claims: dict[str, Any]
) -> None:
    client = Client(World(settings(release)))
    client.do(ask.Connect(token=written({"sub": "u1"} | claims)))
    assert client.code == (3002 if release is Release.V2_8 else 3500)


@every_release
def test_what_expires_beyond_all_time_has_expired(release: Release) -> None:
    client = Client(World(settings(release)))
    assert client.do(ask.Connect(token=written({"exp": 1e300}))) == failures.TOKEN_EXPIRED


@every_release
def test_names_of_claims_count_whatever_their_case(release: Release) -> None:
    client = Client(World(settings(release)))
    client.do(ask.Connect(token=written({"SUB": "u7", "Channels": ["x", None]})))
    assert client.session.user == "u7"
    # null is a blank name, which only 2.8 takes for one.
    assert list(client.session.subscriptions) == ["x", ""][: 1 + (release is Release.V2_8)]


@every_release
def test_half_a_character_in_a_user_becomes_a_whole_one(release: Release) -> None:
    client = Client(World(settings(release)))
    client.do(ask.Connect(token=written({"sub": "\ud800"})))
    assert client.session.user == "\ufffd"


@since_4
def test_a_subscription_token_names_its_channel(release: Release) -> None:
    client = World(settings(release)).connected()
    for claims in ({"sub": "u1"}, {"sub": "u1", "channel": ""}):
        answer = client.do(ask.Subscribe("x", token=token(**claims)))
        assert answer == failures.PERMISSION_DENIED
    client.do(ask.Subscribe("x", token=token(sub="u1", channel="y")))
    assert client.code == 3500


@pytest.mark.parametrize(("pattern", "text", "found"), [
    ("^[a-z]+$", "ab", True), ("^[a-z]+$", "ab\n", False), ("(?m)^b$", "a\nb\nc", True),
    (r"^a\z", "a", True), ("^[[:alpha:]]+$", "aB", True), ("^[[:digit:]x]$", "x", True),
    ("[]a]", "]", True), ("[$]", "$", True), (r"\$", "$", True), (r"^\d$", "\u0663", False),
])  # fmt: skip
def test_expressions_are_read_as_go_reads_them(pattern: str, text: str, found: bool) -> None:
    assert is_found(pattern, text) == found


@every_release
@pytest.mark.parametrize(
    ("header", "is_let_in"),
    [
        (b'{"ALG":"HS256","kid":null}', True),
        (b'{"alg":"HS384","alg":"HS256"}', True),
        (b'{"alg":"hs256"}', False),
        (b'{"alg":"HS256","typ":5}', False),
        (b'{"alg":"HS256","kid":[]}', False),
        (b'{"x":"HS256"}', False),
    ],
)
def test_the_header_of_a_token_is_read_as_its_claims_are(
    release: Release, header: bytes, is_let_in: bool
) -> None:
    client = Client(World(settings(release)))
    client.do(ask.Connect(token=written({"sub": "u1"}, header)))
    assert client.session.is_connected == is_let_in


@every_release
def test_only_a_token_of_2_8_may_begin_with_space(release: Release) -> None:
    client = Client(World(settings(release)))
    client.do(ask.Connect(token=written({"sub": "u1"}, b'{ "alg":"HS256"}')))
    assert client.session.is_connected == (release is Release.V2_8)


@every_release
def test_claims_may_be_null_and_a_token_may_have_line_breaks(release: Release) -> None:
    for given in (written(None), written({"sub": ""}) + "\r\n"):
        client = Client(World(settings(release)))
        client.do(ask.Connect(token=given))
        assert client.session.is_connected
