"""`centrifugo-conformance`: the installed corpus, from any folder."""

import sys


def command() -> int:
    """As `pytest --pyargs conformance`, with the arguments of this command."""
    try:
        import pytest  # noqa: PLC0415 - it may not be installed
    except ModuleNotFoundError:
        print(
            "the corpus needs pytest: install the suite with"
            " pip install 'centrifugo-suite[conformance]'",
            file=sys.stderr,
        )
        return 2
    return int(pytest.main(["--pyargs", "conformance", *sys.argv[1:]]))
