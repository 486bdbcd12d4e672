"""How values are written for a reader: odd characters made visible, numbers with units."""

import unicodedata
from typing import Any

from markupsafe import Markup, escape

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_LABEL_LENGTH = 80
_MILLISECOND = 1e3
_SECOND = 1e6


def visible(value: Any) -> Any:
    """Text with control, format and lone surrogate characters written as escapes.

    So no name or payload can reorder or hide what stands around it. Newlines and tabs stay;
    markup and what is no text is handed back as it is.
    """
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    if value.isascii() and value.isprintable():
        return value
    return "".join(_escaped(letter) for letter in value)


def label(text: str) -> str:
    """A name cut to a length that a heading can hold."""
    words = " ".join(text.split()) or "(no name)"
    return words if len(words) <= _LABEL_LENGTH else f"{words[: _LABEL_LENGTH - 1]}…"


def prose(text: str) -> Markup:
    """A sentence with what stands in backticks as code."""
    parts = [escape(visible(part)) for part in text.split("`")]
    if len(parts) % 2 == 0:
        return escape(visible(text))
    marked = (Markup("<code>{}</code>").format(p) if n % 2 else p for n, p in enumerate(parts))
    return Markup("").join(marked)


def latency(microseconds: float) -> str:
    """A latency with three figures and its unit."""
    if microseconds < _MILLISECOND:
        return f"{microseconds:.0f} µs"
    if microseconds < _SECOND:
        return f"{_figures(microseconds / _MILLISECOND)} ms"
    return f"{_figures(microseconds / _SECOND)} s"


def size(count: float) -> str:
    """A number of bytes with its unit, powers of 1024."""
    units = ("B", "KiB", "MiB", "GiB", "TiB")
    power = 0
    while count >= 1024 and power < len(units) - 1:
        count /= 1024
        power += 1
    return f"{count:.0f} B" if power == 0 else f"{_figures(count)} {units[power]}"


def short(count: float) -> str:
    """A number of bytes that is a round one, without its noughts."""
    return size(count).replace(".00", "").replace(".0", "")


def number(value: float) -> str:
    """A count or a rate, thousands apart."""
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.2g}"


def moment(text: str) -> str:
    """An ISO time for reading."""
    return text.replace("T", " ").replace("+00:00", " UTC")


def _figures(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def _escaped(letter: str) -> str:
    if letter in "\n\t" or unicodedata.category(letter) not in _HIDDEN:
        return letter
    code = ord(letter)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
