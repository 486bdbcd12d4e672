"""Result files: written whole, checked both ways, refused in one line."""

import json
import lzma
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from centrifugo_grpc import result_files
from centrifugo_grpc.problem import Problem
from tests.reports.samples import conformance, exchange, file, load, requirement

SCHEMAS = Path(__file__).parents[2] / "reports" / "schema"


@pytest.mark.parametrize("document", [conformance(), load()], ids=["conformance", "load"])
def test_a_result_is_read_as_it_was_written(document: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "folder" / "results.json"
    result_files.write(path, document)
    assert result_files.read(path) == document
    assert list(path.parent.iterdir()) == [path]


def test_a_result_whose_name_ends_in_xz_is_a_fraction_as_long(tmp_path: Path) -> None:
    document = conformance([requirement(f"publish.accept.n{n}") for n in range(100)])
    plain, packed = tmp_path / "results.json", tmp_path / "results.json.xz"
    result_files.write(plain, document)
    result_files.write(packed, document)
    assert result_files.read(packed) == document
    assert packed.stat().st_size < plain.stat().st_size / 20
    assert lzma.decompress(packed.read_bytes()) == plain.read_bytes()


def test_a_packed_result_that_is_cut_off_or_none_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "results.json.xz"
    result_files.write(path, conformance())
    whole = path.read_bytes()
    for broken in (whole[:-9], whole[:5], b"", b"{}"):
        path.write_bytes(broken)
        with pytest.raises(Problem, match="was cut off") as caught:
            result_files.read(path)
        assert "\n" not in str(caught.value)


def test_a_packed_result_that_would_fill_the_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(result_files, "_MOST_BYTES", 2**20)
    path = tmp_path / "results.json.xz"
    path.write_bytes(lzma.compress(b" " * 2**21))
    with pytest.raises(Problem, match="unpacks to more than 1048576 bytes"):
        result_files.read(path)


@pytest.mark.parametrize("kind", result_files.KINDS)
def test_the_schemas_are_schemas(kind: str) -> None:
    schema = json.loads((SCHEMAS / f"{kind}-1.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)


def test_a_heading_tells_the_suite_the_machine_and_the_time_in_utc() -> None:
    started = datetime.fromisoformat("2026-03-01T14:00:00+02:00")
    heading = result_files.heading("load", started)
    assert heading["kind"] == "load"
    assert heading["started"] == "2026-03-01T12:00:00+00:00"
    assert heading["suite"]["name"] == "centrifugo-suite"
    assert heading["machine"]["cpus"] >= 1
    assert heading["machine"]["python"].startswith("3.")
    assert heading == result_files.heading("load", started.astimezone(UTC))


def test_an_invalid_result_is_not_written(tmp_path: Path) -> None:
    path = file(tmp_path / "results.json", conformance())
    before = path.read_bytes()
    wrong = conformance([requirement(verdict="splendid")], verdict="partial")
    with pytest.raises(Problem, match="requirements/0/verdict: 'splendid' is not one of"):
        result_files.write(path, wrong)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_number_that_json_cannot_hold_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="cannot write the results"):
        result_files.write(tmp_path / "results.json", load(seconds=float("nan")))
    assert list(tmp_path.iterdir()) == []


def test_text_that_has_no_utf_8_survives(tmp_path: Path) -> None:
    document = conformance([requirement(evidence=[exchange(details="lone \ud800, naïve")])])
    path = tmp_path / "results.json"
    result_files.write(path, document)
    assert result_files.read(path) == document
    assert "naïve" in path.read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written_to_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Problem, match="cannot write the results to"):
        result_files.write(tmp_path / "file" / "results.json", load())


def test_a_newer_minor_version_with_more_in_it_is_read(tmp_path: Path) -> None:
    document = load(schema_version="1.7", spread={"rounds": 3})
    assert result_files.read(file(tmp_path / "results.json", document))["spread"] == {"rounds": 3}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no result file, or was cut off: it does not parse as JSON"),
        ('{"kind": "load", "schema_ver', "is no result file, or was cut off"),
        ("\x00\x01", "does not parse as JSON"),
        ("[" * 100_000, "does not parse as JSON"),
        ("[]", "is no result file of this suite"),
        ("3", "is no result file of this suite"),
        ('{"kind": "weather"}', "is no result file of this suite"),
        ('{"kind": ["load"]}', "is no result file of this suite"),
        ('{"kind": "load"}', "has schema version None"),
        ('{"kind": "load", "schema_version": "2.0"}', "has schema version 2.0"),
        ('{"kind": "load", "schema_version": "1.0"}', "is no valid load result file"),
        ('{"kind": "load", "seconds": NaN}', "NaN is no number of JSON"),
        ('{"kind": "load", "seconds": 1e999}', "1e999 is too large"),
        (f'{{"kind": "load", "seconds": {"9" * 400}}}', "a number of too many digits"),
    ],
)
def test_what_is_no_result_file_is_told_in_one_line(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text(text)
    with pytest.raises(Problem) as caught:
        result_files.read(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text_are_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Problem, match="is no result file"):
        result_files.read(path)


def test_a_missing_file_and_a_folder_are_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="No such file"):
        result_files.read(tmp_path / "none.json")
    with pytest.raises(Problem, match="Is a directory"):
        result_files.read(tmp_path)
