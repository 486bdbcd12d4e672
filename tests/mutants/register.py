"""All mutants, by name."""

from tests.mutants.broadcast import BROADCAST
from tests.mutants.declaring import Mutant
from tests.mutants.history import HISTORY
from tests.mutants.presence import PRESENCE
from tests.mutants.publish import PUBLISH

AREAS = (PUBLISH, BROADCAST, HISTORY, PRESENCE)
MUTANTS: dict[str, Mutant] = {mutant.name: mutant for area in AREAS for mutant in area.mutants}
