"""Options by name, from flags, environment and file together."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release
from reference_server.config import values
from reference_server.config.json_variables import json_tables, require_json_kinds

PREFIX = "CENTRIFUGO_"
_NO_VARIABLES_OF_2 = frozenset({"client_user_connection_limit"})
"""The options that 2.8 reads from its file alone (`bindEnvs` in its main.go)."""


class Options:
    """The options of a node. Names of nested ones are joined by dots: `grpc_api.port`.

    What does not read as its kind is refused, except where 2 to 5 silently take it for nothing:
    at the top level of a flat file and in variables. Then it is nothing here too, and `notices`
    say so. `numbers_are_switches`: 1 is true at the top level, which of all flat files it is
    in YAML only.
    """

    def __init__(
        self,
        file: Mapping[str, Any],
        flags: Mapping[str, Any],
        environ: Mapping[str, str],
        release: Release,
        *,
        numbers_are_switches: bool = True,
    ) -> None:
        self.file = file
        self._flags = flags
        self._environ = environ
        self._release = release
        self._numbers_are_switches = numbers_are_switches
        self.notices: dict[str, None] = {}

    def get(self, name: str, default: Any = None) -> Any:
        """The value of an option: a flag's, else a variable's, else the file's.

        An empty variable counts as none, and so does null, as in Centrifugo.
        """
        if name in self._flags:
            return self._flags[name]
        value = self._in_environ(name) or self._in_file(name)
        return default if value is None else value

    def _in_environ(self, name: str) -> str | None:
        if self._release is Release.V2_8 and name in _NO_VARIABLES_OF_2:
            return None
        return self._environ.get(variable(name))

    def _in_file(self, name: str) -> Any:
        found: Any = self.file
        *outer, last = name.split(".")
        for number, part in enumerate(outer, 1):
            found = values.table(".".join(outer[:number]), found.get(part))
        return found.get(last)

    def named(self, name: str) -> str:
        """What to call an option in a message: the flag or the variable that has set it."""
        if name in self._flags:
            return f"--{name}"
        return variable(name) if self._in_environ(name) else name

    def is_flag(self, name: str) -> bool:
        """Whether a flag sets an option."""
        return name in self._flags

    def truth(self, name: str, *, default: bool = False) -> bool:
        """A switch, off by default."""
        return bool(self._read(name, self._switch, default, nothing=False))

    def whole(self, name: str, default: int = 0) -> int:
        """A whole number."""
        read = values.whole_or_blank if self._release >= Release.V6_9 else values.whole
        return int(self._read(name, read, default, nothing=0))

    def text(self, name: str, default: str = "") -> str:
        """A string."""
        read = values.text if self._release >= Release.V6_9 else _text_of_flat
        return str(self._read(name, read, default, nothing=""))

    def texts(self, name: str, default: tuple[str, ...] | None = ()) -> tuple[str, ...] | None:
        """A list of strings."""
        found: tuple[str, ...] | None = self._read(name, values.texts, default, nothing=())
        return found

    def _read(
        self, name: str, read: Callable[[str, Any], Any], default: Any, *, nothing: Any
    ) -> Any:
        given = self.get(name)
        if given is None:
            return default
        try:
            return read(self.named(name), given)
        except Problem as problem:
            if self._release >= Release.V6_9 or self.is_flag(name):
                raise
            told = values.shown(list(nothing) if nothing == () else nothing)
            self.notices[f"warning: {problem}; Centrifugo {self._release} takes it for {told}"] = (
                None
            )
            return nothing

    def _switch(self, named: str, value: Any) -> bool:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        counts = self._release >= Release.V6_9 or (
            self._numbers_are_switches and isinstance(value, int)
        )
        if is_number and value and not counts:
            raise Problem(f"{named}: {value} is neither true nor false")
        return values.truth(named, value)

    def tables(self, name: str) -> list[dict[str, Any]]:
        """A list of tables, such as `namespaces`; a variable holds it as JSON."""
        value = self.get(name)
        is_text = isinstance(value, str) and (
            self._in_environ(name) is not None or self._release < Release.V6_9
        )
        if is_text:
            value = json_tables(self.named(name), value)
        if value is None:
            return []
        if isinstance(value, dict) and self._release >= Release.V6_9:
            # A table alone counts as a list of one there.
            value = [value]
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise Problem(f'{name}: not a list of tables; write it as [{{"name": "chat"}}]')
        if is_text and name.endswith("namespaces"):
            for table in value:
                require_json_kinds(self.named(name), table, self._release)
        return value

    def overlaid(
        self, table: Mapping[str, Any], prefix: str, names: Iterable[str]
    ) -> dict[str, Any]:
        """A table with what variables say about it: `prefix` and the names make theirs."""
        merged = dict(table)
        for name in names:
            value = self._environ.get(variable(f"{prefix}.{name}"))
            if not value:
                continue
            outer, _, inner = name.rpartition(".")
            if outer:
                merged[outer] = values.table(outer, merged.get(outer)) | {inner: value}
            else:
                merged[inner] = value
        return merged

    def variables(self) -> list[str]:
        """The names of all variables that are set and start as Centrifugo's do."""
        return sorted(name for name in self._environ if name.startswith(PREFIX))


def _text_of_flat(option: str, value: Any) -> str:
    """At the top level of a flat file a switch counts as the word that it is."""
    return str(value).lower() if isinstance(value, bool) else values.text(option, value)


def variable(name: str) -> str:
    """The variable that sets an option."""
    return PREFIX + re.sub(r"[-.]", "_", name).upper()
