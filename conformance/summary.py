"""What a whole run comes to: the verdict of each requirement, the counts, the last line."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from conformance.evidence import Judged
from conformance.known_failing import Entry, KnownFailing
from conformance.requirement import Level, Requirement
from conformance.selection import NOT_SELECTED, Case
from conformance.verdicts import Verdict, worst

_UNFAVOURABLE = (Verdict.FAILED, Verdict.DIFFERS)


class Outcome(Enum):
    """What the target is called after a run."""

    CONFORMS = "conforms"
    FAILS = "fails"
    PARTIAL = "partial"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True)
class Rules:
    """What counts in a run: differences and warnings if `strict`, the unshown if `complete`."""

    strict: bool = False
    complete: bool = False
    known_failing: KnownFailing = field(default_factory=KnownFailing)


@dataclass(frozen=True)
class Row:
    """A requirement of one dialect, and how it came out; `known` if it was listed to fail so."""

    case: Case
    verdict: Verdict
    reason: str = ""
    evidence: Sequence[Any] = ()
    seconds: float = 0.0
    known: bool = False

    @property
    def level(self) -> Level:
        """How binding it is."""
        return self.case.requirement.level


@dataclass(frozen=True)
class Summary:
    """All rows of a run, what counts in it, and the cause if it ended before its time.

    `corpus` is every requirement that there is, of other releases too: a list of known failures
    may name those.
    """

    rows: Sequence[Row]
    rules: Rules
    cause: str = ""
    corpus: Sequence[Requirement] = ()

    @property
    def shown(self) -> list[Row]:
        """The rows that were judged: where the suite went wrong, nothing is known."""
        unknown = (Verdict.NOT_SHOWN, Verdict.ERROR)
        return [row for row in self.rows if row.verdict not in unknown]

    def of(self, verdict: Verdict) -> list[Row]:
        """The rows with one verdict."""
        return [row for row in self.rows if row.verdict is verdict]

    @property
    def broken(self) -> list[Row]:
        """The MUSTs that failed and were not listed to fail."""
        return [row for row in self._failed if row.level is Level.MUST]

    @property
    def warnings(self) -> list[Row]:
        """The SHOULDs and MAYs that failed and were not listed to fail."""
        return [row for row in self._failed if row.level is not Level.MUST]

    @property
    def differing(self) -> list[Row]:
        """What differs from Centrifugo and was not listed."""
        return [row for row in self.of(Verdict.DIFFERS) if not row.known]

    @property
    def known(self) -> list[Row]:
        """What fails or differs as it was listed."""
        return [row for row in self.rows if row.known]

    @property
    def _failed(self) -> list[Row]:
        return [row for row in self.of(Verdict.FAILED) if not row.known]

    @property
    def against(self) -> list[Row]:
        """The rows that speak against the target, or that the suite could not judge."""
        also = [*self.warnings, *self.differing] if self.rules.strict else []
        counting = {id(row) for row in [*self.broken, *also, *self.of(Verdict.ERROR)]}
        return [row for row in self.rows if id(row) in counting]

    @property
    def stale(self) -> list[tuple[Entry, str]]:
        """The entries of the list of known failures that do not hold, and why."""
        found = [(entry, self._why_stale(entry)) for entry in self.rules.known_failing.entries]
        return [(entry, why) for entry, why in found if why]

    def _why_stale(self, entry: Entry) -> str:
        named = [
            row for row in self.rows if entry.names(row.case.requirement.id, row.case.dialect.value)
        ]
        if not named and not any(entry.names_one_of(each) for each in self.corpus):
            return "names no requirement of the corpus"
        if entry.by_chance:
            return ""
        passing = [row.case.requirement.id for row in named if row.verdict is Verdict.PASSED]
        return f"passes by now: {', '.join(dict.fromkeys(passing))}" if passing else ""

    @property
    def outcome(self) -> Outcome:
        """What to call the target: conforming only if everything was shown and none is excused."""
        if self.cause and not self.against:
            return Outcome.NOT_JUDGED
        if self.against or self.stale:
            return Outcome.FAILS
        if not any(row.level is Level.MUST for row in self.shown):
            return Outcome.NOT_JUDGED
        is_whole = len(self.shown) == len(self.rows) and not self.known
        return Outcome.CONFORMS if is_whole else Outcome.PARTIAL

    @property
    def is_green(self) -> bool:
        """Whether the run ends with exit status 0."""
        if self.rules.complete and len(self.shown) < len(self.rows):
            return False
        return self.outcome in (Outcome.CONFORMS, Outcome.PARTIAL)

    @property
    def last_line(self) -> str:
        """The outcome and its count, in a line."""
        amount = f"{len(self.shown)} of {len(self.rows)} shown"
        besides = self._besides()
        if self.cause:
            tally = f"; {self._tally()}" if self.against else ""
            return f"ended early: {self.cause} ({amount}{tally}{besides})"
        match self.outcome:
            case Outcome.FAILS:
                return f"fails: {self._tally()} ({amount}{besides})"
            case Outcome.NOT_JUDGED:
                return f"not judged: no MUST was shown ({amount}{besides})"
            case Outcome.PARTIAL:
                wanted = "" if self.is_green else "; --complete wants all"
                return f"partial: {amount}{besides}{wanted}"
            case Outcome.CONFORMS:
                return f"conforms: {amount}{besides}"

    def _besides(self) -> str:
        words = [f"{len(self.known)} known to fail"] if self.known else []
        if not self.rules.strict:
            words += [f"{len(self.warnings)} warned"] if self.warnings else []
            words += [_differ(len(self.differing))] if self.differing else []
        return "".join(f", {each}" for each in words)

    def _tally(self) -> str:
        """What speaks against the target: failures by level, then differences, then the rest."""
        failed = Counter(row.level for row in self.against if row.verdict is Verdict.FAILED)
        words = [f"{failed[level]} {level.value} failed" for level in Level if failed[level]]
        differing = sum(row.verdict is Verdict.DIFFERS for row in self.against)
        errors = len(self.of(Verdict.ERROR))
        words += [_differ(differing)] if differing else []
        words += [f"{errors} could not be judged (error)"] if errors else []
        words += [f"{len(self.stale)} of --known-failing no longer true"] if self.stale else []
        return ", ".join(words)

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
        return {
            "all": len(self.rows),
            "shown": len(self.shown),
            "known_to_fail": len(self.known),
            "by_level": by_level,
        }

    def lacking(self) -> list[tuple[str, int]]:
        """Why requirements were not shown, with how many, most frequent first."""
        return Counter(row.reason for row in self.of(Verdict.NOT_SHOWN)).most_common()


def summarise(
    cases: Iterable[Case],
    verdicts: Iterable[Judged],
    rules: Rules,
    cause: str = "",
    corpus: Sequence[Requirement] = (),
) -> Summary:
    """Put the verdicts that came in to the cases that were planned, out of the whole corpus."""
    by_key: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for judged in verdicts:
        by_key[judged.key].append(judged)
    rows = [_row(case, by_key[case.key], rules.known_failing, cause) for case in cases]
    return Summary(rows, rules, cause, corpus)


def _row(case: Case, judged: Sequence[Judged], known_failing: KnownFailing, cause: str) -> Row:
    if not judged:
        why = case.lacking or ("the run ended before" if cause else NOT_SELECTED)
        return Row(case, Verdict.NOT_SHOWN, why)
    verdict = worst(one.verdict for one in judged)
    reasons = [one.reason for one in judged if one.verdict is verdict and one.reason]
    all_of_them = max(one.cases for one in judged)
    if verdict is Verdict.PASSED and len(judged) < all_of_them:
        # Part of a requirement was selected: what passed is not the requirement.
        verdict, reasons = Verdict.NOT_SHOWN, ["only some of its cases selected"]
    id, dialect = case.requirement.id, case.dialect.value  # noqa: A001
    return Row(
        case,
        verdict,
        "; ".join(dict.fromkeys(reasons)),
        [exchange for one in judged for exchange in one.evidence],
        sum(one.seconds for one in judged),
        known=verdict in _UNFAVOURABLE
        and all(known_failing.explains(id, dialect, reason) for reason in reasons),
    )


def _differ(count: int) -> str:
    return f"{count} {'differs' if count == 1 else 'differ'} from Centrifugo"
