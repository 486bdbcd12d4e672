"""The reference server answers as the real releases did, row by row."""

import fnmatch
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from centrifugo_grpc.recordings import servers
from centrifugo_grpc.recordings.replaying import Played, Replay, recording_in, replay
from centrifugo_grpc.recordings.rows import Kind

FOLDER = Path(__file__).parent
KNOWN: dict[str, dict[str, Any]] = json.loads((FOLDER / "known.json").read_text(encoding="utf-8"))
"""For each version and reason the cases, or the paths that may differ by case.

"Chance" may come out either way, on the real server too; all others have to differ. "Replaced by"
names the cases in the place of rows that cannot be repeated; "Sums up" has none.
"""
SHARE = {Kind.API: 1.0, Kind.SUBSCRIBER: 0.99}
"""How many rows of a class have to be equal. The other classes have tests of their own."""
MOST_BY_CHANCE = 0.02
LEAST_ROWS = 150


@dataclass(frozen=True)
class Known:
    """Why a row need not be equal, and in which paths: in any if there are none."""

    why: str
    paths: tuple[str, ...] = ()

    def explains(self, one: Played) -> bool:
        """Whether a row differs in nothing else."""
        if not self.paths:
            return True
        return not one.not_played and all(
            difference.startswith(self.paths) for difference in one.differences
        )


@pytest.mark.parametrize("version", KNOWN)
def test_every_row_comes_out_as_recorded(version: str) -> None:
    recording = recording_in(FOLDER, version)
    known = known_of(version)
    result = replay(recording, servers.reference(recording.release))
    assert [one.row for one in result.played] == list(recording.rows), "no row is left out"
    _require_shares(result, known)
    _require_reasons(result, known)
    assert result.idle(recording.release) == [], "a mask that matches nothing"


def known_of(version: str) -> dict[str, Known]:
    """What is known of a version, by case."""
    found: dict[str, Known] = {}
    for why, cases in KNOWN[version].items():
        for case in cases:
            assert case not in found, f"{case} is listed twice"
            found[case] = Known(why, tuple(cases[case]) if isinstance(cases, dict) else ())
    return found


def _require_shares(result: Replay, known: dict[str, Known]) -> None:
    by_kind: dict[Kind, list[Played]] = defaultdict(list)
    for one in result.played:
        by_kind[one.kind].append(one)
    for kind, share in SHARE.items():
        reasons = {one.row["case"]: known.get(one.row["case"]) for one in by_kind[kind]}
        counted = [one for one in by_kind[kind] if reasons[one.row["case"]] is None]
        told = [one for one in by_kind[kind] if reasons[one.row["case"]] is not None]
        wrong = [one for one in counted if not one.is_equal]
        wrong += [
            one for one in told if not one.is_equal and not known[one.row["case"]].explains(one)
        ]
        equal = len(counted) - len(wrong)
        assert len(counted) > LEAST_ROWS
        assert equal >= share * len(counted), (
            f"{kind.value}: {equal} of {len(counted)} equal\n" + "\n".join(map(_told, wrong))
        )


def _require_reasons(result: Replay, known: dict[str, Known]) -> None:
    listed = {one.row["case"] for one in result.played}
    assert known.keys() <= listed, "known.json lists cases that are not there"
    by_chance = {case for case, reason in known.items() if reason.why.startswith("Chance: ")}
    assert len(by_chance) <= MOST_BY_CHANCE * len(listed), "chance is for the few"
    for why in {reason.why for reason in known.values()}:
        if why.startswith("Replaced by "):
            pattern = why.removeprefix("Replaced by ").partition(":")[0]
            assert fnmatch.filter(listed - known.keys(), pattern), why
    idle = {one.row["case"] for one in result.played if one.is_equal} & known.keys() - by_chance
    assert not idle, f"listed in known.json, but as recorded: {sorted(idle)}"


def _told(one: Played) -> str:
    lines = [one.not_played] if one.not_played else list(one.differences[:4])
    return "\n    ".join([one.row["case"], *lines])
