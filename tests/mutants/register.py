"""All mutants, by name."""

from tests.mutants import relayed
from tests.mutants.auth import AUTH
from tests.mutants.broadcast import BROADCAST
from tests.mutants.clients import CLIENTS
from tests.mutants.declaring import Mutant
from tests.mutants.delivery import DELIVERY
from tests.mutants.errors import ERRORS
from tests.mutants.history import HISTORY
from tests.mutants.options import OPTIONS
from tests.mutants.presence import PRESENCE
from tests.mutants.publish import PUBLISH
from tests.mutants.races import RACES

AREAS = (
    *(PUBLISH, BROADCAST, HISTORY, PRESENCE, CLIENTS, ERRORS, OPTIONS, DELIVERY, AUTH, RACES),
    *relayed.AREAS,
)
MUTANTS: dict[str, Mutant] = {mutant.name: mutant for area in AREAS for mutant in area.mutants}
