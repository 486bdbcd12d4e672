"""What was installed, used by its commands from some folder."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.packaging.environments import clean_environ, run


@contextmanager
def server(command: Path, folder: Path) -> Iterator[str]:
    """A reference server on free ports; gives the address of its API."""
    arguments = ["--release", "6.9"]
    arguments += ["--grpc_api_port", "0", "--uni_grpc_port", "0", "--port", "0"]
    with subprocess.Popen(
        [str(command), *arguments], stdout=subprocess.PIPE, text=True, cwd=folder,
        env=clean_environ(),
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            told = re.match(r"listening on (\S+) ", process.stdout.readline())
            assert told is not None
            yield told[1]
        finally:
            process.terminate()


def judge_load_and_report(
    commands: Path, folder: Path, environ: Mapping[str, str] | None = None
) -> None:
    """Judge a reference server, load it in two rounds, make the page and compare the rounds."""
    with server(commands / "centrifugo-reference-server", folder) as address:
        told = run(
            folder, str(commands / "centrifugo-conformance"), "--target", address,
            "-k", "test_info", "--results", "conformance.json", "-p", "no:cacheprovider",
            environ=environ,
        )  # fmt: skip
        assert " passed" in told
        for number in (1, 2):
            run(
                folder, str(commands / "centrifugo-load"), "--host", address, "--headless",
                "-u", "1", "-t", "1s", "--results", f"load-{number}.json", environ=environ,
            )  # fmt: skip
    results = ["conformance.json", "load-1.json", "load-2.json"]
    command = str(commands / "centrifugo-reports")
    run(folder, command, "build", *results, "-o", "page.html", environ=environ)
    assert (folder / "page.html").is_file()
    told = run(folder, command, "compare", "load-1.json", "load-1.json", environ=environ)
    assert told.endswith("0 regressions\n")
