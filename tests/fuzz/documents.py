"""Documents that are nearly right: one with some of its parts put out of place."""

import copy
import json
from typing import Any

from hypothesis import strategies as st

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["", "0", "-1", "5s", "1h", "true", "v3", "6.9", "\ud800", "a:b", "2.8", "*"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@st.composite
def damaged(draw: st.DrawFn, document: Any, values: st.SearchStrategy[Any] = VALUES) -> Any:
    """The document with one to three of its values replaced, removed or doubled."""
    made = json.loads(json.dumps(document))
    for _ in range(draw(st.integers(1, 3))):
        made = _damaged_once(draw, made, values)
    return made


def _damaged_once(draw: st.DrawFn, document: Any, values: st.SearchStrategy[Any]) -> Any:
    at, path = document, draw(st.integers(0, 6))
    for _ in range(path):
        below = [key for key in _keys(at) if _keys(at[key])]
        if not below:
            break
        at = at[draw(st.sampled_from(below))]
    keys = _keys(at)
    if not keys:
        return draw(values)
    key = draw(st.sampled_from(keys))
    how = draw(st.sampled_from(["replace", "remove", "double"]))
    if how == "replace":
        at[key] = draw(values)
    elif how == "remove":
        del at[key]
    elif isinstance(at, list):
        at.append(copy.deepcopy(at[key]))
    else:
        at[draw(st.text(max_size=5))] = at[key]
    return document


def _keys(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value)
    return list(range(len(value))) if isinstance(value, list) else []
