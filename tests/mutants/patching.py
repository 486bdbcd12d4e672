"""How a mutant changes the server: by replacing functions and values, which can be undone."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

CRASHES = "MUTANT_CRASHES"
"""The environment variable that names the file for what a mutant did not catch."""

_changed: list[tuple[Any, str, Any]] = []


def put(owner: Any, name: str, value: Any) -> None:
    """Replace what a class or a module has under a name; it has to be there."""
    _changed.append((owner, name, getattr(owner, name)))
    setattr(owner, name, value)


def around(owner: Any, name: str, instead: Callable[..., Any]) -> None:
    """Have a function answered by `instead`, which is given the original before its arguments."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def replaced(*arguments: Any, **options: Any) -> Any:
        return instead(original, *arguments, **options)

    put(owner, name, replaced)


@contextmanager
def patched(patch: Callable[[], None]) -> Iterator[list[str]]:
    """Let a patch apply for a while; yields what it has changed."""
    assert not _changed
    patch()
    try:
        yield [
            f"{owner.__name__}.{name}"
            for owner, name, before in _changed
            if getattr(owner, name) is not before
        ]
    finally:
        while _changed:
            owner, name, before = _changed.pop()
            setattr(owner, name, before)
