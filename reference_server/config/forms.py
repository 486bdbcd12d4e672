"""The two forms of Centrifugo's configuration: flat in 2 to 5, nested in 6."""

from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import LATEST, Release
from reference_server.config.flags import flat_name, nested_name
from reference_server.config.option_tree import TOP_TABLES

_TELLING = ("grpc_api", "uni_grpc", "http_server", "http_api", "channel", "client", "usage_stats")
"""Tables of 6 that tell a nested file."""


class Form(Enum):
    """How the options of a file are laid out, as far as it tells."""

    FLAT = "flat"
    NESTED = "nested"
    UNTOLD = "untold"


def form_of(file: Mapping[str, Any]) -> Form:
    """The form of a file: flat unless it has a table of 6; untold if it has no option."""
    if any(is_no_table(file, name) for name in ("grpc_api", "uni_grpc")):
        return Form.FLAT
    if any(isinstance(file.get(name), Mapping) for name in _TELLING):
        return Form.NESTED
    return Form.FLAT if file else Form.UNTOLD


def is_no_table(file: Mapping[str, Any], name: str) -> bool:
    """Whether an option is there, and is no table."""
    return file.get(name) is not None and not isinstance(file[name], Mapping)


def releases_of(form: Form) -> tuple[Release, ...]:
    """What a file is served as if no release is named: one release a dialect, if it can be."""
    return {
        Form.FLAT: (Release.V2_8, Release.V5_4),
        Form.NESTED: (LATEST,),
        Form.UNTOLD: (Release.V2_8, LATEST),
    }[form]


def require_form(path: Path, file: Mapping[str, Any], release: Release) -> None:
    """Refuse a file in the other form than a release reads."""
    form = form_of(file)
    if release < Release.V6_9:
        if form is Form.NESTED:
            raise Problem(
                f"{path} is in the nested form of Centrifugo 6, which Centrifugo {release} does"
                " not read; leave --release out, or give --release 6.9"
            )
        return
    wrong = sorted(name for name in TOP_TABLES if is_no_table(file, name))
    if wrong and form is Form.FLAT:
        raise Problem(
            f"{path} is in the flat form of Centrifugo 2 to 5: {wrong[0]} is no table there, and"
            f" Centrifugo {release} does not start from it; give --release 2.8, 3.2, 4.1 or 5.4,"
            " or convert the file"
        )
    if wrong:
        raise Problem(f"{path}: {wrong[0]} is no table, as it is in Centrifugo {release}")


def in_words_of(release: Release, flags: Mapping[str, Any]) -> dict[str, Any]:
    """Flags by the names of a release's options: those of both forms work for both."""
    return {
        nested_name(name) if release >= Release.V6_9 else flat_name(name): value
        for name, value in flags.items()
    }
