"""The pytest plugin of the corpus: each hook hands over to the module that has the job."""

import sys
from collections.abc import Generator
from typing import Any

import pytest
from _pytest.terminal import TerminalReporter

from centrifugo_grpc.problem import Problem
from conformance import judging, selection, terminal, waiting
from conformance.evidence import RECORDED
from conformance.given import BUILDERS, Given
from conformance.live import LiveLine, wants_live_line
from conformance.options import add_options, read_options
from conformance.preflight import header
from conformance.properties import Budget
from conformance.run import PROBLEM_STATUS, RUN, Run, finish, prepare
from conformance.selection import is_of_corpus
from conformance.side_by_side.items import items
from conformance.target import targets_from_message

_TARGETS = "conformance_targets"
_PYTESTS_OWN_LIST = "fE"
_MARKERS = (
    "requirement(declared): what the test judges",
    "core: the first milestone of somebody who writes a server",
    "waits: mostly sleeps, so it runs beside the others",
    "slow: takes long, runs with --slow alone",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    add_options(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Find the target before anything else: what is wrong with it is one line, and the end."""
    sent = getattr(config, "workerinput", None)
    try:
        if sent is not None:
            targets = targets_from_message(sent[_TARGETS])
            config.stash[RUN] = Run(read_options(config), targets)
        elif not _only_asks(config):
            config.stash[RUN] = prepare(config)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return PROBLEM_STATUS
    return None


def _only_asks(config: pytest.Config) -> bool:
    """Whether no test will run: help, or a list of something."""
    asks = ("help", "version", "markers", "showfixtures", "show_fixtures_per_test", "collectonly")
    return any(getattr(config.option, name, False) for name in asks)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks of the corpus."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    if RUN in config.stash:
        config.pluginmanager.register(config.stash[RUN], "conformance-run")


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Have a line that lives on a terminal; leave out the list of failures that pytest repeats."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if RUN not in session.config.stash or reporter is None:
        return
    if session.config.option.reportchars == _PYTESTS_OWN_LIST:
        reporter.reportchars = reporter.reportchars.replace("f", "").replace("E", "")
    if wants_live_line(session.config):
        session.config.pluginmanager.register(LiveLine(reporter), "conformance-live-line")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist the target: only the controller looks for one."""
    node.workerinput[_TARGETS] = node.config.stash[RUN].targets.as_message()


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Name the target and what was found there."""
    run = config.stash.get(RUN, None)
    if run is None:
        return []
    if run.against is not None:
        against = (line.replace("target:", "against:") for line in header(run.against)[1:])
        return [*header(run.targets), *against]
    search = f"properties: up to {run.options.examples} examples each, --seed {run.options.seed}"
    return [*header(run.targets), search]


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> bool | None:
    """With `--against` the tests are others than those of the corpus."""
    run = session.config.stash.get(RUN, None)
    if run is None or run.against is None:
        return None
    options = run.options
    run.compared = list(items(session, run.targets, run.against, options.operations, options.seed))
    session.items = list(run.compared)
    session.testscollected = len(session.items)
    session.config.hook.pytest_collection_finish(session=session)
    return True


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a dialect that its requirement concerns."""
    if not is_of_corpus(metafunc.definition):
        return
    mark = next(metafunc.definition.iter_markers("requirement"), None)
    if mark is None or "api" not in metafunc.fixturenames:
        where = f"{metafunc.module.__name__}.{metafunc.function.__name__}"
        raise pytest.UsageError(f"{where}: a test of the corpus has @requirement and takes `api`")
    dialects = mark.args[0].dialects
    metafunc.parametrize("api", dialects, ids=[str(d) for d in dialects], indirect=True)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let -k know a test by the id of its requirement."""
    requirement = selection.requirement_of(item)
    if requirement is not None:
        item.extra_keyword_matches.add(requirement.id)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None]:
    """Leave out what the target does not offer, after the selections of the command line."""
    judging.count_cases(items)
    yield
    run = config.stash.get(RUN, None)
    if run is None:
        return
    try:
        _leave_out(config, items, run)
        needed = [judging.variant_of(item) for item in items if is_of_corpus(item)]
        run.start_variants(needed)
    except Problem as problem:
        print(problem, file=sys.stderr)
        pytest.exit(str(problem), PROBLEM_STATUS)
    _leave_out(config, items, run)  # Now their streams are known as well.
    items.sort(key=waiting.waits)


def _leave_out(config: pytest.Config, items: list[pytest.Item], run: Run) -> None:
    slow = run.options.slow
    left_out = [item for item in items if not selection.runs(item, run.targets, slow=slow)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Begin with the tests that wait, all at once, beside the others."""
    if RUN in session.config.stash and not session.config.option.collectonly:
        run = session.config.stash[RUN]
        run.health.begin(run.targets)
        waiting.begin([item for item in session.items if waiting.waits(item)], given_to)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Take the outcome of a test that ran beside the others."""
    return waiting.outcome(pyfuncitem)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """End what a test was given."""
    given = item.stash.get(_GIVEN, None)
    if given is not None:
        given.stack.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Give the report its verdict."""
    report = yield
    if not is_of_corpus(item):
        return report
    raised = call.excinfo.value if call.excinfo is not None else None
    judging.conclude(item, raised, report, item.config.stash[RUN])
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: pytest.TestReport) -> Any:
    """Show verdicts that pytest has no word for."""
    return judging.category(report)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """Sum up, set the exit status, write the results; the last line comes after pytest's own."""
    run = session.config.stash.get(RUN, None)
    went_wrong = session.exitstatus == pytest.ExitCode.INTERNAL_ERROR
    if run is None or went_wrong or hasattr(session.config, "workerinput"):
        yield
        return
    problem = finish(session, run)
    yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if problem is not None:
        print(problem, file=sys.stderr)
    elif reporter is not None:
        terminal.show_last_line(reporter, run)


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    """Show what differs and what was not shown, in groups."""
    run = config.stash.get(RUN, None)
    if run is not None:
        terminal.show(terminalreporter, run)


_GIVEN = pytest.StashKey[Given]()


def given_to(item: pytest.Item) -> Given:
    """What a test is given."""
    if _GIVEN not in item.stash:
        exchanges = item.stash.setdefault(RECORDED, [])
        run = item.config.stash[RUN]
        target = selection.target_of(item, run.targets)
        budget = Budget(run.options.examples, run.options.seed)
        item.stash[_GIVEN] = Given(target, exchanges, budget)
    return item.stash[_GIVEN]


def _fixture(name: str) -> Any:
    def build(request: pytest.FixtureRequest) -> Any:
        return given_to(request.node).get(name)

    return pytest.fixture(name=name)(build)


globals().update({f"_{name}": _fixture(name) for name in BUILDERS})
