"""One wheel for all tests of a worker."""

from pathlib import Path

import pytest

from tests.packaging.environments import built


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("wheel"), "wheel")
