"""The coverage command: what it falsifies, and what it makes of the reasons written down."""

from pathlib import Path

import pytest

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import OPEN_RPCS, Release
from conformance.coverage.points import REQUEST, RESPONSE, Point, error_points, points
from conformance.coverage.unshown import Excuse, excuses, stale, unexcused
from protos.v3 import api_pb2 as v3

EVERY = tuple(Release)


def history() -> v3.HistoryResponse:
    result = v3.HistoryResult(epoch="e", offset=2)
    result.publications.add(data=b"a", offset=1, tags={"k": "v"})
    result.publications.add(data=b"b", offset=2)
    return v3.HistoryResponse(result=result)


def spoilt(point: Point) -> v3.HistoryResponse:
    message = history()
    assert point.spoil(message)
    assert message != history()
    return message


def of(path: str, how: str) -> Point:
    return Point("History", RESPONSE, tuple(path.split(".")), how)


def test_a_field_is_dropped_or_altered_wherever_it_stands() -> None:
    dropped = spoilt(of("result.publications.data", "dropped"))
    assert [item.data for item in dropped.result.publications] == [b"", b""]
    altered = spoilt(of("result.publications.offset", "altered"))
    assert [item.offset for item in altered.result.publications] == [2, 3]
    assert spoilt(of("result.epoch", "altered")).result.epoch == "ex"


def test_lists_lose_an_item_and_maps_change_one() -> None:
    assert len(spoilt(of("result.publications", "altered")).result.publications) == 1
    tags = spoilt(of("result.publications.tags", "altered")).result.publications[0].tags
    assert dict(tags) == {"k": "vx"}


def test_a_result_becomes_an_error_and_an_error_a_result() -> None:
    failed = spoilt(of("result", "swapped"))
    assert failed.error.code == 100
    assert not failed.HasField("result")
    refused = v3.HistoryResponse(error=v3.Error(code=108, message="not available"))
    assert Point("History", RESPONSE, ("error",), "swallowed", 108).spoil(refused)
    assert not refused.HasField("error")
    assert refused.HasField("result")


def test_an_error_in_a_slot_or_reply_is_found() -> None:
    batch = v3.BatchResponse()
    batch.replies.add(error=v3.Error(code=104))
    batch.replies.add().broadcast.responses.add(error=v3.Error(code=102))
    assert Point("Batch", RESPONSE, ("error",), "altered", 102).spoil(batch)
    assert Point("Batch", RESPONSE, ("error",), "swallowed", 104).spoil(batch)
    assert not batch.replies[0].HasField("error")
    assert batch.replies[1].broadcast.responses[0].error.code == 103


def test_a_request_is_spoilt_only_in_what_it_says() -> None:
    request = v3.PublishRequest(channel="c")
    assert not Point("Publish", REQUEST, ("data",), "altered").spoil(request)
    assert Point("Publish", REQUEST, ("channel",), "altered").spoil(request)
    assert request.channel == "cx"


@pytest.mark.parametrize("release", Release)
def test_every_rpc_of_a_release_has_its_points(release: Release) -> None:
    every = list(points(release))
    assert len(set(every)) == len(every)
    assert {point.method for point in every if point.how == "swapped"} == (
        OPEN_RPCS[release] - {"Batch"}
    )
    assert {point.method for point in every} == OPEN_RPCS[release]


def test_fields_of_later_releases_are_not_asked_of_earlier_ones() -> None:
    names = {release: {str(point) for point in points(release)} for release in Release}
    version = "Publish request version dropped"
    assert [version in names[release] for release in Release] == [False] * 4 + [True]
    reconnect = "Disconnect request disconnect.reconnect dropped"
    assert [reconnect in names[release] for release in Release] == [False, True, True, False, False]


def test_a_code_that_was_never_seen_is_a_point_of_its_own() -> None:
    assert "any response error 113 altered" in map(str, error_points([("Publish", 102)]))


def test_reasons_cover_points_and_go_stale() -> None:
    point = Point("Info", RESPONSE, ("result", "nodes", "name"), "altered")
    known = [Excuse("Info response *.name altered", "r", EVERY), Excuse("RPC *", "r", EVERY)]
    assert unexcused([point], known) == []
    assert unexcused([point], known[1:]) == [point]
    assert stale([point], known) == known[1:]


def test_the_reasons_written_down_are_read_for_every_release() -> None:
    for release in Release:
        assert all(excuse.reason for excuse in excuses(release))


def test_a_broken_list_of_reasons_is_one_clear_line(tmp_path: Path) -> None:
    file = tmp_path / "unshown.toml"
    for text in ("unshown = 5", "", '[[unshown]]\npoints = "x"\nreason = " "', "[["):
        file.write_text(text)
        with pytest.raises(Problem, match="no list of what cannot be shown"):
            excuses(Release.V6_9, file)
