"""A row is compared value by value, and a mask hides what it says and nothing else."""

from typing import Any

import pytest

from centrifugo_grpc.recordings.comparing import Comparison, Mask
from centrifugo_grpc.recordings.masks import MASKS, masks_of
from centrifugo_grpc.recordings.replaying import Replay
from centrifugo_grpc.recordings.values import shown
from centrifugo_grpc.releases import Release


def differences(mask: Mask, recorded: object, came: object) -> tuple[list[str], int]:
    comparison = Comparison((mask,))
    found = comparison.differences({"response": {"a": recorded}}, {"response": {"a": came}})
    return found, comparison.used[mask]


@pytest.mark.parametrize(
    ("mask", "recorded", "came", "is_equal", "is_used"),
    [
        (Mask("/response/a", ""), 1, 2, True, True),
        (Mask("/response/a", ""), 1, 1, True, False),
        (Mask("/response/b", ""), 1, 2, False, False),
        (Mask("/response/a", "", near=5), 60, 56, True, True),
        (Mask("/response/a", "", near=5), 60, 60, True, True),
        (Mask("/response/a", "", near=5), 60, 54, False, False),
        (Mask("/response/a", "", like=r".+_\d+"), "vm_1", "here_2", True, True),
        (Mask("/response/a", "", like=r".+_\d+"), "vm_1", "here", False, False),
        (Mask("/response/a", "", like=r".+_\d+"), "named", "here_2", False, False),
        (Mask("/response/a", "", unordered=True), ["x", "y"], ["y", "x"], True, True),
        (Mask("/response/a", "", unordered=True), ["x", "y"], ["x", "y"], True, False),
    ],
)
def test_a_mask_hides_what_it_says_and_counts_it(
    mask: Mask, recorded: object, came: object, is_equal: bool, is_used: bool
) -> None:
    found, used = differences(mask, recorded, came)
    assert (not found, used > 0) == (is_equal, is_used)


def test_an_unordered_list_still_needs_each_item() -> None:
    found, _ = differences(Mask("/response/a", "", unordered=True), ["x", "y"], ["x", "x"])
    assert found == ["/response/a/1: recorded 'y', came 'x'"]


def test_a_mask_that_hid_nothing_is_told_where_its_release_has_it() -> None:
    entries = next(mask for mask in MASKS if mask.on == (Release.V6_9,))
    result = Replay()
    result.used.update(masks_of(Release.V6_9))
    assert result.idle(Release.V6_9) == []
    del result.used[entries]
    assert result.idle(Release.V6_9) == [entries.path]
    assert entries.path not in result.idle(Release.V2_8)


MANY = {f"m{number:02}": 0.0 for number in range(60)}


def node(items: object, uptime: int = 1) -> dict[str, object]:
    metrics = {"interval": 60.0, "items": items}
    return {"response": {"nodes": [{"uptime": uptime, "metrics": metrics}]}}


@pytest.mark.parametrize("recorded", [
    MANY, shown(MANY, most=50), {"map_entries": 60, "first_keys": ["m00", "m01"]},
])  # fmt: skip
def test_many_metrics_are_compared_by_their_names_however_a_row_shows_them(recorded: Any) -> None:
    def found(items: dict[str, float]) -> list[str]:
        return Comparison(()).differences(node(recorded), node(shown(items, most=50)))

    assert found(MANY) == []
    assert found({**MANY, "more": 0.0}) != []
    assert found({"other": 0.0, **dict(list(MANY.items())[1:])}) != []


def test_metrics_of_other_intervals_are_not_compared_but_those_of_the_same_are() -> None:
    comparison = Comparison((Mask("**/uptime", ""),))
    assert comparison.differences(node({"a": 1.0}, 43), node({"a": 2.0}, 61)) == []
    assert comparison.differences(node({"a": 1.0}, 43), node({"a": 2.0}, 59)) != []
