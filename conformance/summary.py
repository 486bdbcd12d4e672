"""What a whole run comes to: the verdict of each requirement, the counts, the last line."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from conformance.evidence import Judged
from conformance.requirement import Level
from conformance.selection import NOT_SELECTED, Case
from conformance.verdicts import Verdict, worst


class Outcome(Enum):
    """What the target is called after a run."""

    CONFORMS = "conforms"
    FAILS = "fails"
    PARTIAL = "partial"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True)
class Row:
    """A requirement of one dialect, and how it came out."""

    case: Case
    verdict: Verdict
    reason: str = ""
    evidence: Sequence[Any] = ()
    seconds: float = 0.0

    @property
    def level(self) -> Level:
        """How binding it is."""
        return self.case.requirement.level


@dataclass(frozen=True)
class Summary:
    """All rows of a run; `strict` makes what differs count."""

    rows: Sequence[Row]
    strict: bool

    @property
    def shown(self) -> list[Row]:
        """The rows that were judged: where the suite went wrong, nothing is known."""
        unknown = (Verdict.NOT_SHOWN, Verdict.ERROR)
        return [row for row in self.rows if row.verdict not in unknown]

    def of(self, verdict: Verdict) -> list[Row]:
        """The rows with one verdict."""
        return [row for row in self.rows if row.verdict is verdict]

    @property
    def against(self) -> list[Row]:
        """The rows that speak against the target, or that the suite could not judge."""
        counting = {Verdict.FAILED, Verdict.ERROR} | ({Verdict.DIFFERS} if self.strict else set())
        return [row for row in self.rows if row.verdict in counting]

    @property
    def outcome(self) -> Outcome:
        """What to call the target: conforming only if everything was shown."""
        if self.against:
            return Outcome.FAILS
        if not any(row.level is Level.MUST for row in self.shown):
            return Outcome.NOT_JUDGED
        return Outcome.CONFORMS if len(self.shown) == len(self.rows) else Outcome.PARTIAL

    @property
    def last_line(self) -> str:
        """The outcome and its count, in a line."""
        amount = f"{len(self.shown)} of {len(self.rows)} shown"
        besides = self._besides()
        match self.outcome:
            case Outcome.FAILS:
                return f"fails: {_tally(self.against)} ({amount}{besides})"
            case Outcome.NOT_JUDGED:
                return f"not judged: no MUST was shown ({amount}{besides})"
            case Outcome.PARTIAL:
                return f"partial: {amount}{besides}"
            case Outcome.CONFORMS:
                return f"conforms: {amount}{besides}"

    def _besides(self) -> str:
        differing = 0 if self.strict else len(self.of(Verdict.DIFFERS))
        return f", {_differ(differing)}" if differing else ""

    def counts(self) -> dict[str, Any]:
        """The counts as a result file has them."""
        by_level = {
            level.value: {
                verdict.value.replace(" ", "_"): sum(
                    row.level is level and row.verdict is verdict for row in self.rows
                )
                for verdict in Verdict
            }
            for level in Level
        }
        return {"all": len(self.rows), "shown": len(self.shown), "by_level": by_level}

    def lacking(self) -> list[tuple[str, int]]:
        """Why requirements were not shown, with how many, most frequent first."""
        return Counter(row.reason for row in self.of(Verdict.NOT_SHOWN)).most_common()


def summarise(cases: Iterable[Case], verdicts: Iterable[Judged], *, strict: bool) -> Summary:
    """Put the verdicts that came in to the cases that were planned."""
    by_key: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for judged in verdicts:
        by_key[judged.key].append(judged)
    return Summary([_row(case, by_key[case.key]) for case in cases], strict)


def _row(case: Case, judged: Sequence[Judged]) -> Row:
    if not judged:
        return Row(case, Verdict.NOT_SHOWN, case.lacking or NOT_SELECTED)
    verdict = worst(one.verdict for one in judged)
    reasons = [one.reason for one in judged if one.verdict is verdict and one.reason]
    all_of_them = max(one.cases for one in judged)
    if verdict is Verdict.PASSED and len(judged) < all_of_them:
        # Part of a requirement was selected: what passed is not the requirement.
        verdict, reasons = Verdict.NOT_SHOWN, ["only some of its cases selected"]
    return Row(
        case,
        verdict,
        "; ".join(dict.fromkeys(reasons)),
        [exchange for one in judged for exchange in one.evidence],
        sum(one.seconds for one in judged),
    )


def _tally(rows: Sequence[Row]) -> str:
    """How many speak against the target: failures by level, then differences, then errors."""
    failed = Counter(row.level for row in rows if row.verdict is Verdict.FAILED)
    words = [f"{failed[level]} {level.value} failed" for level in Level if failed[level]]
    differing = sum(row.verdict is Verdict.DIFFERS for row in rows)
    errors = sum(row.verdict is Verdict.ERROR for row in rows)
    words += [_differ(differing)] if differing else []
    words += [f"{errors} could not be judged (error)"] if errors else []
    return ", ".join(words)


def _differ(count: int) -> str:
    return f"{count} {'differs' if count == 1 else 'differ'} from Centrifugo"
