"""Loads the plugin of the corpus for whoever names this folder to pytest."""

import pytest


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Load it now, while options are still declared."""
    pluginmanager.import_plugin("conformance.plugin")
