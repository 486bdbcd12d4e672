"""How many inputs a parser is tried with: a few in every run, very many by hand.

    FUZZ_EXAMPLES=100000 python -m pytest -m fuzz tests

A few are the same ones each time; many are new ones each time, and what fails is told so that it
can be repeated.
"""

import os
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings

_ASKED = int(os.environ.get("FUZZ_EXAMPLES", "0"))
_Test = TypeVar("_Test", bound=Callable[..., Any])


def fuzz(examples: int, *, share: int = 1) -> Callable[[_Test], _Test]:
    """Marks a test as one that fuzzes a parser; `examples` are how many it tries in every run.

    By hand it tries as many as asked for, or one in `share` of them: where several tests are about
    one parser, or each input takes long.
    """
    effort = settings(
        max_examples=max(_ASKED // share, examples),
        derandomize=not _ASKED,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )

    def marked(test: _Test) -> _Test:
        fuzzed: _Test = pytest.mark.fuzz(effort(test))
        return fuzzed

    return marked
