"""`python -m tests.mutants NAME --release R -c CONFIG`: the reference server, wrong in one way."""

import logging
import os
import sys
import traceback
from pathlib import Path

from reference_server.__main__ import main
from reference_server.api import v3
from tests.mutants.patching import CRASHES, put
from tests.mutants.register import MUTANTS


class _Crashes(logging.Handler):
    """Writes down what nobody caught: a mutant that breaks down is not wrong in the one way."""

    def __init__(self, file: Path) -> None:
        super().__init__(logging.ERROR)
        self._file = file

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            last = traceback.format_exception(*record.exc_info)[-1].strip()
            with self._file.open("a") as file:
                file.write(f"{last}\n")


if __name__ == "__main__":
    name, *rest = sys.argv[1:]
    if CRASHES in os.environ:
        logging.getLogger().addHandler(_Crashes(Path(os.environ[CRASHES])))
    # Mutants get requests as messages, plain ones too.
    put(v3, "parsed_publish", lambda body, parse: parse(body))
    MUTANTS[name].patch()
    sys.exit(main(rest, os.environ))
