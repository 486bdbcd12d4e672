"""Makes the committed rows of recordings: `python -m tests.recordings.pack FOLDER`.

FOLDER holds the exchanges as they were recorded, `v<release>.jsonl`. The same files give the same
bytes. What is changed: fields that unistream.proto did not declare at the time of the recording
(6.9's publications, the reason of 3.2's Unsubscribe) get the names that they have now.
"""

import base64
import json
import sys
from pathlib import Path
from typing import Any

from centrifugo_grpc.recordings.rows import save

FOLDER = Path(__file__).parent / "rows"
_UNKNOWN = "<unknown fields>"
_NAMES = {3: "reason", 11: "key", 14: "epoch", 16: "version"}


def main(folder: Path) -> None:
    """Pack all recordings of a folder."""
    for file in sorted(folder.glob("v*.jsonl")):
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        save(FOLDER / f"{file.stem.removeprefix('v')}.jsonl.xz", map(named, rows))


def named(value: Any) -> Any:
    """A row with names for the fields that were unknown."""
    if isinstance(value, list):
        return [named(item) for item in value]
    if not isinstance(value, dict):
        return value
    fields = {name: named(item) for name, item in value.items() if name != _UNKNOWN}
    unknown = value.get(_UNKNOWN, ())
    return fields | {_NAMES[field["field"]]: _text(field["value"]) for field in unknown}


def _text(value: Any) -> str:
    is_bytes = isinstance(value, dict)
    return base64.b64decode(value["base64"]).decode() if is_bytes else str(value)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
