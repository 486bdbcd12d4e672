"""Long values: how rows show them, and how the ones that requests need are made again."""

import base64
import hashlib
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from centrifugo_grpc.problem import Problem

_RANDOM_SEEDS = (7, 11)


def bytes_of(size: int, digest: str) -> bytes:
    """The value of a size and SHA-256 digest that a row shows instead of the value.

    All were made by a rule: one byte over and over, one letter as a JSON string, brackets in
    brackets, all bytes in turn, a seeded generator.
    """
    value = _found(size, digest)
    if value is None:
        raise Problem(f"no rule is known for the value of {size} bytes with digest {digest}")
    return value


@cache
def _found(size: int, digest: str) -> bytes | None:
    for value in _candidates(size):
        if hashlib.sha256(value).hexdigest() == digest:
            return value
    return None


def _candidates(size: int) -> Iterable[bytes]:
    for byte in range(256):
        yield bytes([byte]) * size
    for letter in b"xyz":
        yield b'"' + bytes([letter]) * (size - 2) + b'"'
    yield b"[" * (size // 2) + b"]" * (size // 2)
    yield (bytes(range(256)) * (size // 256 + 1))[:size]
    for prefix in (b"none:", b"hist:", b"plain:"):
        yield prefix + b"c" * (size - len(prefix))
    for seed in _RANDOM_SEEDS:
        yield random.Random(seed).randbytes(size)


def stand_in(size: int, digest: str) -> bytes:
    """Bytes to send where the recorded ones were random: as many, the same for one digest."""
    value = random.Random(digest).randbytes(size)
    _stood_in.add(hashlib.sha256(value).hexdigest())
    return value


_stood_in: set[str] = set()
"""Digests of values that were sent in the place of others."""


def as_sent(digest: Mapping[str, Any]) -> Mapping[str, Any]:
    """A digest that a row shows, of the value that was really sent in the place of the recorded."""
    size, sha256 = digest["size"], digest["sha256"]
    if sha256 in _stood_in:
        return digest
    try:
        bytes_of(size, sha256)
    except Problem:
        return {**digest, **digest_of(stand_in(size, sha256))}
    return digest


def digest_of(value: bytes) -> dict[str, Any]:
    """What a row shows instead of a long value."""
    return {"size": len(value), "sha256": hashlib.sha256(value).hexdigest()}


def list_of(ends: Mapping[str, Any]) -> list[Any]:
    """The list of which a row shows the ends, a count and a digest.

    All were made by a rule: one item over and over, or names with the position in them, every
    tenth of them another.
    """
    first, last = ends["first"], ends["last"]
    count: int = ends["count"]
    found: list[list[Any]] = [list(first[:1]) * count]
    if isinstance(first[0], str):
        names, tenths = first[0].removesuffix("0"), last[-1].removesuffix(str(count - 1))
        found.append([f"{names}{at}" for at in range(count)])
        found.append([f"{tenths if at % 10 == 9 else names}{at}" for at in range(count)])
    for items in found:
        if hashlib.sha256(json.dumps(items).encode()).hexdigest() == ends["sha256_of_json"]:
            return items
    raise Problem(f"no rule is known for a list of {count} that begins with {first[0]}")


def map_of(ends: Mapping[str, Any]) -> dict[str, Any]:
    """The map of which a row shows the first entries, a count and a digest of its keys."""
    first, count = ends["first"], ends["count"]
    key, value = next(iter(first.items()))
    digits = len(key) - len(key.rstrip("0123456789"))
    prefix = key[: len(key) - digits]
    for width in (1, digits):
        items = {f"{prefix}{at:0{width}}": value for at in range(count)}
        joined = "\n".join(sorted(items)).encode()
        if hashlib.sha256(joined).hexdigest() == ends["sha256_of_keys"]:
            return items
    raise Problem(f"no rule is known for a map of {count} that begins with {key}")


def is_digest(value: Any) -> bool:
    """Whether a row shows a value by its size and digest."""
    return isinstance(value, Mapping) and {"size", "sha256"} <= value.keys()


def shown(value: Any, *, longest: int = 2048, most: int = 60) -> Any:
    """A decoded message as a row shows it: long texts by digest, long lists by their ends."""
    if isinstance(value, str) and len(value) > longest:
        return digest_of(_decoded(value))
    if isinstance(value, Mapping):
        items = {key: shown(item, longest=longest, most=most) for key, item in value.items()}
        if len(items) <= most:
            return items
        keys = sorted(items)
        joined = "\n".join(keys).encode()
        return {
            "count": len(items),
            "first": {key: items[key] for key in keys[:3]},
            "sha256_of_keys": hashlib.sha256(joined).hexdigest(),
        }
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        listed = [shown(item, longest=longest, most=most) for item in value]
        if len(listed) <= most:
            return listed
        text = json.dumps(list(value)).encode()
        return {
            "count": len(listed),
            "first": listed[:3],
            "last": listed[-3:],
            "sha256_of_json": hashlib.sha256(text).hexdigest(),
        }
    return value


def _decoded(text: str) -> bytes:
    """The bytes of a base64 text, or the text's own."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return text.encode()
