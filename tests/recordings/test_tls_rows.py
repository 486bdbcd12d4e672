"""Over TLS the reference server answers as the real 2.8.7 did."""

import dataclasses
from pathlib import Path

from centrifugo_grpc.recordings import servers
from centrifugo_grpc.recordings.replaying import recording_in, replay
from centrifugo_grpc.recordings.tls_rows import is_tls

FOLDER = Path(__file__).parent
SHARE = 0.95


def test_rows_over_tls_come_out_as_recorded() -> None:
    recording = recording_in(FOLDER, "2.8.7")
    rows = [row for row in recording.rows if is_tls(row)]
    assert len(rows) == 21
    recording = dataclasses.replace(recording, rows=rows)
    played = replay(recording, servers.reference(recording.release)).played
    wrong = [(one.row["case"], one.not_played or one.differences) for one in played]
    wrong = [(case, why) for case, why in wrong if why]
    assert len(wrong) <= (1 - SHARE) * len(rows), wrong
