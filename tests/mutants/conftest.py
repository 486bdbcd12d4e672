import pytest


def pytest_configure(config: pytest.Config) -> None:
    # Tests here read the corpus, whose marks the corpus's own plugin registers.
    for mark in ("requirement(declared)", "core", "waits", "slow"):
        config.addinivalue_line("markers", f"{mark}: of the corpus")
