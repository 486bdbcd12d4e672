"""Options by name, from flags, environment and file together."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from centrifugo_grpc.problem import Problem

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
        self.asked: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        """The value of an option: a flag's, else a variable's, else the file's."""
        self.asked.add(name)
        if name in self._flags:
            return self._flags[name]
        variable = self._environ.get(PREFIX + name.upper().replace(".", "_"))
        if variable is not None:
            return variable
        value: Any = self._file
        for part in name.split("."):
            if not isinstance(value, Mapping) or part not in value:
                return default
            value = value[part]
        return value

    def tables(self, name: str) -> Iterator[Mapping[str, Any]]:
        """A list of tables, such as `namespaces`; a variable holds it as JSON."""
        value = self.get(name) or []
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                raise Problem(f"{name}: the variable is no JSON list of tables") from None
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            raise Problem(f"{name} is no list of tables: write it as [{{...}}, {{...}}]")
        return iter(value)
