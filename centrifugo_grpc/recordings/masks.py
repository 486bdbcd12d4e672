"""What of an answer is different in every run, by path; nothing else is left out of account.

A mask that no row needs is an error, so that none outlives its reason.
"""

from centrifugo_grpc.recordings.comparing import Mask

_UNSTAMPED = "recorded from builds that do not know their version"

MASKS = (
    Mask("**/nodes/*/uptime", "counts the seconds of the process", or_none=True),
    Mask("**/nodes/*/name", "has the name of the machine and the port"),
    Mask("**/nodes/*/version", _UNSTAMPED, or_none=True),
    Mask("**/nodes/*/metrics/items", "counters of the process"),
    Mask("**/entries/*/time", "Unix time of the change"),
    Mask("**/sha256_of_json", "is of a list with epochs in it"),
    Mask("**/connect/version", _UNSTAMPED),
    Mask("**/data_decoded_as_Connect/version", _UNSTAMPED),
    Mask("**/ttl", "counts down while the row is played", near=5),
    Mask("/pushes/*/data", "protocol v1: `data_decoded_as_...` shows what is in these bytes"),
    Mask(
        "/grpc_error/details",
        "Go's protobuf puts a space or a no-break space in its texts, by build",
        blind_to=" \u00a0",
    ),
)
