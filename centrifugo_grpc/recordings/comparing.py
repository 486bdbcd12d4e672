"""Whether a server answered as the recording says: every value of every row, but masked ones."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from centrifugo_grpc.recordings.generated import Generated, is_generated, matches
from centrifugo_grpc.recordings.rows import Row, answer_of
from centrifugo_grpc.recordings.values import as_sent, is_digest, shown
from centrifugo_grpc.releases import Release

_MISSING = "nothing"
_MOST = 50


@dataclass(frozen=True)
class Mask:
    """Values that differ from run to run: where, and why.

    In `path`, `*` is one name and `**/` any names before it. With `near`, numbers may be that far
    apart; texts have to match the regular expression `like`, both; `unordered` lists have the
    same items in any order. Otherwise any value will do, and with `or_none` none at all. `on` names
    the releases whose recordings need it, none if all do.
    """

    path: str
    why: str
    or_none: bool = False
    on: tuple[Release, ...] = ()
    near: int | None = None
    like: str = ""
    unordered: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether it is judged by the value as a whole, not by what is in it."""
        return self.near is None and not self.like and not self.unordered


@dataclass
class Comparison:
    """Compares the rows of one run. `used` counts the masks that were needed."""

    masks: tuple[Mask, ...]
    generated: Generated = field(default_factory=Generated)
    used: Counter[Mask] = field(default_factory=Counter)

    def differences(self, recorded: Row, actual: Row) -> list[str]:
        """What is not as recorded, a line each, with its path."""
        scope = str((recorded.get("request") or {}).get("channel", ""))
        return list(self._compare(answer_of(recorded), answer_of(actual), "", scope))

    def _compare(self, recorded: Any, actual: Any, path: str, scope: str) -> Iterator[str]:
        if _is_empty(recorded) and _is_empty(actual) and type(recorded) is type(actual):
            return
        if is_digest(recorded) and _is_payload(path):
            recorded = as_sent(recorded)
        recorded, actual = _comparable(path, recorded, actual)
        mask = self._mask_of(path)
        if isinstance(recorded, dict) and isinstance(actual, dict) and not _is_blind(mask):
            yield from self._compare_maps(recorded, actual, path, scope)
        elif isinstance(recorded, list) and isinstance(actual, list) and not _is_blind(mask):
            if mask is not None and mask.unordered:
                self.used[mask] += recorded != actual
                recorded, actual = sorted(recorded), sorted(actual)
            if len(recorded) != len(actual):
                yield f"{path}: {len(recorded)} recorded, {len(actual)} came: {_short(actual)}"
            for at, (their, our) in enumerate(zip(recorded, actual, strict=False)):
                yield from self._compare(their, our, f"{path}/{at}", scope)
        elif not self._is_same(recorded, actual, path, scope, mask):
            yield f"{path}: recorded {_short(recorded)}, came {_short(actual)}"

    def _compare_maps(
        self, recorded: dict[str, Any], actual: dict[str, Any], path: str, scope: str
    ) -> Iterator[str]:
        names = self._names(recorded, actual, path, scope)
        for their, our in names.items():
            where = f"{path}/{their}"
            if our not in actual:
                if self._may_lack(where):
                    continue
                yield f"{where}: recorded {_short(recorded[their])}, came {_MISSING}"
            else:
                yield from self._compare(recorded[their], actual[our], where, scope)
        for our in actual.keys() - names.values():
            if not self._may_lack(f"{path}/{our}"):
                yield f"{path}/{our}: recorded {_MISSING}, came {_short(actual[our])}"

    def _names(
        self, recorded: dict[str, Any], actual: dict[str, Any], path: str, scope: str
    ) -> dict[str, str]:
        """The names of a map by the recorded ones: in a presence they are client ids."""
        if not path.endswith("/presence"):
            return {name: name for name in recorded}
        names = {name: self.generated.known(name) or "" for name in recorded}
        free = [name for name in actual if name not in names.values()]
        for name in [name for name, our in names.items() if not our]:
            for our in free:
                if _without_client(recorded[name]) == _without_client(actual[our]):
                    self.generated.bind(name, our, scope)
                    names[name] = our
                    free.remove(our)
                    break
        return {name: our or name for name, our in names.items()}

    def _is_same(
        self, recorded: Any, actual: Any, path: str, scope: str, mask: Mask | None
    ) -> bool:
        if recorded == actual and not is_generated(path):
            # Numbers that are near each other may be the same by chance.
            if mask is not None and mask.near is not None:
                self.used[mask] += 1
            return True
        if isinstance(recorded, str) and isinstance(actual, str):
            if is_generated(path):
                return self.generated.bind(recorded, actual, scope)
            if path == "/wire_hex" and self.generated.same_wire(recorded, actual):
                return True
            if self.generated.same_text(recorded, actual, scope):
                return True
        if mask is None or not _is_masked(mask, recorded, actual):
            return False
        self.used[mask] += 1
        return True

    def _mask_of(self, path: str) -> Mask | None:
        return next((mask for mask in self.masks if matches(path, mask.path)), None)

    def _may_lack(self, path: str) -> bool:
        mask = self._mask_of(path)
        if mask is None or not mask.or_none:
            return False
        self.used[mask] += 1
        return True


def _comparable(path: str, recorded: Any, actual: Any) -> tuple[Any, Any]:
    """Two values, if they are about metrics in the form in which they can be compared."""
    if path.endswith("/metrics/items"):
        return _in_one_form(recorded, actual)
    if matches(path, "**/nodes/*") and _interval(recorded) != _interval(actual):
        return _without_figures(recorded), _without_figures(actual)
    return recorded, actual


def _in_one_form(recorded: Any, actual: Any) -> tuple[Any, Any]:
    """Metrics as rows show them: many by count and digest, but some rows of 2.8 show all or less.

    The names count then, and the values of the first few.
    """
    if "first" not in actual:
        return recorded, actual
    if "map_entries" not in recorded:
        return shown(recorded, most=_MOST), actual
    first = list(actual["first"])[: len(recorded["first_keys"])]
    return recorded, {"map_entries": actual["count"], "first_keys": first}


def _interval(node: Any) -> int:
    """How many intervals of its metrics a node has behind it."""
    seconds = node.get("metrics", {}).get("interval", 0)
    return int(node.get("uptime", 0) // seconds) if seconds else 0


def _without_figures(node: Any) -> Any:
    """A node without what its metrics come to in a time that is not that of the other's.

    A replay may be slow: then what was recorded in the first minute comes in a later one.
    """
    return {**node, "metrics": {**node["metrics"], "items": {}}} if "metrics" in node else node


def _is_payload(path: str) -> bool:
    return path.endswith("/data")


def _is_blind(mask: Mask | None) -> bool:
    return mask is not None and mask.is_whole


def _is_masked(mask: Mask, recorded: Any, actual: Any) -> bool:
    if mask.near is not None:
        return abs(float(recorded) - float(actual)) <= mask.near
    if mask.like:
        return all(re.fullmatch(mask.like, str(value)) for value in (recorded, actual))
    return not mask.unordered


def _is_empty(value: Any) -> bool:
    return isinstance(value, dict | list) and not value


def _without_client(entry: Any) -> Any:
    return {key: value for key, value in entry.items() if key != "client"}


def _short(value: Any, longest: int = 200) -> str:
    text = repr(value)
    return text if len(text) <= longest else f"{text[:longest]}..."
