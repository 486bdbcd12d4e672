"""Options by name, from flags, environment and file together."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from centrifugo_grpc.problem import Problem
from reference_server.config import values

PREFIX = "CENTRIFUGO_"


class Options:
    """The options of a node. Names of nested ones are joined by dots: `grpc_api.port`."""

    def __init__(
        self,
        file: Mapping[str, Any],
        flags: Mapping[str, Any],
        environ: Mapping[str, str],
    ) -> None:
        self._file = file
        self._flags = flags
        self._environ = environ

    def get(self, name: str, default: Any = None) -> Any:
        """The value of an option: a flag's, else a variable's, else the file's.

        An empty variable counts as none, and so does null, as in Centrifugo.
        """
        if name in self._flags:
            return self._flags[name]
        value = self._environ.get(variable(name)) or self._in_file(name)
        return default if value is None else value

    def _in_file(self, name: str) -> Any:
        found: Any = self._file
        *outer, last = name.split(".")
        for number, part in enumerate(outer, 1):
            found = values.table(".".join(outer[:number]), found.get(part))
        return found.get(last)

    def named(self, name: str) -> str:
        """What to call an option in a message: the flag or the variable that has set it."""
        if name in self._flags:
            return f"--{name}"
        return variable(name) if self._environ.get(variable(name)) else name

    def is_flag(self, name: str) -> bool:
        """Whether a flag sets an option."""
        return name in self._flags

    def truth(self, name: str) -> bool:
        """A switch, off by default."""
        return values.truth(self.named(name), self.get(name, default=False))

    def whole(self, name: str, default: int = 0) -> int:
        """A whole number."""
        return values.whole(self.named(name), self.get(name, default))

    def text(self, name: str, default: str = "") -> str:
        """A string."""
        return values.text(self.named(name), self.get(name, default))

    def tables(self, name: str) -> list[dict[str, Any]]:
        """A list of tables, such as `namespaces`; a variable holds it as JSON."""
        value = self.get(name)
        if isinstance(value, str):
            value = _json(variable(name), value)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise Problem(f'{name}: not a list of tables; write it as [{{"name": "chat"}}]')
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


def variable(name: str) -> str:
    """The variable that sets an option."""
    return PREFIX + re.sub(r"[-.]", "_", name).upper()


def _json(name: str, value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError as error:
        raise Problem(f"{name} holds no JSON: {error}") from None
