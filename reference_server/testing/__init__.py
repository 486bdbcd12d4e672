"""A Centrifugo for tests of your own code: in your process, on free ports, within milliseconds.

    from reference_server.testing import CentrifugoServer

    with CentrifugoServer(release="6.9") as server:
        publish_something(server.grpc_address)
        assert server.publications("news") != []

With pytest the fixtures `centrifugo` and `centrifugo_factory` give such servers. The guide is
docs/test-double.md.
"""

from reference_server.testing.records import Call, Publication
from reference_server.testing.server import CentrifugoServer

__all__ = ["Call", "CentrifugoServer", "Publication"]
