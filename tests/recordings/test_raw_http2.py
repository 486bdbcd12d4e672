"""Below gRPC the reference server answers as the real releases did, but for what grpcio decides."""

import dataclasses
import json
from pathlib import Path

import pytest

from centrifugo_grpc.recordings import servers
from centrifugo_grpc.recordings.replaying import recording_in, replay
from centrifugo_grpc.recordings.rows import Kind, kind_of

FOLDER = Path(__file__).parent
KNOWN: dict[str, dict[str, list[str]]] = json.loads(
    (FOLDER / "known_http2.json").read_text(encoding="utf-8")
)
"""For each reason the cases by version. See reference_server/known-differences.txt."""


@pytest.mark.parametrize("version", ["2.8.7", "3.2.3", "6.9.1"])
def test_each_row_below_grpc_is_equal_or_known_to_differ(version: str) -> None:
    recording = recording_in(FOLDER, version)
    rows = [row for row in recording.rows if kind_of(row) is Kind.HTTP2]
    recording = dataclasses.replace(recording, rows=rows)
    played = replay(recording, servers.reference(recording.release)).played
    differing = {one.row["case"]: (one.differences, one.not_played) for one in played}
    differing = {case: why for case, why in differing.items() if any(why)}
    racy = set(_known(version, is_racy=True))
    known = set(_known(version, is_racy=False))
    cases = {row["case"] for row in rows}
    assert known | racy <= cases, "only cases of the recording are known"
    unknown = {case: why for case, why in differing.items() if case not in known | racy}
    assert not unknown, "each row is equal, or known to differ"
    assert not known - differing.keys(), "what is known to differ still does"


def _known(version: str, *, is_racy: bool) -> list[str]:
    return [
        case
        for why, cases in KNOWN.items()
        if why.startswith("Racy") is is_racy
        for case in cases.get(version, ())
    ]
