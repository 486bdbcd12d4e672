"""`python -m reports compare` from outside: what counts as a regression, and what does not."""

import random
from pathlib import Path
from typing import Any

import pytest

from tests.reports.running import Ran, from_outside, reports
from tests.reports.samples import MACHINE, conformance, file, load, point, requirement


def compare(*arguments: str | Path) -> Ran:
    return reports("compare", *arguments)


def test_the_exit_code_is_the_commands(tmp_path: Path) -> None:
    old = judged(tmp_path, "old.json", requirement("a.b.c"))
    new = judged(tmp_path, "new.json", requirement("a.b.c", verdict="failed", reason="no"))
    ran = from_outside("compare", old, new)
    assert (ran.returncode, ran.stderr) == (1, "")


def judged(folder: Path, name: str, *rows: dict[str, Any]) -> Path:
    return file(folder / name, conformance(rows))


def rounds(folder: Path, rates: list[float], *, slower: int = 1, **fields: Any) -> Path:
    """A folder of load results, one a rate; `slower` multiplies the latencies."""
    folder.mkdir()
    for place, rate in enumerate(rates):
        samples = [slower * (value + place) for value in range(400, 4_400)]
        file(folder / f"{place}.json", load(rate=rate, samples=samples, **fields))
    return folder


def seconds(path: Path, rate: int, p99: int) -> Path:
    """One load result whose seconds scatter by a twentieth."""
    chance = random.Random(path.name)
    series = [
        point(second, int(rate * chance.uniform(0.95, 1.05)))
        | {"p99_us": p99 * chance.uniform(0.95, 1.05)}
        for second in range(30)
    ]
    return file(path, load(rate=rate, series=series))


def test_the_same_result_twice_has_no_regression(tmp_path: Path) -> None:
    for document in (conformance(), load()):
        path = file(tmp_path / "same.json", document)
        ran = compare(path, path)
        assert (ran.returncode, ran.stderr) == (0, "")
        assert ran.stdout.splitlines()[-1] == "0 regressions"


def test_a_requirement_that_newly_fails_is_a_regression_with_its_sentence(tmp_path: Path) -> None:
    old = judged(tmp_path, "old.json", requirement("a.b.c"))
    new = judged(tmp_path, "new.json", requirement("a.b.c", verdict="failed", reason="got no\nend"))
    ran = compare(old, new)
    assert ran.returncode == 1
    assert ran.stdout.splitlines() == [
        "newly fails: a.b.c (MUST, v3 as 6.9): The sentence of a.b.c. (got no end)",
        "1 regression",
    ]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("failed", "failed", "conformance: every verdict is as it was"),
        ("failed", "passed", "mended: a.b.c"),
        ("passed", "differs", "newly differs: a.b.c"),
        ("passed", "not shown", "not judged any more: a.b.c"),
    ],
)
def test_other_changes_are_told_and_are_none(
    before: str, after: str, said: str, tmp_path: Path
) -> None:
    old = judged(tmp_path, "old.json", requirement("a.b.c", verdict=before, reason=""))
    new = judged(tmp_path, "new.json", requirement("a.b.c", verdict=after, reason=""))
    ran = compare(old, new)
    assert ran.returncode == 0
    assert ran.stdout.startswith(said)


def test_a_failing_requirement_that_the_old_suite_did_not_have_is_told_apart(
    tmp_path: Path,
) -> None:
    old = judged(tmp_path, "old.json", requirement("a.b.c"))
    failing = requirement("a.b.new", verdict="failed", reason="no")
    ran = compare(old, judged(tmp_path, "new.json", requirement("a.b.c"), failing))
    assert ran.returncode == 0
    assert ran.stdout.startswith("fails, unknown to the old run: a.b.new")


def test_rounds_that_are_slower_beyond_their_noise_are_a_regression(tmp_path: Path) -> None:
    old = rounds(tmp_path / "old", [2_000, 2_040, 1_980, 2_010, 1_995])
    new = rounds(tmp_path / "new", [1_700, 1_720, 1_690, 1_710, 1_705])
    ran = compare(old, new)
    assert ran.returncode == 1
    throughput = next(line for line in ran.stdout.splitlines() if "throughput" in line)
    assert "2,000/s (1,995/s to 2,010/s) before, 1,705/s" in throughput
    assert "0.853 of it; WORSE by more than 5%" in throughput
    assert "5 and 5 rounds" in throughput


def test_rounds_that_scatter_more_than_they_differ_are_none(tmp_path: Path) -> None:
    old = rounds(tmp_path / "old", [1_500, 2_500, 2_000, 1_800])
    new = rounds(tmp_path / "new", [1_450, 2_400, 1_850, 1_700])
    ran = compare(old, new)
    assert ran.returncode == 0
    assert "not worse by more than 5%" in ran.stdout


def test_a_higher_p99_is_a_regression_by_its_own_threshold(tmp_path: Path) -> None:
    old = rounds(tmp_path / "old", [2_000] * 4)
    new = rounds(tmp_path / "new", [2_000] * 4, slower=2)
    assert compare(old, new).returncode == 1
    assert compare(old, rounds(tmp_path / "less", [2_000] * 4), "--p99", "50%").returncode == 0


def test_single_runs_are_compared_by_their_seconds(tmp_path: Path) -> None:
    old = seconds(tmp_path / "old.json", 2_000, 4_000)
    same = seconds(tmp_path / "same.json", 2_000, 4_000)
    slow = seconds(tmp_path / "slow.json", 1_600, 4_000)
    late = seconds(tmp_path / "late.json", 2_000, 6_000)
    assert compare(old, same).returncode == 0
    for worse, figure in ((slow, "throughput"), (late, "p99")):
        ran = compare(old, worse)
        assert ran.returncode == 1
        (line,) = [line for line in ran.stdout.splitlines() if "WORSE" in line]
        assert line.strip().startswith(figure)
        assert "28 and 28 seconds" in line


def test_calls_that_newly_fail_are_a_regression(tmp_path: Path) -> None:
    old = file(tmp_path / "old.json", load())
    new = file(tmp_path / "new.json", load(api_errors={"107 bad request": 12}))
    ran = compare(old, new)
    assert ran.returncode == 1
    assert "errors: none before, 12 calls now: WORSE" in ran.stdout


def test_different_machines_and_a_generators_limit_are_warned_about(tmp_path: Path) -> None:
    old = file(tmp_path / "old.json", load(limit={"label": "generator", "evidence": []}))
    new = file(tmp_path / "new.json", load(machine=MACHINE | {"cpus": 2}))
    ran = compare(old, new)
    assert "warning: The loads ran on 2 different machines" in ran.stdout
    assert "warning: old.json shows the generator's limit" in ran.stdout


@pytest.mark.parametrize("share", ["-1", "100%", "many", "nan"])
def test_a_threshold_that_is_no_percentage_is_one_line(share: str, tmp_path: Path) -> None:
    path = file(tmp_path / "same.json", load())
    ran = compare(path, path, f"--p99={share}")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert len(ran.stderr.splitlines()) == 1


def test_results_with_nothing_in_common_are_one_line(tmp_path: Path) -> None:
    run = file(tmp_path / "load.json", load())
    (tmp_path / "empty").mkdir()
    for other, said in (
        (file(tmp_path / "c.json", conformance()), "nothing to compare"),
        (file(tmp_path / "large.json", load(payload_bytes=4_096)), "use the same options"),
        (tmp_path / "empty", "holds no result files"),
        (tmp_path / "none.json", "No such file"),
    ):
        ran = compare(run, other)
        assert ran.returncode == 2
        (line,) = ran.stderr.splitlines()
        assert said in line
