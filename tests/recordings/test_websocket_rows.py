"""WebSocket clients of the reference server receive what those of 2.8.7 received, row by row."""

import json
from pathlib import Path

from centrifugo_grpc.recordings import servers
from centrifugo_grpc.recordings.replaying import Played, Replay, recording_in, replay
from centrifugo_grpc.recordings.rows import Kind

FOLDER = Path(__file__).parent
KNOWN = json.loads((FOLDER / "known_clients.json").read_text(encoding="utf-8"))
SHARE = 0.99
PROFILES = (
    "main",
    *("stale", "anonymous", "insecure", "insecuresecret", "legacyseq", "limits"),
    *("origins-empty", "origins-listed", "origins-star", "origins-unset"),
    *("personal", "personalns", "stamped", "ping", "minimal"),
)
"""The configurations whose rows tell of WebSocket clients."""


def test_what_clients_of_2_8_received_is_received_again() -> None:
    recording = recording_in(FOLDER, "2.8.7")
    result = replay(recording, servers.reference(recording.release), PROFILES)
    rows = [one for one in result.played if one.kind is Kind.SUBSCRIBER]
    wrong = [one for one in rows if not one.is_equal and not _is_known(one)]
    told = "\n".join(f"{one.row['case']}: {one.not_played or one.differences}" for one in wrong)
    assert len(rows) > 200
    assert len(rows) - len(wrong) >= SHARE * len(rows), told
    _require_reasons(result)


def _is_known(one: Played) -> bool:
    """Whether a row differs in nothing but what may differ, for the reason that is given."""
    known = KNOWN.get(one.row["case"])
    return (
        known is not None
        and not one.not_played
        and all(difference.startswith(tuple(known["paths"])) for difference in one.differences)
    )


def _require_reasons(result: Replay) -> None:
    assert KNOWN.keys() <= {one.row["case"] for one in result.played}, "a case that is not there"
