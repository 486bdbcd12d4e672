"""What of an answer is different in every run, by path; nothing else is left out of account.

A mask that no row of a release needs is an error, so that none outlives its reason.
"""

from centrifugo_grpc.recordings.comparing import Mask
from centrifugo_grpc.releases import Release

_UNSTAMPED = "recorded from builds that do not know their version"
_V1_PUSHES = (Release.V3_2, Release.V4_1)
_SINCE_3 = (Release.V3_2, Release.V4_1, Release.V5_4, Release.V6_9)

MASKS = (
    Mask("**/nodes/*/uptime", "counts the seconds of the process", or_none=True),
    Mask("**/nodes/*/name", "the name of the machine and the port", like=r".+_\d+"),
    Mask("**/nodes/*/version", _UNSTAMPED, or_none=True),
    *(
        Mask(
            f"**/nodes/*/metrics/items/{part}",
            "3.2 tells whatever the Go that it was built with measures",
            on=(Release.V3_2,),
        )
        for part in ("count", "sha256_of_keys")
    ),
    Mask("**/result/channels", "Go's map has no order", unordered=True, on=(Release.V2_8,)),
    Mask(
        "/grpc_error/details",
        "the client's own words where nobody listens, with the port",
        like=r"failed to connect to all addresses; last error: .*: Connection refused.*",
        on=(Release.V2_8,),
    ),
    Mask("/observed/version", _UNSTAMPED, on=(Release.V2_8,)),
    Mask("/observed/seconds", "how long stopping takes", near=5, on=(Release.V2_8,)),
    Mask("**/entries/*/time", "Unix time of the change", on=(Release.V6_9,)),
    Mask("**/sha256_of_json", "is of a list with epochs in it", on=_SINCE_3),
    Mask("**/connect/version", _UNSTAMPED, on=_SINCE_3),
    Mask("**/data_decoded_as_Connect/version", _UNSTAMPED, on=_V1_PUSHES),
    Mask("**/ttl", "counts down while the row is played", near=5, on=_SINCE_3),
    Mask(
        "/pushes/*/data",
        "protocol v1: `data_decoded_as_...` shows what is in these bytes",
        on=_V1_PUSHES,
    ),
)


def masks_of(release: Release) -> tuple[Mask, ...]:
    """The masks that the recordings of a release need."""
    return tuple(mask for mask in MASKS if not mask.on or release in mask.on)
