"""Lets pytest find the corpus from any folder: `pytest --pyargs conformance --target ...`.

pytest loads this in everybody's runs, wherever the suite is installed, so it declares nothing
and imports nothing, until a command line names the corpus.
"""

import pytest

_PACKAGE = __name__.partition(".")[0]


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Load the plugin in time for its options, if the corpus is named as a package."""
    given = early_config.known_args_namespace
    names = (str(name).partition("::")[0] for name in given.file_or_dir)
    if given.pyargs and any(name.split(".")[0] == _PACKAGE for name in names):
        early_config.pluginmanager.import_plugin(f"{_PACKAGE}.plugin")
