"""The plugin's fixtures as an installed suite has them."""

from collections.abc import Iterator

import grpc
import pytest

from reference_server.testing import CentrifugoServer
from tests.test_double.client import Client


@pytest.fixture
def client(centrifugo: CentrifugoServer) -> Iterator[Client]:
    with grpc.insecure_channel(centrifugo.grpc_address) as channel:
        yield Client(channel)
