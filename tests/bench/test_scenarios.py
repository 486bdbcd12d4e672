"""Each scenario does to the server what it says, and counts it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.test_bad_targets import load
from tests.bench.test_distributed import history_offset
from tests.bench.test_publish import locust
from tests.reference_server.serve import serving

BRIEFLY = ("-t", "2s", "--in-flight", "3")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with serving() as address:
        yield address


def test_broadcast_publishes_into_every_channel(server: str, tmp_path: Path) -> None:
    options = ("--scenario", "broadcast", "--channels-per-broadcast", "3")
    _, result = load(tmp_path, "--host", server, "--channel", "history:wide", *options, *BRIEFLY)
    calls = result["outcomes"]["ok"]
    assert calls > 0
    assert {history_offset(server, f"history:wide-{n}") for n in range(3)} == {calls}
    rate = result["throughput"]["publications_per_second"]
    assert rate == pytest.approx(3 * calls / result["seconds"], rel=0.1)


def test_an_error_in_one_channel_of_a_broadcast_is_an_error(server: str, tmp_path: Path) -> None:
    ran, result = load(
        tmp_path, "--host", server, "--channel", "nope:a", "--scenario", "broadcast", *BRIEFLY
    )
    assert ran.returncode == 1
    assert list(result["outcomes"]["api_errors"]) == ["102 unknown channel"]


def test_batch_publishes_every_command(server: str, tmp_path: Path) -> None:
    options = ("--scenario", "batch", "--commands-per-batch", "4")
    _, result = load(tmp_path, "--host", server, "--channel", "history:batch", *options, *BRIEFLY)
    assert history_offset(server, "history:batch") == 4 * result["outcomes"]["ok"] > 0


def test_an_error_in_one_command_of_a_batch_is_an_error(server: str, tmp_path: Path) -> None:
    ran, result = load(
        tmp_path, "--host", server, "--channel", "nope:a", "--scenario", "batch", *BRIEFLY
    )
    assert ran.returncode == 1
    assert list(result["outcomes"]["api_errors"]) == ["102 unknown channel"]


@pytest.mark.parametrize("dialect", ["v2", "v3"])
def test_account_finds_every_publication(server: str, dialect: str, tmp_path: Path) -> None:
    options = ("--scenario", "account", "--dialect", dialect, "--channel", f"history:{dialect}")
    ran, result = load(tmp_path, "--host", server, *options, *BRIEFLY)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    account = result["account"]
    assert account["published"] == account["found"] == result["outcomes"]["ok"] > 0
    assert not any(account[what] for what in ("lost", "doubled", "altered", "out_of_order"))


def test_sweep_measures_each_size_on_its_own(server: str, tmp_path: Path) -> None:
    options = ("--scenario", "sweep", "--step-seconds", "0.7", "--in-flight", "2")
    ran, result = load(tmp_path, "--host", server, *options)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    steps = result["steps"]
    assert [step["payload_bytes"] for step in steps] == sorted(
        {16, 256, 4096, 16_384, 65_536, 262_144, 1_048_576}
    )
    assert all(step["outcomes"]["ok"] for step in steps)
    assert sum(step["outcomes"]["sent"] for step in steps) == result["outcomes"]["sent"]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--scenario", "history"), "channel 'bench' keeps no history (108 not available)"),
        (("--scenario", "account"), "channel 'bench' keeps no history"),
        (("--scenario", "batch", "--dialect", "v2"), "v2 as 2.8 has no Batch"),
        (
            ("--scenario", "account", "--channel", "history:a", "--history-size", "11"),
            "keeps 10 publications: give --history-size 10 or less",
        ),
        (("--scenario", "account", "--payload-bytes", "8"), "give 16 or more"),
        (("--scenario", "delivery", "--subscribe", "localhost:1"), "cannot subscribe at"),
        (("--scenario", "delivery", "--subscribe", "wss://x"), "not an address of a WebSocket"),
    ],
)
def test_what_a_server_cannot_do_is_one_line(
    server: str, arguments: tuple[str, ...], line: str
) -> None:
    ran = locust("-u", "1", "-t", "3s", "--host", server, *arguments)
    assert ran.returncode == 2
    assert line in ran.stderr
    assert "Traceback" not in ran.stdout + ran.stderr
