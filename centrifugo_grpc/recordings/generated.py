"""Values that a server makes up: which recorded one stands for which of the server at hand.

An epoch or a client id is another one in every run, but one and the same within a run. So it is
never ignored: the first answer binds it, and from then on it has to come back.
"""

import re
from functools import cache
from typing import Any

GENERATED = (
    "**/epoch",
    "**/client",
    "**/session",
    "**/nodes/*/uid",
)
"""Paths of values that the server makes up and later answers or requests refer to."""

_IN_TEXT = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r'|(?<="epoch":")\w+|(?<="epoch": ")\w+'
    r'|(?<="version":")[^"]*'
)


class Generated:
    """What the recorded values of one run are at the server at hand."""

    def __init__(self) -> None:
        self._actual: dict[str, str] = {}
        self._recorded: dict[tuple[str, str], str] = {}

    def bind(self, recorded: str, actual: str, scope: str) -> bool:
        """Whether `actual` can stand for `recorded`; if nothing did so far, it does from now on.

        In one `scope`, a channel say, two recorded values are never one: a new epoch is a new one.
        """
        if recorded in self._actual:
            return self._actual[recorded] == actual
        if self._recorded.setdefault((scope, actual), recorded) != recorded:
            return False
        self._actual[recorded] = actual
        return True

    def known(self, recorded: str) -> str | None:
        """What stands for a recorded value, if anything does yet."""
        return self._actual.get(recorded)

    def translated(self, value: Any) -> Any:
        """A recorded request with the values of the server at hand."""
        if isinstance(value, dict):
            return {self.translated(key): self.translated(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.translated(item) for item in value]
        return self._actual.get(value, value) if isinstance(value, str) else value

    def in_texts(self, value: Any) -> Any:
        """What a recorded client said, with the values of the server at hand, in texts too."""
        if not isinstance(value, str):
            return self.translated(value)
        known = self._actual.get(value, value)
        return _IN_TEXT.sub(lambda found: self._actual.get(found[0], found[0]), known)

    def same_wire(self, recorded: str, actual: str) -> bool:
        """Whether two serialized answers are one apart from ids, and from the order in maps."""
        for their, our in self._actual.items():
            if _IN_TEXT.fullmatch(their):
                recorded = recorded.replace(their.encode().hex(), our.encode().hex())
        return recorded == actual or sorted(bytes.fromhex(recorded)) == sorted(
            bytes.fromhex(actual)
        )

    def same_text(self, recorded: str, actual: str, scope: str) -> bool:
        """Whether two texts are one apart from generated values in them."""
        theirs, ours = _IN_TEXT.findall(recorded), _IN_TEXT.findall(actual)
        return (
            len(theirs) == len(ours)
            and _IN_TEXT.sub("*", recorded) == _IN_TEXT.sub("*", actual)
            and all(self.bind(their, our, scope) for their, our in zip(theirs, ours, strict=True))
        )


def is_generated(path: str) -> bool:
    """Whether a path is that of a generated value."""
    return any(matches(path, pattern) for pattern in GENERATED)


def matches(path: str, pattern: str) -> bool:
    """Whether a pattern is that of a path: `*` is one name, `**/` any names before it."""
    return _compiled(pattern).fullmatch(path) is not None


@cache
def _compiled(pattern: str) -> "re.Pattern[str]":
    escaped = re.escape(pattern)
    return re.compile(escaped.replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]+"))
