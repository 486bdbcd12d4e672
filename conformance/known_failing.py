"""The list of what an implementation on its way is known to fail, and whether it is still true.

A file has an entry a line: the id of a requirement, or a pattern of ids (`*`, `?`, `[abc]`),
`[v2]` or `[v3]` behind it for one dialect; and after a colon, if one cares, words of the message:

    publish.refuse.blank-channel
    broadcast.*[v3]: expected gRPC status OK     # from a hash on: a note
    ~wire.expire.blank-deadline                  # fails by chance, and may pass as well

One list serves all releases: an entry about a requirement of another release than the target's is
passed over.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from centrifugo_grpc.problem import Problem
from conformance.requirement import Requirement

_ENTRY = re.compile(
    r"(?P<chance>~?)(?P<pattern>[a-z0-9_.*?!-]+(?:\[[a-z0-9.-]+\][a-z0-9_.*?-]*)*?)"
    r"(?:\[(?P<dialect>v2|v3)\])?(?:\s*:\s*(?P<words>.+))?"
)


@dataclass(frozen=True)
class Entry:
    """One line of the list; `by_chance` if it may pass as well."""

    text: str
    pattern: str
    dialect: str
    words: str
    by_chance: bool = False

    def names(self, id: str, dialect: str) -> bool:  # noqa: A002
        """Whether it is about this requirement of this dialect."""
        return self.dialect in ("", dialect) and fnmatchcase(id, self.pattern)

    def names_one_of(self, requirement: Requirement) -> bool:
        """Whether it is about a requirement in any of its releases."""
        return any(self.names(requirement.id, each.value) for each in requirement.dialects)

    def explains(self, id: str, dialect: str, reason: str) -> bool:  # noqa: A002
        """Whether this failure is the one that is known."""
        return self.names(id, dialect) and self.words in reason


@dataclass(frozen=True)
class KnownFailing:
    """The whole list; empty if none was given."""

    entries: Sequence[Entry] = ()

    def explains(self, id: str, dialect: str, reason: str) -> bool:  # noqa: A002
        """Whether an entry knows this failure."""
        return any(entry.explains(id, dialect, reason) for entry in self.entries)


def read_known_failing(path: Path) -> KnownFailing:
    """The list in a file; raises `Problem` where it is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise Problem(f"cannot read the list of known failures {path}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise Problem(f"the list of known failures {path} is no UTF-8 text") from None
    numbered = [(number, _without_note(line)) for number, line in enumerate(lines, start=1)]
    return KnownFailing(tuple(_entry(path, number, text) for number, text in numbered if text))


def _without_note(line: str) -> str:
    return re.sub(r"(^|\s)#.*", "", line).strip()


def _entry(path: Path, number: int, text: str) -> Entry:
    match = _ENTRY.fullmatch(text)
    if match is None:
        raise Problem(
            f"{path}, line {number}: {text!r} is no entry; write the id of a requirement or a"
            " pattern, and after a colon words of the message if you like"
        )
    return Entry(
        text,
        match["pattern"],
        match["dialect"] or "",
        match["words"] or "",
        by_chance=bool(match["chance"]),
    )
