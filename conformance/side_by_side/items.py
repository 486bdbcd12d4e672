"""The tests of a run with `--against`: one for each pair of sides that have the same dialect."""

import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import pytest
from _pytest._code.code import TerminalRepr

from centrifugo_grpc.releases import dialect_of
from conformance.side_by_side.comparing import Comparison, Difference, compare
from conformance.side_by_side.explained import Rule
from conformance.side_by_side.generating import Generator, Pair
from conformance.side_by_side.kinds import kinds_of
from conformance.side_by_side.operations import Operation
from conformance.side_by_side.shrinking import Shrinker
from conformance.target import Target, Targets

_EVERY_SECONDS = 0.2


class Unexplained(AssertionError):
    """Two answers that differ, and no rule that explains it."""

    def __init__(self, item: "SideBySide", difference: Difference, seed: int) -> None:
        self.lines = [
            f"{item.first_name} and {item.second_name} answer the last of these otherwise:",
            *(f"  {number}. {each}" for number, each in enumerate(difference.operations, 1)),
            f"  {item.first_name}: {difference.first}",
            f"  {item.second_name}: {difference.second}",
            f"  seed {seed}: --seed {seed} --operations {item.operations} repeats the run",
        ]
        super().__init__("\n".join(self.lines))


class Stopped(AssertionError):
    """A side that no longer answers."""


class SideBySide(pytest.Item):
    """One random sequence on two targets."""

    def __init__(
        self, *, first: Target, second: Target, operations: int, seed: int, **more: Any
    ) -> None:
        super().__init__(**more)
        self.first = first
        self.second = second
        self.operations = operations
        self.seed = seed
        self.comparison: Comparison | None = None
        self.first_name = _named(first)
        self.second_name = _named(second)

    def runtest(self) -> None:
        """Run the sequence, and shrink it if it ends in a difference."""
        pair = Pair(self.first.release, self.second.release)
        kinds = kinds_of(self.first.profile, self.second.profile)
        generated = Generator(pair, kinds, self.seed).operations()
        self.comparison = self._compare(islice(generated, self.operations), live=True)
        if self.comparison.stopped:
            raise Stopped(self.comparison.stopped)
        difference = self.comparison.difference
        if difference is not None:
            raise Unexplained(self, self._smallest(difference), self.seed)

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None
    ) -> str | TerminalRepr:
        """The operations and both answers, without a traceback."""
        if isinstance(excinfo.value, Unexplained | Stopped):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """How pytest calls it."""
        return self.path, None, self.name

    def _smallest(self, difference: Difference) -> Difference:
        """The difference at the end of the smallest sequence that ends in one."""
        smallest = difference

        def differs(operations: Sequence[Operation]) -> bool:
            nonlocal smallest
            again = self._compare(operations).difference
            if again is None or len(again.operations) < len(operations):
                return False
            smallest = again  # What differs is kept, and made smaller.
            return True

        Shrinker(differs).shrink(difference.operations)
        return smallest

    def _compare(self, operations: Any, *, live: bool = False) -> Comparison:
        progress = _Progress(self.config, self.operations) if live else lambda _: None
        return compare(self.first, self.second, operations, progress)


class _Progress:
    """A line that tells how far the sequence is, where somebody looks."""

    def __init__(self, config: pytest.Config, operations: int) -> None:
        terminal = config.pluginmanager.get_plugin("terminalreporter")
        self._terminal = terminal if terminal is not None and terminal.isatty else None
        self._all = operations
        self._written = 0.0

    def __call__(self, so_far: Comparison) -> None:
        now = time.monotonic()
        if self._terminal is not None and now - self._written > _EVERY_SECONDS:
            self._written = now
            share = 100 * so_far.done // self._all
            line = f"[{share:3}%] {so_far.done} of {self._all} operations answered alike"
            self._terminal.write(f"\r\x1b[K{line}\r", flush=True)


def items(
    session: pytest.Session, firsts: Targets, seconds: Targets, operations: int, seed: int
) -> Iterator[SideBySide]:
    """A test for each dialect of the one side, against the same one of the other if it has it."""
    for first in firsts.main:
        second = seconds.get(first.dialect) or seconds.main[0]
        yield SideBySide.from_parent(
            session,
            name=f"side-by-side[{first.release} against {second.release}]",
            first=first,
            second=second,
            operations=operations,
            seed=seed,
        )


def show(terminal: pytest.TerminalReporter, compared: Sequence[SideBySide]) -> None:
    """What was done on both sides, and what differed as it has to."""
    for item in compared:
        done = item.comparison
        if done is None:
            continue
        terminal.section(f"{item.first_name} against {item.second_name}", sep="-")
        share = 100 * done.errors // max(done.done, 1)
        terminal.line(f"{done.done} operations, {share} % answered with an error, seed {item.seed}")
        rpcs = sorted(option for option in done.options if "." not in option)
        terminal.line(f"  {', '.join(f'{rpc} {done.options[rpc]}' for rpc in rpcs)}")
        for rule, count in done.expected.items():
            terminal.line(f"  expected {count} times: {_told(rule)}")


def last_line(compared: Sequence[SideBySide]) -> str:
    """What it comes to."""
    done = [item.comparison for item in compared if item.comparison is not None]
    amount = sum(each.done for each in done)
    expected = sum(sum(each.expected.values()) for each in done)
    if not done or any(each.difference or each.stopped for each in done):
        stopped = next((each.stopped for each in done if each.stopped), "")
        return f"differs after {amount} operations" if not stopped else f"ended early: {stopped}"
    besides = f", {expected} answers differ as the releases do" if expected else ""
    return f"alike: {amount} operations{besides}"


def _named(target: Target) -> str:
    return f"{target.endpoint.address} ({dialect_of(target.release)} as {target.release})"


def _told(rule: Rule) -> str:
    return f"{rule.sentence} ({rule.source})"
