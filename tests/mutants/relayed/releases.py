"""Servers that do one thing as another release of Centrifugo does it."""

import dataclasses
import sys
from typing import Any

# The server has to be there, wherever its modules take rows of the table from.
import reference_server.__main__  # noqa: F401
from centrifugo_grpc.releases import Release, Row
from tests.mutants.declaring import Area
from tests.mutants.patching import put

RELEASES = Area("releases")
V2_8, V3_2, V4_1, V5_4, V6_9 = Release


def _as_another(name: str, release: Release, other: Release) -> None:
    """In every module of the server, have a row of the table say of one release what it does of
    another."""
    for module in [each for key, each in sys.modules.items() if key.startswith("reference_server")]:
        row = getattr(module, name, None)
        if isinstance(row, Row):
            as_other: Any = {release.name.lower(): row[other]}
            put(module, name, dataclasses.replace(row, **as_other))


def _declare(row: str, release: Release, other: Release, wrong: str, *breaks: str) -> None:
    def patch() -> None:
        _as_another(row, release, other)

    patch.__name__ = f"{row.lower()}_of_{other}_in_{release}".replace(".", "_")
    patch.__doc__ = f"{wrong} in {release}."
    RELEASES.mutant(*breaks, releases=(release,))(patch)


_WRONG: tuple[tuple[Any, ...], ...] = (
    ("EMPTY_RESULT", V3_2, V4_1, "Success sets an empty result", "disconnect.return.result-shape"),
    ("EMPTY_RESULT", V4_1, V3_2, "Success sets no result", "refresh.return.result-shape"),
    ("EMPTY_RESULT", V5_4, V3_2, "Success sets no result", "subscribe.return.result-shape"),
    ("EMPTY_RESULT", V6_9, V3_2, "Success sets no result", "history-remove.return.result-shape"),
    ("EPOCH_LENGTH", V6_9, V5_4, "Epochs are of four letters", "history.tell.epoch-length"),
    ("EPOCH_LENGTH", V3_2, V6_9, "Epochs are of eight letters", "history.tell.epoch-length"),
    *(
        (
            "DATA_CHECKED_BEFORE_NAMESPACE",
            release,
            other,
            wrong,
            "publish.order.empty-data-and-unknown-namespace",
        )
        for release, other, wrong in (
            (V3_2, V6_9, "The namespace is looked at before the data"),
            (V6_9, V3_2, "The data is looked at before the namespace"),
        )
    ),
    (
        *("BROADCAST_EMPTY_DATA_PER_CHANNEL", V5_4, V6_9),
        *("A broadcast of nothing is refused by channel", "broadcast.refuse.empty-data"),
    ),
    (
        *("BROADCAST_EMPTY_DATA_PER_CHANNEL", V6_9, V5_4),
        *("A broadcast of nothing is refused whole", "broadcast.refuse.empty-data-by-channel"),
    ),
    (
        *("SUBSCRIBE_B64", V5_4, V6_9, "Subscribe reads base64"),
        *(
            "subscribe.ignore.bad-base64",
            "subscribe.tell.base64-info",
            "subscribe.push.base64-data",
        ),
    ),
    ("SUBSCRIBE_B64", V6_9, V5_4, "Subscribe ignores base64", "subscribe.tell.base64-info"),
    (
        *("PUBLISH_B64_STORES_DATA_FIELD", V3_2, V4_1, "Publish decodes base64"),
        *("publish.honour.b64data-of-3", "delivery.lose.base64"),
    ),
    (
        *("PUBLISH_B64_STORES_DATA_FIELD", V6_9, V3_2, "Publish takes `data` beside base64"),
        *("publish.honour.b64data", "delivery.decode.base64"),
    ),
    (
        *("IDEMPOTENCY_KEY", V4_1, V5_4, "Idempotency keys hold"),
        *("publish.ignore.idempotency-key", "delivery.ignore.idempotency-key"),
    ),
    ("PUBLICATION_VERSION", V5_4, V6_9, "Versions hold", "publish.ignore.version"),
    (
        *("DATA_FORMATS", V6_9, V5_4, "Data formats do not count"),
        *("publish.check.data-format-of-b64data", "publish.refuse.map-namespace"),
    ),
    ("ERROR_MODE", V4_1, V5_4, "The error mode counts", "error.ignore.mode"),
    (
        *("ERROR_MODE", V6_9, V4_1, "The error mode does not count"),
        *("error-mode.become", "error-mode.detail", "error.become", "error-mode.keep.by-call"),
    ),
    (
        *("OPEN_RPCS", V3_2, V4_1, "Batch is served"),
        *("method.omit.of-other-releases", "batch.refuse.unknown-rpc"),
    ),
    ("OPEN_RPCS", V5_4, V6_9, "The RPCs of maps are served", "method.omit.of-other-releases"),
    (
        *("UNENCODABLE_FAILS_PUBLISH", V2_8, V4_1, "What is no JSON disconnects its JSON clients"),
        *(
            "json.refuse.binary",
            "json.refuse.binary-beside-others",
            "json.refuse.binary-in-broadcast",
        ),
    ),
    (
        *("UNENCODABLE_FAILS_PUBLISH", V6_9, V2_8, "What is no JSON is refused for JSON clients"),
        *("json.disconnect.on-binary",),
    ),
    (
        *("JOIN_LEAVE_TO_ALL", V6_9, V3_2, "Joins are pushed unasked"),
        *("join.omit.unpushed",),
    ),
    (
        "RECOVERS_BLANK_EPOCH",
        V6_9,
        V2_8,
        "A blank epoch is not recovered",
        "recovery.accept.blank-epoch",
    ),
    ("TTL_CAPPED", V5_4, V6_9, "Expiry is capped at a year", "refresh.push.longest-ttl"),
    ("TTL_CAPPED", V6_9, V5_4, "Expiry is not capped", "refresh.push.longest-ttl"),
    (
        *("CHANNEL_LIMIT_CLOSES", V6_9, V2_8, "Too many channels of a token are let in"),
        *("subscribe.limit.token-channels",),
    ),
)
for _each in _WRONG:
    _declare(*_each)
