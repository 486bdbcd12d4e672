"""The points that no requirement can notice, each with its reason, as they are written down."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from conformance.coverage.points import Point

FILE = Path(__file__).with_name("unshown.toml")


@dataclass(frozen=True)
class Excuse:
    """Points by pattern, the releases it holds for, and why nothing can notice them."""

    pattern: str
    reason: str
    releases: tuple[Release, ...]

    def covers(self, point: Point) -> bool:
        """Whether a point is among its own."""
        return fnmatchcase(str(point), self.pattern)


def excuses(release: Release, path: Path = FILE) -> list[Excuse]:
    """The excuses that hold for a release; raises `Problem` if the file is none."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        read = [_excuse(entry) for entry in document["unshown"]]
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise Problem(f"{path} is no list of what cannot be shown: {error!r}") from error
    return [excuse for excuse in read if release in excuse.releases]


def _excuse(entry: dict[str, object]) -> Excuse:
    releases = entry.get("releases", [str(release) for release in Release])
    if not isinstance(releases, list) or not str(entry["reason"]).strip():
        raise ValueError(f"{entry} has no reason, or releases that are no list")
    named = tuple(Release(name) for name in releases)
    return Excuse(str(entry["points"]), str(entry["reason"]), named)


def unexcused(points: Sequence[Point], known: Sequence[Excuse]) -> list[Point]:
    """The points that no excuse covers."""
    return [point for point in points if not any(excuse.covers(point) for excuse in known)]


def stale(points: Sequence[Point], known: Sequence[Excuse]) -> list[Excuse]:
    """The excuses that cover nothing that is unnoticed."""
    return [excuse for excuse in known if not any(excuse.covers(point) for point in points)]
