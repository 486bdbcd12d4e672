"""`make report` from the corpus to the page."""

import json
import subprocess
import sys
from pathlib import Path

from tests.end_to_end.wrong_server import wrong_server
from tools.report import REFERENCE_PROFILES, reference_server

BLANK_CHANNEL = "publish.refuse.blank-channel"


def report(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tools.report", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=1200, check=False)


def verdicts(results: Path, requirement: str) -> set[str]:
    document = json.loads(results.read_text())
    return {row["verdict"] for row in document["requirements"] if row["id"] == requirement}


def test_the_main_job_judges_both_dialects_and_measures_a_load(tmp_path: Path) -> None:
    ran = report("--out", str(tmp_path))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert str(tmp_path / "report.html") in ran.stdout
    rows = json.loads((tmp_path / "conformance.json").read_text())["requirements"]
    for dialect in ("v2", "v3"):
        passed = [
            r
            for r in rows
            if (r["dialect"], r["level"], r["verdict"]) == (dialect, "MUST", "passed")
        ]
        assert len(passed) > 20
        outcomes = json.loads((tmp_path / f"load-{dialect}.json").read_text())["outcomes"]
        assert outcomes["ok"] > 100
        assert outcomes["api_errors"] == outcomes["transport_errors"] == {}


def test_a_server_that_breaks_one_rule_is_red_on_the_page(tmp_path: Path) -> None:
    def accept_blank_channel(path: str, request: bytes, answer: bytes) -> bytes:
        is_blank = path.endswith("/Publish") and not request.startswith(b"\x0a")
        return b"" if is_blank else answer

    profiles = [word for file in REFERENCE_PROFILES for word in ("--target-profile", str(file))]
    with (
        reference_server() as true_server,
        wrong_server(true_server, accept_blank_channel) as wrong,
    ):
        ran = report("--target", wrong, *profiles, "--out", str(tmp_path))
    assert ran.returncode == 1
    assert verdicts(tmp_path / "conformance.json", BLANK_CHANNEL) == {"failed"}
    assert "fails" in ran.stdout
    page = (tmp_path / "report.html").read_text()
    failing = page[: page.index("<table")] if "<table" in page else page
    assert BLANK_CHANNEL in failing or BLANK_CHANNEL in page
    assert "failed" in page


def test_a_target_that_does_not_listen_is_one_line(tmp_path: Path) -> None:
    ran = report("--target", "localhost:1", "--out", str(tmp_path))
    assert ran.returncode != 0
    assert "nothing listens on localhost:1" in ran.stdout + ran.stderr
    assert "Traceback" not in ran.stdout + ran.stderr


def test_an_address_without_a_port_is_one_line(tmp_path: Path) -> None:
    ran = report("--target", "localhost", "--out", str(tmp_path))
    assert ran.returncode == 2
    assert ran.stderr.startswith("not an address: 'localhost'")
