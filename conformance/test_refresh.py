"""Refresh, as far as it shows without connections (v3)."""

from conformance import expect
from conformance.api import Api
from conformance.commands import SHAPE_SENTENCE, SHAPE_SOURCE, nobody, success_has_its_shape
from conformance.requirement import V3, Level, requirement

REFRESH = "centrifugal.dev/docs/server/server_api#refresh"
FACTS = "facts v3-v6.md 5 Refresh"


@requirement(
    "refresh.accept.not-connected",
    "Refresh of a user who is not connected succeeds, whatever the expiry.",
    level=Level.MUST,
    source=REFRESH,
    releases=V3,
    core=True,
)
def test_refresh_of_nobody(api: Api) -> None:
    for expiry in ({}, {"expired": True}, {"expire_at": 1}, {"expire_at": 2**62}):
        expect.success(api.refresh(user=nobody(), **expiry))


@requirement(
    "refresh.return.result-shape",
    SHAPE_SENTENCE,
    level=Level.OBSERVED,
    source=SHAPE_SOURCE,
    releases=V3,
)
def test_refresh_shape(api: Api) -> None:
    success_has_its_shape(api, api.refresh(user=nobody()))


@requirement(
    "refresh.accept.every-option",
    "Refresh takes all its options in one call.",
    level=Level.MUST,
    source="centrifugal.dev/docs/server/server_api#refreshrequest",
    releases=V3,
)
def test_refresh_takes_its_options(api: Api) -> None:
    answer = api.refresh(
        user=nobody(),
        client=nobody(),
        session=nobody(),
        expired=True,
        expire_at=4_000_000_000,
        info=b"\x00\xff",
    )
    expect.success(answer)


@requirement(
    "refresh.accept.any-expiry",
    "Refresh checks no expiry: negative ones and the largest one succeed.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
)
def test_refresh_takes_any_expiry(api: Api) -> None:
    for expire_at in (-1, -(2**63), 2**63 - 1):
        expect.success(api.refresh(user=nobody(), expire_at=expire_at))


@requirement(
    "refresh.accept.blank-user",
    "Refresh without a user succeeds.",
    level=Level.OBSERVED,
    source=FACTS,
    releases=V3,
)
def test_refresh_without_a_user(api: Api) -> None:
    # The client keeps the connections of others out of it.
    expect.success(api.refresh(client=nobody()))
