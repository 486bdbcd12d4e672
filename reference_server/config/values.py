"""Values of options: what a file, a flag or a variable may write for each kind.

Strings are read as Go reads them, since variables hold nothing else, and numbers and switches
stand for each other as they do in Centrifugo's decoder (mapstructure, weakly typed).
"""

import re
from typing import Any

from centrifugo_grpc.problem import Problem

_NANOSECONDS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_PART = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_DURATION = re.compile(rf"[-+]?(?:{_PART.pattern})+")
_NAMESPACE = re.compile(r"[-a-zA-Z0-9_.]{2,}", re.ASCII)
_TRUE = {"1", "t", "T", "true", "TRUE", "True"}
_FALSE = {"0", "f", "F", "false", "FALSE", "False", ""}
_WHOLE = re.compile(r"([-+]?)(0[xX]_?[0-9a-fA-F_]+|0[bB]_?[01_]+|0[oO]?_?[0-7_]+|[0-9][0-9_]*)")


def duration(option: str, value: Any) -> float:
    """Seconds of a Go duration ("1h30m"). A number counts nanoseconds, as it does there."""
    if isinstance(value, int | float) and abs(value) < 2**63:
        return int(value) / 1e9
    if isinstance(value, str):
        if value == "0":
            return 0.0
        if _DURATION.fullmatch(value):
            if abs(nanoseconds := _nanoseconds(value)) < 2**63:
                return nanoseconds / 1e9
            raise Problem(f'{option}: "{value}" is over 292 years, the longest there is')
        if value.isdecimal():
            raise Problem(f'{option}: "{value}" has no unit; write it as "{value}s"')
    raise Problem(f'{option}: {shown(value)} is no duration; write it as "300s" or "1h30m"')


def _nanoseconds(text: str) -> int:
    total = sum(round(float(number) * _NANOSECONDS[unit]) for number, unit in _PART.findall(text))
    return -total if text.startswith("-") else total


def duration_with_unit(option: str, value: Any) -> float:
    """Seconds of a duration whose unit has to be told: at the top level of a flat file."""
    if isinstance(value, bool):
        raise Problem(f'{option}: {shown(value)} is no duration; write it as "300s" or "1h30m"')
    if isinstance(value, int | float) and value:
        raise Problem(f'{option}: {value} has no unit; write it as "{value}s"')
    seconds = duration(option, value)
    if 0 < seconds < 0.001:
        raise Problem(f"{option}: {shown(value)} is under a millisecond, the least there is")
    return seconds


def truth(option: str, value: Any) -> bool:
    """A switch: true or false, as a word or a number too."""
    if isinstance(value, bool | int | float):
        return value != 0
    if isinstance(value, str) and value in _TRUE | _FALSE:
        return value in _TRUE
    raise Problem(f"{option}: {shown(value)} is neither true nor false")


def whole(option: str, value: Any) -> int:
    """A whole number, as text too, in any of Go's notations; what follows the point is cut off."""
    if isinstance(value, bool | int | float):
        # What is over 64 bits becomes the least number there is, as on the usual machines.
        return int(value) if abs(value) < 2**63 else -(2**63)
    if isinstance(value, str) and (match := _WHOLE.fullmatch(value)):
        sign, digits = match.groups()
        if re.fullmatch(r"0[0-7_]+", digits):
            digits = f"0o{digits[1:]}"
        try:
            return int(sign + digits, 0)
        except ValueError:
            pass
    raise Problem(f"{option}: {shown(value)} is no whole number")


def whole_or_blank(option: str, value: Any) -> int:
    """A whole number, or a blank string for 0: what 6 takes."""
    return 0 if value == "" else whole(option, value)


def text(option: str, value: Any) -> str:
    """A string; a bare number counts as its text, and a switch as a number, as in Centrifugo."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    raise Problem(f"{option}: {shown(value)} is no text")


def texts(option: str, value: Any) -> tuple[str, ...]:
    """A list of strings; a variable parts them by spaces, as in Centrifugo."""
    if isinstance(value, str):
        return tuple(value.split())
    if isinstance(value, list):
        return tuple(text(option, item) for item in value)
    if isinstance(value, bool | int | float):
        return (text(option, value),)
    raise Problem(f"{option}: {shown(value)} is no list of strings")


def table(option: str, value: Any) -> dict[str, Any]:
    """A table of options; nothing at all is an empty one."""
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    raise Problem(f"{option}: {shown(value)} is no table of options")


def port_as_text(option: str, value: Any) -> int:
    """A port where the release hands the very text on to the network: digits, nothing else."""
    if isinstance(value, str) and value and not re.fullmatch(r"[0-9]+", value):
        raise Problem(f'{option}: "{value}" is no port; ports go from 1 to 65535, 0 takes any')
    return port(option, int(value) if isinstance(value, str) and value else value)


def port(option: str, value: Any) -> int:
    """A port; 0 lets the system choose."""
    number = whole(option, value)
    if not 0 <= number < 65536:
        raise Problem(f"{option}: {number} is no port; ports go from 1 to 65535, 0 takes any")
    return number


def namespace_name(value: Any, place: str = "") -> str:
    """The name of a namespace: two or more letters, digits, `-`, `_` or `.`."""
    if not _NAMESPACE.fullmatch(text("name of a namespace", value)):
        told = f"{place}: " if place else ""
        raise Problem(
            f"{told}{shown(value)} is no name of a namespace:"
            " it takes two or more of letters, digits, - _ ."
        )
    return text("name of a namespace", value)


def shown(value: Any) -> str:
    """A value as a message shows it: short, on one line."""
    told = f'"{value}"' if isinstance(value, str) else repr(value)
    told = " ".join(told.split())
    return told if len(told) <= 60 else f"{told[:57]}..."
