"""docs/requirements.md lists what the tests declare."""

from tools import requirements


def test_the_page_is_the_generated_one() -> None:
    is_same = requirements.PAGE.read_text(encoding="utf-8") == requirements.page()
    assert is_same, "docs/requirements.md is out of date: make requirements"
