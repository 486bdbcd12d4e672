"""Holes in what asks for a key, and keys that are refused for nothing."""

import dataclasses
import itertools
from collections.abc import Callable
from typing import Any

import grpc

from reference_server.api import gate
from reference_server.api.answers import GrpcFailure, first
from reference_server.api.gate import Gate
from tests.mutants.declaring import BOTH, Area
from tests.mutants.patching import around

AUTH = Area("auth")


def _sent(metadata: Any) -> str:
    return str(first(metadata, "authorization") or "")


def _as_sent(change: Any) -> None:
    """Take another value of `authorization` than was sent."""

    def require(original: Any, authorization: bytes, metadata: Any) -> None:
        value = change(_sent(metadata), authorization.decode())
        original(authorization, lambda: [("authorization", value)])

    around(gate, "_require", require)


def open_rpcs(which: Callable[[str, Any], bool]) -> None:
    """Ask for no key where `which` says so of a method and the release."""

    def guarded(original: Any, self: Any, node: Any, api: Any, method: str) -> Any:
        if not which(method, node.release):
            return original(self, node, api, method)
        key, node.settings = node.settings, _without_key(node.settings)
        try:
            return original(self, node, api, method)
        finally:
            node.settings = key

    around(Gate, "_guarded", guarded)


def _without_key(settings: Any) -> Any:
    return dataclasses.replace(settings, api_key="")


@AUTH.mutant("key.refuse.missing", "key.refuse.without-effect", releases=BOTH)
def key_is_never_asked_for() -> None:
    """No key is asked for."""
    around(gate, "_require", lambda original, authorization, metadata: None)


@AUTH.mutant("key.refuse.missing", releases=BOTH)
def key_may_be_missing() -> None:
    """A call without a key is taken, one with a wrong key refused."""
    _as_sent(lambda sent, right: sent or right)


@AUTH.mutant("key.refuse.wrong", releases=BOTH)
def key_may_be_any() -> None:
    """Any key is taken, none is refused."""
    _as_sent(lambda sent, right: right if sent else "")


@AUTH.mutant("key.refuse.wrong", "wire.refuse.wrong-key-forms", releases=BOTH)
def key_may_have_capitals() -> None:
    """The key is compared without regard to capitals."""
    _as_sent(lambda sent, right: right if sent.lower() == right.lower() else "")


@AUTH.mutant("key.refuse.wrong", "wire.refuse.wrong-key-forms", releases=BOTH)
def key_may_stand_alone() -> None:
    """The key is taken without the word before it."""
    _as_sent(lambda sent, right: right if sent in {right, right.split()[1]} else "")


@AUTH.mutant("key.refuse.wrong", "wire.refuse.wrong-key-forms", releases=BOTH)
def key_may_be_of_another_scheme() -> None:
    """The key is taken behind any word."""
    _as_sent(lambda sent, right: right if sent.split()[-1:] == right.split()[1:] else "")


@AUTH.mutant("key.refuse.wrong", "wire.refuse.wrong-key-forms", releases=BOTH)
def key_may_go_on() -> None:
    """What begins with the key is taken for it."""
    _as_sent(lambda sent, right: right if sent.startswith(right) else "")


@AUTH.mutant("key.refuse.wrong", "wire.refuse.wrong-key-forms", releases=BOTH)
def key_may_be_cut() -> None:
    """The beginning of the key is taken for it."""
    _as_sent(lambda sent, right: right if sent and right.startswith(sent) else "")


@AUTH.mutant("key.refuse.wrong", "wire.refuse.wrong-key-forms", releases=BOTH)
def key_may_have_spaces() -> None:
    """Spaces more than one between the word and the key are ignored."""
    _as_sent(lambda sent, right: " ".join(sent.split()))


@AUTH.mutant("key.ignore.other-metadata", releases=BOTH)
def key_may_be_that_of_http() -> None:
    """The key is taken from `x-api-key` as well."""

    def require(original: Any, authorization: bytes, metadata: Any) -> None:
        sent = str(first(metadata, "x-api-key") or "")
        other = f"apikey {sent}".encode()
        if other != authorization:
            original(authorization, metadata)

    around(gate, "_require", require)


@AUTH.mutant("key.take.first-value", releases=BOTH)
def key_may_be_the_second_value() -> None:
    """Any of several `authorization` values may have the key."""

    def require(original: Any, authorization: bytes, metadata: Any) -> None:
        values = [value for name, value in metadata() or () if name == "authorization"]
        if authorization.decode() not in values:
            original(authorization, metadata)

    around(gate, "_require", require)


@AUTH.mutant("key.refuse.every-rpc", releases=BOTH)
def key_of_publish_alone() -> None:
    """Only Publish asks for the key."""
    open_rpcs(lambda method, _: method != "Publish")


@AUTH.mutant("key.refuse.every-rpc", releases=BOTH)
def key_not_of_info() -> None:
    """Info asks for no key."""
    open_rpcs(lambda method, _: method == "Info")


@AUTH.mutant("key.refuse.every-rpc")
def key_not_of_batch() -> None:
    """Batch asks for no key."""
    open_rpcs(lambda method, _: method == "Batch")


@AUTH.mutant("key.accept.right", "key.refuse.missing", releases=BOTH)
def key_missing_is_permission_denied() -> None:
    """A call without the right key is PERMISSION_DENIED."""

    def require(original: Any, authorization: bytes, metadata: Any) -> None:
        try:
            original(authorization, metadata)
        except GrpcFailure as failure:
            raise GrpcFailure(grpc.StatusCode.PERMISSION_DENIED, failure.details) from None

    around(gate, "_require", require)


@AUTH.mutant("key.refuse.text", releases=BOTH)
def key_is_told() -> None:
    """The refusal of a wrong key tells the right one."""

    def require(original: Any, authorization: bytes, metadata: Any) -> None:
        try:
            original(authorization, metadata)
        except GrpcFailure as failure:
            raise GrpcFailure(failure.status, f"want {authorization.decode()}") from None

    around(gate, "_require", require)


@AUTH.mutant("key.refuse.without-effect", releases=BOTH)
def key_is_asked_for_afterwards() -> None:
    """The key is checked after the call had its effect."""

    def guarded(original: Any, self: Any, node: Any, api: Any, method: str) -> Any:
        asked = original(self, node, api, method)
        right, node.settings = node.settings, _without_key(node.settings)
        effect = original(self, node, api, method)
        node.settings = right

        def call(body: bytes, metadata: Any) -> bytes:
            answer: bytes = effect(body, metadata)
            if right.api_key and _sent(metadata) != f"apikey {right.api_key}":
                asked(body, metadata)
            return answer

        return call

    around(Gate, "_guarded", guarded)


@AUTH.mutant("key.refuse.missing", "key.refuse.wrong", releases=BOTH)
def key_is_forgotten_every_other_time() -> None:
    """Every second call without the right key is taken."""
    counted = itertools.count()

    def require(original: Any, authorization: bytes, metadata: Any) -> None:
        try:
            original(authorization, metadata)
        except GrpcFailure:
            if next(counted) % 2 == 0:
                raise

    around(gate, "_require", require)
