"""Fixtures that give a test of your own code a Centrifugo: see docs/test-double.md.

pytest loads this module for everybody who has the package installed. It adds no option and no
hook, and imports nothing of the server until a test asks for one.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from reference_server.testing import CentrifugoServer


@pytest.fixture(scope="session")
def centrifugo_options() -> dict[str, Any]:
    """What `centrifugo` is made with: `release`, `config`, `api_key`. Yours may take its place."""
    return {}


@pytest.fixture(scope="session")
def centrifugo_server(centrifugo_options: dict[str, Any]) -> "Iterator[CentrifugoServer]":
    """The server behind `centrifugo`, one for the session; it forgets nothing between tests."""
    from reference_server.testing import CentrifugoServer  # noqa: PLC0415

    with CentrifugoServer(**centrifugo_options) as server:
        yield server


@pytest.fixture
def centrifugo(centrifugo_server: "CentrifugoServer") -> "CentrifugoServer":
    """A running Centrifugo as if just started: empty, and without faults."""
    centrifugo_server.reset()
    return centrifugo_server


@pytest.fixture
def centrifugo_factory() -> "Iterator[Callable[..., CentrifugoServer]]":
    """Makes running servers of other kinds, as many as a test wants; they end with it."""
    from contextlib import ExitStack  # noqa: PLC0415

    from reference_server.testing import CentrifugoServer  # noqa: PLC0415

    with ExitStack() as running:

        def make(*arguments: Any, **options: Any) -> CentrifugoServer:
            return running.enter_context(CentrifugoServer(*arguments, **options))

        yield make
