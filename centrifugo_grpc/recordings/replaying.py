"""Repeats a whole recording and tells how each row came out."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.recordings import servers
from centrifugo_grpc.recordings.comparing import Comparison, Mask
from centrifugo_grpc.recordings.masks import masks_of
from centrifugo_grpc.recordings.playing import NotPlayedError, Player
from centrifugo_grpc.recordings.rows import Kind, Row, Segment, kind_of, load, profile_of, segments
from centrifugo_grpc.recordings.setup import NOTHING, Setup, load_setups
from centrifugo_grpc.recordings.tls_rows import is_tls, with_certificates
from centrifugo_grpc.recordings.v1_conversation import Script
from centrifugo_grpc.releases import Release, dialect_of

JOBS = 3
"""Servers at once: most of a replay is waiting."""


@dataclass(frozen=True)
class Recording:
    """The rows of one release, what they leave out, and the configuration file they had."""

    version: str
    release: Release
    rows: Sequence[Row]
    setups: Mapping[str, Setup]
    main: Mapping[str, Any]
    certificates: Path
    script: Script = field(default_factory=lambda: Script({}))


@dataclass(frozen=True)
class Played:
    """A row and what came of it: the answer, or why it was not repeated."""

    row: Row
    answer: Row | None
    differences: tuple[str, ...]
    not_played: str = ""

    @property
    def kind(self) -> Kind:
        """The class of the row."""
        return kind_of(self.row)

    @property
    def is_equal(self) -> bool:
        """Whether the server answered as recorded."""
        return not self.differences and not self.not_played


@dataclass
class Replay:
    """All rows in their order, and how often each mask was needed."""

    played: list[Played] = field(default_factory=list)
    used: Counter[Mask] = field(default_factory=Counter)

    def idle(self, release: Release) -> list[str]:
        """Paths of masks that hid nothing in all the rows, though the release has them."""
        return [mask.path for mask in masks_of(release) if not self.used[mask]]


def recording_in(folder: Path, version: str) -> Recording:
    """The recording of a version in a folder; raises `Problem` if there is none."""
    release = _release_of(version)
    if release is None:
        raise Problem(f"{version} is of no known release: say with --like whose cases to repeat")
    config = _json(folder / "configs" / f"{release}.json")
    rows = load(folder / "rows" / f"{version}.jsonl.xz")
    own = folder / "rows" / f"own-{version}.jsonl.xz"
    rows += load(own) if own.exists() else []
    setups = load_setups(folder / "setup" / f"{dialect_of(release)}.json")
    steps = folder / "setup" / f"{dialect_of(release)}-clients.json"
    script = Script.load(steps) if steps.exists() else Script({})
    return Recording(version, release, rows, setups, config, folder / "certificates", script)


def recording_like(folder: Path, version: str, like: str) -> Recording:
    """The cases of a recording, to be repeated on another version.

    Configurations are its own where the folder has them, `<release>.json` and for what profiles
    change `<release>.profiles.json`; a profile that is not in there is left out.
    """
    recording = recording_in(folder, like)
    configs = folder / "configs"
    release = ".".join(version.split(".")[:2])
    if version == like or not (configs / f"{release}.json").exists():
        return recording
    main = _json(configs / f"{release}.json")
    options = _json(configs / f"{release}.profiles.json")
    rows = []
    for row in recording.rows:
        profile = profile_of(row)
        if profile in options:
            config: Row = {"profile": profile}
            if options[profile]:
                config["options"] = options[profile]
            rows.append(row | {"config": config})
    own = _release_of(version) or recording.release
    return replace(recording, version=version, release=own, rows=rows, main=main)


def _release_of(version: str) -> Release | None:
    line = version.rpartition(".")[0]
    return next((release for release in Release if release.value == line), None)


def _json(path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Problem(f"{path} is no configuration: {error}") from None
    return document


def replay_on(recording: Recording, server: servers.Server, profiles: Sequence[str]) -> Replay:
    """Repeat the rows of one profile on a server that runs already."""
    result = Replay()
    for segment in segments(recording.rows):
        if segment.profile in profiles:
            played, used = _play(recording, segment, server)
            result.played += played
            result.used += used
    return result


def replay(recording: Recording, command: str, profiles: Sequence[str] = ()) -> Replay:
    """Repeat a recording on servers that a command starts, each configuration on its own."""
    wanted = [
        segment
        for segment in segments(recording.rows)
        if not profiles or segment.profile in profiles
    ]
    result = Replay()
    with ThreadPoolExecutor(JOBS) as pool:
        for played, used in pool.map(lambda one: _segment(recording, one, command), wanted):
            result.played += played
            result.used += used
    return result


def _segment(
    recording: Recording, segment: Segment, command: str
) -> tuple[list[Played], Counter[Mask]]:
    rows = segment.rows
    if all(kind_of(row) is Kind.START and not is_tls(row) for row in rows):
        return [Played(row, None, (), "start-up") for row in rows], Counter()
    config = _configured(recording, rows)
    environ = rows[0].get("env", {})
    with servers.running(command, config, recording.release, environ) as server:
        return _play(recording, segment, server)


def _configured(recording: Recording, rows: Sequence[Row]) -> dict[str, Any]:
    """The configuration of rows, up to the one before which it is read anew."""
    later = [row for row in rows[1:] if _setup(recording, row).reload is not None]
    until = rows.index(later[0]) if later else len(rows)
    config = servers.config_of(rows[:until], recording.main, recording.release)
    return with_certificates(config, recording.certificates)


def _setup(recording: Recording, row: Row) -> Setup:
    return recording.setups.get(row["case"], NOTHING)


def _play(
    recording: Recording, segment: Segment, server: servers.Server
) -> tuple[list[Played], Counter[Mask]]:
    comparison = Comparison(masks_of(recording.release))
    played = []
    player = Player(
        server,
        recording.release,
        recording.setups,
        comparison.generated,
        recording.certificates,
        script=recording.script,
        configured=lambda rows: _configured(recording, rows),
    )
    for row, answer in player.play(segment.rows):
        if isinstance(answer, NotPlayedError):
            played.append(Played(row, None, (), str(answer)))
        else:
            found = tuple(comparison.differences(row, answer))
            asked = row | {"request": comparison.generated.translated(row["request"])}
            played.append(Played(row, row_with(asked, answer), found))
    return played, comparison.used


def row_with(row: Row, answer: Row) -> Row:
    """A row with another answer."""
    kept = {key: value for key, value in row.items() if key not in _OF_ANSWERS}
    return kept | answer


_OF_ANSWERS = {
    "response",
    "set",
    "wire_hex",
    "wire",
    "grpc_error",
    "trailing_metadata",
    "pushes",
    "stream_end",
    "observed",
    "derived",
    "attempts",
    "other_answers_seen",
}
