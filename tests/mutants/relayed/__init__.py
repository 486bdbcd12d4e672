"""Wrong servers that are right behind a relay which alters one thing of what it passes on."""

from tests.mutants.relayed.answers import ANSWERS, KEPT, PRESENT
from tests.mutants.relayed.arrivals import ARRIVALS
from tests.mutants.relayed.auth import AUTH
from tests.mutants.relayed.batch import BATCH
from tests.mutants.relayed.broadcast import BROADCAST
from tests.mutants.relayed.clients import CLIENTS
from tests.mutants.relayed.delivery import DELIVERY
from tests.mutants.relayed.endings import ENDINGS
from tests.mutants.relayed.errors import ERRORS
from tests.mutants.relayed.frames import FRAMES
from tests.mutants.relayed.gates import GATES
from tests.mutants.relayed.history import HISTORY
from tests.mutants.relayed.json_clients import JSON_CLIENTS
from tests.mutants.relayed.map_changes import MAP_CHANGES
from tests.mutants.relayed.map_publish import MAP_PUBLISH
from tests.mutants.relayed.maps import MAPS
from tests.mutants.relayed.options import OPTIONS
from tests.mutants.relayed.positions import POSITIONS
from tests.mutants.relayed.presence import PRESENCE
from tests.mutants.relayed.publish import PUBLISH
from tests.mutants.relayed.races import RACES
from tests.mutants.relayed.refusals import REFUSALS
from tests.mutants.relayed.releases import RELEASES
from tests.mutants.relayed.replies import REPLIES, SLOTS
from tests.mutants.relayed.wire import WIRE

AREAS = (
    *(PUBLISH, BROADCAST, HISTORY, PRESENCE, CLIENTS, ERRORS),
    *(OPTIONS, DELIVERY, AUTH, RACES, BATCH, MAPS),
    *(GATES, FRAMES, REFUSALS, RELEASES, WIRE, MAP_CHANGES, MAP_PUBLISH, REPLIES, SLOTS),
    *(POSITIONS, ANSWERS, KEPT, PRESENT, ARRIVALS, ENDINGS, JSON_CLIENTS),
)
