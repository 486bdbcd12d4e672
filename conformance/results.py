"""The result file of a conformance run."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from centrifugo_grpc import result_files
from conformance.profile import MAIN
from conformance.summary import Row, Summary
from conformance.target import Targets


def write_results(
    path: Path,
    targets: Targets,
    summary: Summary,
    *,
    options: Mapping[str, Any],
    started: datetime,
    seconds: float,
) -> None:
    """Write what was judged, on what and how it came out; raises `Problem` if that fails."""
    document = result_files.heading("conformance", started) | {
        "seconds": round(seconds, 3),
        "target": _target(targets),
        "options": dict(options),
        "verdict": summary.outcome.value,
        "summary": summary.last_line,
        "counts": summary.counts(),
        "requirements": [_requirement(row) for row in summary.rows],
    }
    result_files.write(path, document)


def _target(targets: Targets) -> dict[str, Any]:
    """The main targets as one, and the variants of them that were there."""
    endpoints = list(dict.fromkeys(target.endpoint for target in targets.main))
    return {
        "address": ", ".join(endpoint.address for endpoint in endpoints),
        "tls": any(endpoint.tls for endpoint in endpoints),
        "key": any(endpoint.api_key is not None for endpoint in endpoints),
        "name": ", ".join(dict.fromkeys(target.name for target in targets.main)),
        "dialects": [
            {
                "dialect": target.dialect.value,
                "release": target.release.value,
                "told": target.found.told,
                "version": target.found.version,
                "notice": target.found.notice,
            }
            for target in targets.main
        ],
        "profiles": [_place(target.profile.path) for target in targets.main if target.profile],
        "variants": sorted({target.variant for target in targets.all} - {MAIN}),
    }


def _place(profile: Path) -> str:
    """Where a profile is: a shipped one without the folders above the suite."""
    suite = Path(__file__).parent.parent
    return str(profile.relative_to(suite) if profile.is_relative_to(suite) else profile)


def _requirement(row: Row) -> dict[str, Any]:
    requirement = row.case.requirement
    return {
        "id": requirement.id,
        "dialect": row.case.dialect.value,
        "sentence": requirement.sentence,
        "level": requirement.level.value,
        "releases": [release.value for release in requirement.releases],
        "needs": list(requirement.needs),
        "variant": requirement.variant,
        "source": requirement.source,
        "verdict": row.verdict.value,
        "reason": row.reason,
        "known_to_fail": row.known,
        "evidence": list(row.evidence),
        "seconds": round(row.seconds, 6),
    }
