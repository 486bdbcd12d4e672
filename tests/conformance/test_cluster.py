"""Two nodes of one cluster: the calls go to them in turn, and some rules are not expected."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from centrifugo_grpc.releases import Release
from protos.v3 import api_pb2 as v3
from tests.conformance.small_corpus import complaint, judge, one
from tests.conformance.small_server import small_server

pytest_plugins = ["pytester"]


@contextmanager
def cluster(nodes: int = 2) -> Iterator[tuple[str, Counter[int]]]:
    """Two servers, each of which tells of `nodes`; their addresses, and who got publications."""
    published: Counter[int] = Counter()

    def info(_: bytes) -> v3.InfoResponse:
        told = [v3.NodeResult(uid=str(n), name="n", version="6.9.1") for n in range(nodes)]
        return v3.InfoResponse(result=v3.InfoResult(nodes=told))

    def publish(number: int, _: bytes) -> v3.PublishResponse:
        published[number] += 1
        return v3.PublishResponse()

    def answers(number: int) -> dict[str, object]:
        return {"Info": info, "Publish": lambda body: publish(number, body)}

    with (
        small_server(Release.V6_9, answers=answers(1)) as first,  # type: ignore[arg-type]
        small_server(Release.V6_9, answers=answers(2)) as second,  # type: ignore[arg-type]
    ):
        yield f"{first},{second}", published


TWICE = "[expect.success(api.publish(channel(), b'1')) for _ in range(4)]"


@pytest.mark.parametrize("workers", [(), ("-p", "xdist", "-n", "2")])
def test_the_nodes_get_the_calls_in_turn(
    pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    with cluster() as (addresses, published):
        ran = judge(pytester, addresses, *workers, corpus=one("publish.accept.good", body=TWICE))
    assert ran.outlines[-1] == "conforms: 1 of 1 shown"
    assert published == {1: 2, 2: 2}


def test_a_rule_of_one_node_is_not_expected_of_a_cluster(pytester: pytest.Pytester) -> None:
    corpus = one("publish.accept.good") + one("publish.see.at-once", one_node=True)
    with cluster() as (addresses, _):
        ran = judge(pytester, addresses, corpus=corpus)
        alone = judge(pytester, addresses.partition(",")[0], corpus=corpus)
    assert ran.outlines[-1] == "partial: 1 of 2 shown"
    ran.stdout.fnmatch_lines(["    1 hold with the memory engine of one node only: *"])
    assert alone.outlines[-1] == "conforms: 2 of 2 shown"


def test_nodes_that_know_nothing_of_each_other_are_no_cluster(
    pytester: pytest.Pytester, capfd: pytest.CaptureFixture[str]
) -> None:
    with cluster(nodes=1) as (addresses, _):
        said = complaint(pytester, capfd, addresses)
    assert said == (
        f"{addresses.partition(',')[0]} tells of 1 node(s), 2 are named: give the nodes of one"
        " cluster, which share a Redis"
    )
