"""Publications as a subscriber with delta compression is sent them.

In JSON a payload is a string then, for a difference is no JSON, and the client needs the bytes of
what is whole, too (library centrifuge, getDeltaPub and makeRecoveredPubsDeltaFossil).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from reference_server.engine.polls import Polled
from reference_server.engine.streams import Publication
from reference_server.protocol.fossil import difference
from reference_server.protocol.go_json import later_quoted


@dataclass(slots=True)
class Compressed(Publication):
    """A publication whose data may be a difference, if `delta`."""

    delta: bool = False


def compressed(
    publication: Publication, previous: Publication | None, *, is_binary: bool
) -> Publication:
    """A publication as a difference to the previous one, if it has one and that is shorter.

    The publisher's version gets lost on the way, as it does in the real server, but for what is
    polled.
    """
    if previous is None and is_binary:
        return publication
    data, is_difference = publication.data, False
    if previous is not None:
        shorter = difference(previous.data, data)
        if len(shorter) < len(data):
            data, is_difference = shorter, True
    return Compressed(
        data if is_binary else later_quoted(data),
        publication.tags,
        publication.offset,
        publication.info,
        version=publication.version if isinstance(publication, Polled) else 0,
        key=publication.key,
        removed=publication.removed,
        delta=is_difference,
    )


def each_compressed(
    publications: Sequence[Publication], *, is_binary: bool
) -> Sequence[Publication]:
    """Publications in a row: the first is whole."""
    if not publications:
        return publications
    first = compressed(publications[0], None, is_binary=is_binary)
    others = (
        compressed(publication, previous, is_binary=is_binary)
        for previous, publication in pairwise(publications)
    )
    return [first, *others]


def each_compressed_by_key(
    publications: Sequence[Publication], *, is_binary: bool
) -> Sequence[Publication]:
    """Changes of a map in a row: each as a difference to the one before of its key, if any."""
    told, before = [], dict[str, Publication]()
    for publication in publications:
        if publication.removed:
            before.pop(publication.key, None)
            told.append(publication)
            continue
        told.append(compressed(publication, before.get(publication.key), is_binary=is_binary))
        before[publication.key] = publication
    return told


def quoted(publications: Sequence[Publication], *, is_binary: bool) -> Sequence[Publication]:
    """Publications whole, but as those are written that others are to be differences to."""
    return [
        compressed(each, None, is_binary=is_binary) if each.data else each for each in publications
    ]
