"""The main job, `make report`: corpus, a short load, one page.

Every step is the command a user would type. Without `--target` the corpus starts reference servers
of its own, in every variant, and the load another one.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from centrifugo_grpc.endpoint import split_address
from centrifugo_grpc.problem import Problem

LOAD_SECONDS = 5
START_SECONDS = 20
FREE_PORTS = ("--grpc_api_port", "0", "--uni_grpc_port", "0", "--port", "0")
SHIPPED = Path("conformance/targets")
KNOWN_DIFFERENCES = Path("reference_server/known-differences.txt")
"""What the reference server is known to break, since grpcio decides it."""
REFERENCE_PROFILES = (
    SHIPPED / "centrifugo-2.8" / "profile.toml",
    SHIPPED / "centrifugo-6.9" / "profile.toml",
)


def main(arguments: Sequence[str]) -> int:
    """Run the steps; 0 if the corpus found nothing wrong and the load was answered."""
    options = _parser().parse_args(arguments)
    out: Path = options.out
    out.mkdir(parents=True, exist_ok=True)
    try:
        if options.target:
            split_address(options.target)
            named = ["--target", options.target]
            named += [w for file in options.target_profile for w in ("--target-profile", str(file))]
            if options.known_failing is not None:
                named += ["--known-failing", str(options.known_failing)]
            return _measure(named, lambda: nullcontext(options.target), out)
        return _measure(["--known-failing", str(KNOWN_DIFFERENCES)], reference_server, out)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make report", description=__doc__)
    parser.add_argument("--target", metavar="HOST:PORT", help="a server that runs already")
    parser.add_argument("--target-profile", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument(
        "--known-failing", type=Path, metavar="FILE", help="what it is known to break"
    )
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder of the results")
    return parser


@contextmanager
def reference_server() -> Iterator[str]:
    """A reference server on a free port of this machine; yields its address."""
    command = [sys.executable, "-m", "reference_server", *FREE_PORTS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            words = process.stdout.readline().split()
            if words[:2] != ["listening", "on"]:
                raise Problem("the reference server did not start: see what it printed above")
            yield words[2]
        finally:
            process.terminate()
            process.wait(START_SECONDS)


def _measure(
    named: Sequence[str], served: Callable[[], AbstractContextManager[str]], out: Path
) -> int:
    """Corpus, loads, page. `named` is what tells the corpus the target; none starts its own."""
    conformance = out / "conformance.json"
    conformance.unlink(missing_ok=True)
    judged = _run(["pytest", "conformance", "-q", *named, "--results", str(conformance)])
    if not conformance.exists():
        return judged or 1  # It said why.
    with served() as address:
        loads = [_load(address, dialect, out) for dialect in _dialects(conformance)]
    page = out / "report.html"
    results = [str(conformance), *(str(file) for _, file in loads if file.exists())]
    built = _run(["reports", "build", *results, "-o", str(page)])
    return built or judged or next((code for code, _ in loads if code), 0)


def _load(address: str, dialect: str, out: Path) -> tuple[int, Path]:
    results = out / f"load-{dialect}.json"
    results.unlink(missing_ok=True)
    locust = ["locust", "-f", "bench", "--headless", "--host", address, "-u", "1"]
    limits = ["-t", f"{LOAD_SECONDS}s", "--only-summary", "--loglevel", "WARNING"]
    code = _run([*locust, *limits, "--dialect", dialect, "--results", str(results)])
    return code, results


def _dialects(conformance: Path) -> list[str]:
    document = json.loads(conformance.read_text())
    return [found["dialect"] for found in document["target"]["dialects"]]


def _run(module: list[str]) -> int:
    return subprocess.run([sys.executable, "-m", *module], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
