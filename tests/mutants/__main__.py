"""`python -m tests.mutants NAME --release R -c CONFIG`: the reference server, wrong in one way."""

import os
import sys

from reference_server.__main__ import main
from tests.mutants.register import MUTANTS

if __name__ == "__main__":
    name, *rest = sys.argv[1:]
    MUTANTS[name].patch()
    sys.exit(main(rest, os.environ))
