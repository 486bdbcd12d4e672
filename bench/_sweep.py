"""The scenario *sweep*: publications of growing size, each size measured on its own."""

from bench._connection import Connection
from bench._judges import Judge
from bench._options import LoadOptions
from bench._publish import messages, publish_request
from bench._recorder import Token
from bench._workload import Workload, payload
from centrifugo_grpc.discovery import Found

SIZES = (16, 256, 4_096, 16_384, 65_536, 262_144, 1_048_576)


class Sweep(Workload):
    """Sends the payload of the step that the run is in."""

    def __init__(self, options: LoadOptions, found: Found) -> None:
        super().__init__(Judge(messages(found).PublishResponse))
        self.step = str(SIZES[0])
        self._requests = {
            str(size): publish_request(found, options.channel, payload(size, options.seed))
            for size in SIZES
        }

    def send(self, connection: Connection, tokens: list[Token]) -> list[Token]:
        """Start the calls."""
        connection.call(self._requests[self.step], tokens)
        return tokens


sweep = Sweep
