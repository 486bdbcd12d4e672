"""The page of the kill matrix names every mutant, and every requirement or the reason for none."""

import re

import pytest

from tests.mutants.page import PAGE, reasons
from tests.mutants.register import MUTANTS
from tests.mutants.running import corpus

TEXT = PAGE.read_text()
ANEW = "make its rows with `python -m tests.mutants.matrix`, the page with `tests.mutants.page`"


def section(title: str) -> str:
    """What stands under a title."""
    return TEXT.partition(f"## {title}\n")[2].partition("\n## ")[0]


def first_names(title: str) -> set[str]:
    """The name in backquotes that stands first in each row of a table."""
    rows = [line for line in section(title).splitlines() if line.startswith("|") and "`" in line]
    return {line.split("`")[1] for line in rows}


def named(text: str) -> set[str]:
    """What stands in backquotes."""
    return set(re.findall(r"`([^`]+)`", text))


def test_every_mutant_has_a_row() -> None:
    rows = first_names("By mutant")
    assert not set(MUTANTS) - rows, ANEW
    assert not rows - set(MUTANTS), ANEW


def test_every_mutant_ran_and_was_caught() -> None:
    rows = section("By mutant")
    assert re.findall(r"\*\*\d+ of \d+\*\*", rows) == []
    assert re.findall(r"\| - \|", rows) == [], ANEW


def test_every_requirement_is_broken_or_listed_with_its_reason() -> None:
    ids = {case.requirement.id for case in corpus()}
    unbroken = ids - first_names("By requirement")
    listed = named(section("Requirements that no mutant breaks"))
    unexplained = {name for name in unbroken if not any(each.names(name) for each in reasons())}
    assert not unbroken - listed, ANEW
    assert not unexplained, "make a mutant, or give a reason in tests/mutants/unbroken.toml"


@pytest.mark.parametrize("reason", reasons(), ids=lambda reason: str(reason.requirements[0]))
def test_a_reason_is_about_requirements_that_there_are(reason: object) -> None:
    assert any(reason.names(case.requirement.id) for case in corpus())  # type: ignore[attr-defined]
