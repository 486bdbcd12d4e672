"""Whatever stands in a file of a user's, it is read, or one line says what is wrong with it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from conformance.known_failing import read_known_failing
from conformance.profile import read_profile, shipped
from reference_server.config.command_line import CommandLine
from reference_server.config.files import read_file
from reference_server.config.load import load_settings
from reports.targets import read_plan
from tests.fuzz.documents import damaged
from tests.fuzz.effort import fuzz

NAMESPACES = 3


def shortened(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The document with a few of its namespaces at a time: many take long to read."""
    holder = document.get("channel", document)
    names = holder.get("namespaces", [])
    made = []
    for start in range(0, max(len(names), 1), NAMESPACES):
        piece = {"namespaces": names[start : start + NAMESPACES]} if names else {}
        whole = holder | piece
        made.append(document | {"channel": whole} if "channel" in document else whole)
    return made


CONFIGURATIONS = {
    release: [
        piece
        for path in sorted(shipped(release).parent.glob("*.json"))
        for piece in shortened(json.loads(path.read_text()))
    ]
    for release in Release
}
PROFILES = [shipped(release).read_text() for release in Release]
YAML = """\
grpc_api: {enabled: yes, port: 010000}
channel:
  namespaces: &all
    - name: "hist"   # a note
      history_size: 0x10
      history_ttl: !!str 300s
  without_namespace:
    <<: {presence: on}
"""
TOML = """\
grpc_api.enabled = true
[channel.without_namespace]
presence = true
since = 2024-01-01T00:00:00Z
[[channel.namespaces]]
name = 'hist'
"""
PLAN = """\
seconds = 2
corpus = ["-k", "publish"]
loads = ["-u 2"]
[[target]]
name = "one"
release = "6.9"
launch = "server -c {config}"
[[target]]
name = "two"
address = "localhost:1"
"""
LIST = "publish.refuse.x[v3]: words  # a note\n~wire.*\n"
PIECES = st.sampled_from(
    [
        *"{}[]:,\"'\n\t -&*!|>%@`#=.~\0",
        "\ud7ff",
        "\U0001f600",
        "---\n",
        "...",
        "<<",
        "!!python/name:os",
    ]
)


@st.composite
def spoilt(draw: st.DrawFn, text: str) -> str:
    """The text with some of its letters replaced, removed or added."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        gone = draw(st.integers(0, 8))
        added = draw(st.lists(PIECES | st.text(max_size=3), max_size=3).map("".join))
        text = text[:at] + added + text[at + gone :]
    return text


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


def read_or_told(read: Callable[[], object]) -> None:
    try:
        read()
    except Problem as problem:
        if "\n" in str(problem) or not str(problem):
            raise


@pytest.mark.parametrize("release", Release, ids=str)
@fuzz(40, share=10)
@given(data=st.data())
def test_a_configuration_that_is_nearly_right(
    data: st.DataObject, release: Release, folder: Path
) -> None:
    document = data.draw(damaged(data.draw(st.sampled_from(CONFIGURATIONS[release]))))
    path = folder / "config.json"
    path.write_text(json.dumps(document))
    read_or_told(lambda: load_settings(CommandLine(path, release), {}))


@pytest.mark.parametrize(("ending", "text"), [("yaml", YAML), ("toml", TOML), ("json", "")])
@fuzz(60, share=10)
@given(data=st.data())
def test_a_file_that_is_spoilt(data: st.DataObject, ending: str, text: str, folder: Path) -> None:
    text = text or json.dumps(CONFIGURATIONS[Release.V6_9][0])[:600]
    path = folder / f"config.{ending}"
    path.write_text(data.draw(spoilt(text) | st.text(max_size=50)), "utf-8")
    is_for_6 = data.draw(st.booleans())
    read_or_told(lambda: read_file(path, is_for_6=is_for_6))


@fuzz(60, share=20)
@given(content=st.binary(max_size=60))
@example(content=b"[" * 1_200)
@example(content=b"a: &a [*a, *a]")
@pytest.mark.parametrize("ending", ["yaml", "toml", "json", "ini"])
def test_a_file_of_any_bytes(content: bytes, ending: str, folder: Path) -> None:
    path = folder / f"any.{ending}"
    path.write_bytes(content)
    read_or_told(lambda: read_file(path))


@fuzz(60, share=10)
@given(
    variables=st.dictionaries(st.text(min_size=1, max_size=9), st.text(max_size=9)), data=st.data()
)
@pytest.mark.parametrize("release", [Release.V2_8, Release.V6_9], ids=str)
def test_variables_of_any_text(
    variables: dict[str, str], data: st.DataObject, release: Release
) -> None:
    known = [
        "GRPC_API_PORT",
        "CLIENT_TOKEN",
        "NAMESPACES",
        "CHANNEL_NAMESPACES",
        "PRESENCE",
        "PORT",
    ]
    known += ["HISTORY_SIZE", "GRPC_API_KEY", "CLIENT_ALLOWED_ORIGINS", "GRPC_API_TLS_ENABLED"]
    chosen = data.draw(st.dictionaries(st.sampled_from(known), st.text(max_size=9)))
    environ = {f"CENTRIFUGO_{name}": text for name, text in (variables | chosen).items()}
    read_or_told(lambda: load_settings(CommandLine(release=release), environ))


@fuzz(60, share=10)
@given(text=st.sampled_from(PROFILES).flatmap(spoilt) | st.text(max_size=50))
def test_a_profile_that_is_spoilt(text: str, folder: Path) -> None:
    path = folder / "profile.toml"
    path.write_text(text, "utf-8")
    read_or_told(lambda: read_profile(path))


@fuzz(60, share=10)
@given(text=spoilt(PLAN) | st.text(max_size=50))
def test_the_plan_of_a_survey_that_is_spoilt(text: str, folder: Path) -> None:
    path = folder / "plan.toml"
    path.write_text(text, "utf-8")
    read_or_told(lambda: read_plan(path))


@fuzz(60, share=10)
@given(text=spoilt(LIST) | st.text(max_size=50))
def test_a_list_of_known_failures_that_is_spoilt(text: str, folder: Path) -> None:
    path = folder / "known.txt"
    path.write_text(text, "utf-8")
    read_or_told(lambda: read_known_failing(path))
