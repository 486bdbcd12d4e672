"""The application's tests: the fixture `centrifugo` is there once centrifugo-suite is installed."""

import grpc
import pytest
from orders import ATTEMPTS, Orders


@pytest.fixture
def orders(centrifugo):
    return Orders(centrifugo.grpc_address)


def test_an_order_that_ships_is_published(centrifugo, orders):
    assert orders.ship(7)
    (publication,) = centrifugo.publications("orders")
    assert publication.json == {"number": 7, "state": "shipped"}


def test_an_answer_that_gets_lost_publishes_nothing_twice(centrifugo, orders):
    centrifugo.fail_next("Publish", applied=True)
    assert orders.ship(7)
    assert len(centrifugo.calls("Publish")) == 2
    assert len(centrifugo.publications("orders")) == 1


def test_an_api_error_is_no_success_although_its_status_is_ok(centrifugo, orders):
    centrifugo.fail_next("Publish", code=102)
    assert not orders.ship(7)
    assert centrifugo.publications("orders") == []


def test_it_gives_up_when_centrifugo_stays_away(centrifugo, orders):
    centrifugo.fail_next(status=grpc.StatusCode.UNAVAILABLE, times=ATTEMPTS)
    assert not orders.ship(7)
