"""Whatever stands in a result file, a reader gets a page or one line that says what is wrong."""

import json
import lzma
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centrifugo_grpc import result_files
from centrifugo_grpc.problem import Problem
from reports import markdown, page, runs
from tests.fuzz.documents import VALUES, damaged
from tests.fuzz.effort import fuzz
from tests.reports.samples import conformance, load, requirement

CONFORMANCE = conformance([requirement(), requirement("publish.refuse.x", verdict="failed")])
LOAD = load()
NEARLY_RIGHT = damaged(CONFORMANCE) | damaged(LOAD)


def told(problem: Problem, path: Path) -> bool:
    """Whether a problem is one line that names the file."""
    return "\n" not in str(problem) and path.name in str(problem)


def document_or_nothing(path: Path) -> dict[str, Any] | None:
    """What is read, None if one line says why it is not."""
    try:
        return result_files.read(path)
    except Problem as problem:
        if told(problem, path):
            return None
        raise


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "results.json"


@fuzz(100, share=2)
@given(content=st.binary(max_size=80) | st.text(max_size=80).map(str.encode) | VALUES.map(repr))
def test_any_bytes_are_no_result_file(content: bytes | str, path: Path) -> None:
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "replace"))
    with pytest.raises(Problem) as caught:
        result_files.read(path)
    assert told(caught.value, path)


@fuzz(30, share=10)
@given(data=st.data())
def test_any_damage_to_a_packed_file_is_noticed(data: st.DataObject, path: Path) -> None:
    whole = lzma.compress(json.dumps(LOAD).encode(), preset=0)
    at = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255))
    packed = path.with_suffix(".json.xz")
    packed.write_bytes(whole[:at] + bytes([byte]) + whole[at + 1 :])
    read = document_or_nothing(packed)
    assert read is None or read == LOAD


@fuzz(100, share=2)
@given(document=NEARLY_RIGHT)
def test_a_document_that_is_nearly_right_is_read_as_it_is_or_refused(
    document: Any, path: Path
) -> None:
    path.write_text(json.dumps(document))
    read = document_or_nothing(path)
    assert read is None or read == json.loads(json.dumps(document))


@fuzz(15, share=100)
@given(document=NEARLY_RIGHT)
def test_what_is_read_makes_a_page_and_a_summary(document: Any, path: Path) -> None:
    path.write_text(json.dumps(document))
    try:
        read = runs.read([path])
        assert page.render(read, "page.html").endswith("</html>\n")
        assert markdown.render(read)
    except Problem as problem:
        if "\n" in str(problem):
            raise
