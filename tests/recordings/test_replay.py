"""The reference server answers as the real releases did, row by row."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from centrifugo_grpc.recordings import servers
from centrifugo_grpc.recordings.replaying import Played, Replay, recording_in, replay
from centrifugo_grpc.recordings.rows import Kind

FOLDER = Path(__file__).parent
# Reasons: "Differs" has to differ; "Chance" may come out either way, on the real server too;
# "Sums up" has nothing to repeat; "Waits" is for rows that tests of their own hold.
KNOWN = json.loads((FOLDER / "known.json").read_text(encoding="utf-8"))
VERSIONS = tuple(KNOWN)
SHARE = {Kind.API: 1.0, Kind.SUBSCRIBER: 0.99}
"""How many rows of a class have to be equal. The other classes have tests of their own.

The subscribers of 2.8.7, WebSocket clients all, are held by test_websocket_rows.py.
"""


@pytest.mark.parametrize("version", VERSIONS)
def test_every_row_comes_out_as_recorded(version: str) -> None:
    recording = recording_in(FOLDER, version)
    result = replay(recording, servers.reference(recording.release))
    assert [one.row for one in result.played] == list(recording.rows), "no row is left out"
    shares = {Kind.API: 1.0} if version == "2.8.7" else SHARE
    _require_shares(result, KNOWN[version], shares)
    _require_reasons(result, KNOWN[version])


def _require_shares(result: Replay, known: dict[str, str], shares: dict[Kind, float]) -> None:
    by_kind: dict[Kind, list[Played]] = defaultdict(list)
    for one in result.played:
        by_kind[one.kind].append(one)
    for kind, share in shares.items():
        counted = [one for one in by_kind[kind] if one.row["case"] not in known]
        wrong = [one for one in counted if not one.is_equal]
        equal = len(counted) - len(wrong)
        assert equal >= share * len(counted), (
            f"{kind.value}: {equal} of {len(counted)} equal\n" + "\n".join(map(_told, wrong))
        )


def _require_reasons(result: Replay, known: dict[str, str]) -> None:
    equal = [one.row["case"] for one in result.played if one.is_equal]
    idle = [case for case in equal if known.get(case, "").startswith("Differs")]
    assert not idle, f"listed in known.json, but as recorded: {idle}"
    listed = {one.row["case"] for one in result.played}
    assert known.keys() <= listed, "known.json lists cases that are not there"


def _told(one: Played) -> str:
    lines = [one.not_played] if one.not_played else list(one.differences[:4])
    return "\n    ".join([one.row["case"], *lines])
