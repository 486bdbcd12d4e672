"""`centrifugo-load`: the installed harness, from any folder."""

import sys
from pathlib import Path


def command() -> None:
    """As `locust -f bench`, with the arguments of this command."""
    try:
        from locust.main import main  # noqa: PLC0415 - it may not be installed
    except ModuleNotFoundError:
        print(
            "the harness needs locust: install the suite with"
            " pip install 'centrifugo-suite[bench]'",
            file=sys.stderr,
        )
        sys.exit(2)
    sys.argv[1:1] = ["-f", str(Path(__file__).parent)]
    main()  # type: ignore[no-untyped-call]
