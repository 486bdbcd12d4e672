"""What is JSON and what is not, held against Python's parser wherever the two have to agree."""

import json
from typing import NoReturn

from hypothesis import example, given
from hypothesis import strategies as st

from centrifugo_grpc.subscriber.json_text import raw_member
from reference_server.api.json_text import is_json, is_json_object
from tests.fuzz.documents import VALUES
from tests.fuzz.effort import fuzz

TOKENS = st.sampled_from(
    [*'{}[]:,"0-.eE+ \n\t\x00\x1f/\\', "null", "true", "false", '""', '"a"', '{"a":', "[1,", "12",
     "1e5", "-0", "01", '"\\u00', '"\\ud800"', '"\\x"', "NaN", "Infinity", "\ufeff", "é",
     "\U0001f600"]
)  # fmt: skip
TEXTS = st.lists(TOKENS, max_size=12).map("".join) | st.text(max_size=20)


def refuse(name: str) -> NoReturn:
    raise ValueError(name)


def by_python(text: str) -> tuple[bool, object]:
    """Whether a text is JSON, and its value; numbers stay text, which knows no limits."""
    try:
        return True, json.loads(text, parse_constant=refuse, parse_int=str, parse_float=str)
    except ValueError:
        return False, None


@fuzz(300, share=2)
@given(text=TEXTS | VALUES.map(lambda value: json.dumps(value, ensure_ascii=False)))
@example(text="[" * 900 + "]" * 900)
def test_a_text_is_json_if_python_reads_it(text: str) -> None:
    is_one, value = by_python(text)
    # A lone surrogate has no UTF-8: bytes that are none stand for it, which are fine in strings.
    data = text.encode("utf-8", "surrogatepass")
    assert is_json(data) == is_one
    assert is_json_object(data) == (is_one and isinstance(value, dict))


@fuzz(200, share=2)
@given(data=st.binary(max_size=40))
def test_any_bytes_are_judged(data: bytes) -> None:
    assert is_json(data) or not is_json_object(data)


@fuzz(200, share=2)
@given(
    rest=st.dictionaries(st.text(max_size=4), VALUES, max_size=3),
    value=VALUES,
    indent=st.none() | st.integers(0, 2),
)
def test_a_member_keeps_its_bytes(
    rest: dict[str, object], value: object, indent: int | None
) -> None:
    text = json.dumps({**rest, "push": {"x": 1, "data": value}}, indent=indent)
    found = raw_member(text, "push", "data")
    assert found is not None
    assert found in text
    assert json.dumps(json.loads(found)) == json.dumps(value)
