"""Filters by the tags of publications, which a subscriber may ask for (6.9).

Source: internal/filter/filter.go of the library centrifuge, and its decimal numbers (udecimal).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

_DECIMAL = re.compile(r"[+-]?[0-9]+(?:\.[0-9]{1,19})?")
_LONGEST_DECIMAL = 200


@dataclass(frozen=True, slots=True)
class TagsFilter:
    """A condition on one tag (`op` is blank), or `and`, `or`, `not` of other filters."""

    op: str = ""
    key: str = ""
    cmp: str = ""
    val: str = ""
    vals: tuple[str, ...] = ()
    nodes: tuple["TagsFilter", ...] = ()

    @property
    def is_valid(self) -> bool:
        """Whether the filter makes sense; one that does not is refused."""
        if self.op == "not":
            return len(self.nodes) == 1 and self.nodes[0].is_valid
        if self.op in {"and", "or"}:
            return bool(self.nodes) and all(node.is_valid for node in self.nodes)
        if self.op:
            return False
        if self.cmp in {"ex", "nex"}:
            return not self.val and not self.vals
        if self.cmp in {"in", "nin"}:
            return bool(self.key and self.vals) and not self.val
        return self.cmp in _COMPARISONS and bool(self.key and self.val) and not self.vals

    def matches(self, tags: Mapping[str, str]) -> bool:
        """Whether a publication with these tags passes a filter that is valid."""
        if self.op:
            found = (node.matches(tags) for node in self.nodes)
            return any(found) if self.op == "or" else all(found) != (self.op == "not")
        tag = tags.get(self.key)
        if self.cmp in {"ex", "nex"}:
            return (tag is not None) == (self.cmp == "ex")
        if self.cmp in {"in", "nin"}:
            # A tag that is not there counts as a blank one.
            return ((tag or "") in self.vals) == (self.cmp == "in")
        if self.cmp == "neq":
            return tag != self.val
        return tag is not None and _COMPARISONS[self.cmp](tag, self.val)


def _decimal(text: str) -> Decimal | None:
    is_one = len(text) <= _LONGEST_DECIMAL and _DECIMAL.fullmatch(text)
    return Decimal(text) if is_one else None


def _numeric(compare: Callable[[Decimal, Decimal], bool]) -> Callable[[str, str], bool]:
    def compared(tag: str, val: str) -> bool:
        numbers = _decimal(tag), _decimal(val)
        return None not in numbers and compare(*numbers)  # type: ignore[arg-type]

    return compared


_COMPARISONS: Mapping[str, Callable[[str, str], bool]] = {
    "eq": str.__eq__,
    "neq": str.__ne__,
    "sw": str.startswith,
    "ew": str.endswith,
    "ct": str.__contains__,
    "gt": _numeric(Decimal.__gt__),
    "gte": _numeric(Decimal.__ge__),
    "lt": _numeric(Decimal.__lt__),
    "lte": _numeric(Decimal.__le__),
}
