"""Turns what pytest says of a test into the verdict on its requirement."""

from collections import Counter
from collections.abc import Sequence

import pytest

from centrifugo_grpc.releases import Dialect
from conformance import evidence
from conformance.evidence import CASES, CAUSE, RECORDED, Exchanges
from conformance.profile import MAIN
from conformance.requirement import Level, Requirement
from conformance.run import Run
from conformance.selection import dialect_of_item, requirement_of, target_of
from conformance.verdicts import Verdict, judge, reason
from conformance.waiting import SECONDS


def count_cases(items: Sequence[pytest.Item]) -> None:
    """Note on each test how many there are for its requirement and dialect, before selection."""
    keys = {
        item: (requirement.id, dialect_of_item(item))
        for item in items
        if (requirement := requirement_of(item)) is not None
    }
    counts = Counter(keys.values())
    for item, key in keys.items():
        item.stash[CASES] = counts[key]


def variant_of(item: pytest.Item) -> tuple[Dialect, str]:
    """The server that a test needs: which dialect, started as which variant."""
    requirement = requirement_of(item)
    assert requirement is not None
    return dialect_of_item(item), requirement.variant


def conclude(
    item: pytest.Item, raised: BaseException | None, report: pytest.TestReport, run: Run
) -> None:
    """Add the verdict to the report of the phase that decides it, and say it as it is meant."""
    requirement = requirement_of(item)
    if requirement is None or (report.when != "call" and raised is None):
        return
    decided = judge(requirement.level, raised)
    if report.when != "call":
        decided = Verdict.ERROR  # Set-up and clean-up are the suite's own.
    exchanges = item.stash.get(RECORDED, [])
    dialect = dialect_of_item(item)
    why = "" if raised is None else reason(raised)
    if raised is not None and _ends_the_run(item, requirement, exchanges, run):
        assert run.cause is not None
        item.user_properties[:] = report.user_properties = [(CAUSE, run.cause.text)]
        _excuse(report)
        return
    told = evidence.properties(requirement, dialect.value, decided, why, exchanges)
    told["cases"] = str(item.stash.get(CASES, 1))
    if run.cause is not None:
        told[CAUSE] = run.cause.text
    item.user_properties[:] = told.items()
    report.user_properties = list(told.items())
    if SECONDS in item.stash:
        report.duration = item.stash[SECONDS]
    if decided is Verdict.ERROR:
        report.outcome = "failed"  # With its traceback: it is the suite that went wrong.
    elif raised is not None:
        _say(item, requirement, raised, report, run)


def _ends_the_run(
    item: pytest.Item, requirement: Requirement, exchanges: Exchanges, run: Run
) -> bool:
    """Whether a failed test shows that the target is gone; a run may end for less, too."""
    if run.cause is None:
        run.cause = run.health.cause(requirement.id, target_of(item, run.targets), exchanges)
    return run.cause is not None and run.cause.excuses


def _say(
    item: pytest.Item,
    requirement: Requirement,
    raised: BaseException,
    report: pytest.TestReport,
    run: Run,
) -> None:
    """Say a deviation as it is meant: a failure, a warning, or what is known to fail."""
    target = target_of(item, run.targets)
    variant = "" if requirement.variant == MAIN else f", {requirement.variant}"
    where = f"{target.dialect} as {target.release}{variant}"
    text = evidence.told(requirement, where, raised, item.stash.get(RECORDED, []))
    listed = run.options.known_failing
    known = listed.explains(requirement.id, target.dialect.value, reason(raised))
    is_failure = requirement.level is Level.MUST and not known
    if known:
        text = f"known to fail: {text}"
    elif not is_failure:
        text = f"warning: {text}"
    _tell(report, f"{requirement.id} [{where}]", text, is_failure=is_failure)


def _excuse(report: pytest.TestReport) -> None:
    """What showed that the target is gone is no failure: the last line has the cause."""
    file, line, _ = report.location
    report.outcome = "skipped"
    report.longrepr = (file, (line or 0) + 1, "the run ended while this was judged")


def _tell(report: pytest.TestReport, title: str, text: str, *, is_failure: bool) -> None:
    """Replace pytest's traceback by what the requirement says and what came instead."""
    file, line, _ = report.location
    report.location = (file, line, title)
    if is_failure:
        report.longrepr = text
    else:
        report.outcome = "skipped"  # Neither a success nor a failure.
        report.longrepr = (file, (line or 0) + 1, text)


def category(report: pytest.TestReport) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """How the terminal counts and colours a verdict that pytest has no word for."""
    verdict = dict(report.user_properties).get("verdict")
    if report.when != "call" or verdict is None:
        return None
    if verdict == Verdict.ERROR.value:
        return "error", "E", ("ERROR", {"red": True})
    if not report.skipped:
        return None
    if isinstance(report.longrepr, tuple) and report.longrepr[2].startswith("known to fail"):
        return "known to fail", "k", ("KNOWN", {"yellow": True})
    if verdict == Verdict.DIFFERS.value:
        return "differs", "d", ("DIFFERS", {"yellow": True})
    return "warned", "w", ("WARNING", {"yellow": True})
