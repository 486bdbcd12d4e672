"""What of an answer is different in every run, by path; nothing else is left out of account.

A mask that no row needs is an error, so that none outlives its reason.
"""

from centrifugo_grpc.recordings.comparing import Mask

MASKS = (
    Mask("*/nodes/*/uptime", "counts the seconds of the process"),
    Mask("*/nodes/*/name", "has the name of the machine and the port"),
    Mask("*/nodes/*/version", "recorded from builds that do not know their version"),
    Mask("*/nodes/*/metrics/items", "counters of the process"),
    Mask("*/entries/*/time", "Unix time of the change"),
    Mask("*/sha256_of_json", "is of a list with epochs in it"),
    Mask("*/connect/version", "recorded from builds that do not know their version"),
    Mask("*/ttl", "counts down while the row is played", near=5),
    Mask(
        "/grpc_error/details",
        "Go's protobuf puts a space or a no-break space in its texts, by build",
        blind_to=" \u00a0",
    ),
)
