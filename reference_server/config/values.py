"""Values of options: what a file, a flag or a variable may write for each kind."""

import re
from typing import Any

from centrifugo_grpc.problem import Problem

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"(\d+(?:\.\d+)?|\.\d+)(ns|us|µs|ms|s|m|h)")
_NAMESPACE = re.compile(r"[-a-zA-Z0-9_.]{2,}")


def duration(option: str, value: Any) -> float:
    """Seconds of a Go duration ("1h30m"); a bare number counts nanoseconds, as there."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Problem(f'{option}: {value!r} is no duration; write it as "300s"')
    if isinstance(value, int | float):
        return value * 1e-9
    text = value.strip()
    if re.fullmatch(r"\d+", text):
        return int(text) * 1e-9
    if not re.fullmatch(f"(?:{_PART.pattern})+", text):
        raise Problem(f'{option}: {value!r} is no duration; write it as "300s"')
    return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))


def truth(option: str, value: Any) -> bool:
    """A switch: true or false, as a word too."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "1", "t", "false", "0", "f", ""}:
        return value.lower() in {"true", "1", "t"}
    if isinstance(value, int):
        return value != 0
    raise Problem(f"{option}: {value!r} is neither true nor false")


def whole(option: str, value: Any) -> int:
    """A whole number, as text too."""
    try:
        if isinstance(value, bool):
            raise TypeError
        return int(value)
    except (TypeError, ValueError):
        raise Problem(f"{option}: {value!r} is no whole number") from None


def port(option: str, value: Any) -> int:
    """A port; 0 lets the system choose."""
    number = whole(option, value)
    if not 0 <= number < 65536:
        raise Problem(f"{option}: {number} is no port; ports go from 1 to 65535")
    return number


def namespace_name(value: Any) -> str:
    """The name of a namespace: two or more letters, digits, `-`, `_` or `.`."""
    if not isinstance(value, str) or not _NAMESPACE.fullmatch(value):
        raise Problem(
            f"not a namespace name: {value!r}; it takes two or more of letters, digits, - _ ."
        )
    return value
