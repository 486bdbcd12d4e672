"""The two forms of Centrifugo's configuration: flat in 2 to 5, nested in 6."""

from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import LATEST, Release

_TABLES = ("grpc_api", "uni_grpc", "http_server", "http_api", "channel", "client", "usage_stats")
_SECTIONS_IN_6 = ("grpc_api", "uni_grpc", "admin", "health", "prometheus", "swagger", "debug")
"""Tables in 6 whose names were switches before: 6 does not start with a switch there."""


class Form(Enum):
    """How the options of a file are laid out, as far as it tells."""

    FLAT = "flat"
    NESTED = "nested"
    UNTOLD = "untold"


def form_of(file: Mapping[str, Any]) -> Form:
    """The form of a file: flat unless it has a table of 6; untold if it has no option."""
    if any(name in file and not isinstance(file[name], Mapping) for name in _SECTIONS_IN_6):
        return Form.FLAT
    if any(isinstance(file.get(name), Mapping) for name in _TABLES):
        return Form.NESTED
    return Form.FLAT if file else Form.UNTOLD


def releases_of(form: Form) -> tuple[Release, ...]:
    """What a file is served as if no release is named: one release a dialect, if it can be."""
    return {
        Form.FLAT: (Release.V2_8, Release.V5_4),
        Form.NESTED: (LATEST,),
        Form.UNTOLD: (Release.V2_8, LATEST),
    }[form]


def require_form(path: Path, file: Mapping[str, Any], release: Release) -> None:
    """Refuse a file in the other form than a release reads."""
    if release < Release.V6_9:
        if form_of(file) is Form.NESTED:
            raise Problem(
                f"{path} is in the nested form of Centrifugo 6, which Centrifugo {release} does"
                " not read; leave --release out, or give --release 6.9"
            )
        return
    for name in _SECTIONS_IN_6:
        if name in file and not isinstance(file[name], Mapping):
            raise Problem(
                f"{path} is in the flat form of Centrifugo 2 to 5: {name} is no table there, and"
                f" Centrifugo {release} does not start from it; give --release 2.8, 3.2, 4.1 or"
                " 5.4, or convert the file"
            )


def in_words_of(release: Release, flags: Mapping[str, Any]) -> dict[str, Any]:
    """Flags by the names of a release's options: those of both forms work for both."""
    return {
        _nested(name) if release >= Release.V6_9 else _flat(name): value
        for name, value in flags.items()
    }


def _flat(name: str) -> str:
    return name.replace(".enabled", "").replace(".", "_")


def _nested(name: str) -> str:
    flat = _flat(name)
    return "grpc_api.enabled" if flat == "grpc_api" else flat.replace("grpc_api_", "grpc_api.")
