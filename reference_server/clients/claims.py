"""The claims of a token, each of the type that it has to be."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any

from reference_server.clients.raw_json import NoObjectError, members

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_PAST = 2.0**63
_NO_CHARACTERS = re.compile("[\ud800-\udfff]")


class InvalidTokenError(Exception):
    """A token that is not to be trusted, or not to be understood."""


class Claims:
    """Claims by name, each as it is written. One of the wrong type makes the token invalid.

    As in Go, null is as good as absent, and names count whatever their case.
    """

    def __init__(self, raw: Mapping[str, str]) -> None:
        self._written = raw
        named = {name.lower(): value for name, value in raw.items()}
        self._raw = {name: value for name, value in named.items() if value != "null"}
        self._null = frozenset(named) - frozenset(self._raw)

    def require_registered(self) -> None:
        """Check the claims that any token may have, used or not."""
        for name in ("jti", "iss", "sub"):
            self.text(name)
        for name in ("exp", "iat", "nbf"):
            self.number(name)
        self.texts_or_text("aud")
        if "aud" in self._null:
            raise InvalidTokenError("aud is null")

    def raw(self, name: str) -> bytes:
        """A claim as it is written, spaces and all; nothing if there is none."""
        text = "null" if name in self._null else self._raw.get(name, "")
        return text.encode("utf-8", "surrogateescape")

    def as_text(self, name: str) -> str:
        """A claim of just this name as a text, whatever its type; blank if there is none."""
        raw = self._written.get(name, "null")
        value = json.loads(raw)
        if value is None or isinstance(value, str):
            return _characters(value or "")
        return _characters(raw)

    def text(self, name: str) -> str:
        """A string."""
        value = self._value(name, "")
        if not isinstance(value, str):
            raise InvalidTokenError(f"{name} is no string")
        return value

    def texts(self, name: str) -> list[str]:
        """A list of strings."""
        value = self._value(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise InvalidTokenError(f"{name} is no list of strings")
        return value

    def texts_or_nulls(self, name: str) -> list[str]:
        """A list of strings, in which null is a blank one."""
        value = self._value(name, [])
        if not isinstance(value, list):
            raise InvalidTokenError(f"{name} is no list of strings")
        texts = ["" if item is None else item for item in value]
        if not all(isinstance(item, str) for item in texts):
            raise InvalidTokenError(f"{name} is no list of strings")
        return texts

    def texts_or_text(self, name: str) -> list[str]:
        """A list of strings, or one string."""
        return [value] if isinstance(value := self._value(name, []), str) else self.texts(name)

    def number(self, name: str) -> float | None:
        """A number, as text too; None if there is none. What overflows is as long ago as can be."""
        value = self._value(name)
        if isinstance(value, str):
            if not _NUMBER.fullmatch(value):
                raise InvalidTokenError(f"{name} is no number")
            value = float(value)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidTokenError(f"{name} is no number")
        number = float(value)
        return number if abs(number) < _PAST else -_PAST

    def whole(self, name: str) -> int | None:
        """A whole number; None if there is none."""
        value = self._value(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        raise InvalidTokenError(f"{name} is no whole number")

    def decoded(self, name: str) -> bytes | None:
        """Bytes from base64; None if there are none. Raises `binascii.Error`."""
        text = self.text(name)
        if not text:
            return None
        plain = text.replace("\n", "").replace("\r", "")
        try:
            return base64.b64decode(plain, validate=True)
        except ValueError as error:
            raise binascii.Error(str(error)) from None

    def tables(self, name: str) -> dict[str, "Claims"]:
        """An object whose members are objects."""
        return {
            _characters(key): Claims(_members(name, raw)) for key, raw in self._table(name).items()
        }

    def table(self, name: str) -> "Claims":
        """An object; an empty one if there is none."""
        return Claims(self._table(name))

    def flag(self, name: str) -> bool:
        """A switch, off by default."""
        value = self._value(name, default=False)
        if not isinstance(value, bool):
            raise InvalidTokenError(f"{name} is no switch")
        return value

    def switch(self, name: str, *, default: bool) -> bool:
        """`{"value": true}`: an override, `default` if there is none."""
        if name not in self._raw:
            return default
        return self.table(name).flag("value")

    def _table(self, name: str) -> dict[str, str]:
        raw = self._raw.get(name)
        return _members(name, raw) if raw is not None else {}

    def _value(self, name: str, default: Any = None) -> Any:
        raw = self._raw.get(name)
        return default if raw is None else _with_characters(json.loads(raw))


def _members(name: str, raw: str) -> dict[str, str]:
    if raw == "null":
        return {}
    try:
        return members(raw)
    except NoObjectError:
        raise InvalidTokenError(f"{name} is no object") from None


def _with_characters(value: Any) -> Any:
    """A value whose texts have, as Go's decoder has it, a character for what is none."""
    if isinstance(value, str):
        return _characters(value)
    return [_with_characters(item) for item in value] if isinstance(value, list) else value


def _characters(text: str) -> str:
    return _NO_CHARACTERS.sub("\ufffd", text)
