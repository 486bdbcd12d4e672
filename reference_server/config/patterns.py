"""Regular expressions and origin patterns in options: Centrifugo refuses those it cannot read."""

import re

from centrifugo_grpc.problem import Problem
from reference_server.api.glob import BadPatternError, compiled

_QUOTED = re.compile(
    r"\\Q.*?(?:\\E|$)|\\\\|\\[pPx]\{\^?\w+\}"
    r"|\[\^?\]?(?:\\.|\[:\^?[a-z]+:\]|[^\]\\])*\]",
    re.DOTALL,
)
"""What is one character or stands for itself: quoted, a backslash, or in a class."""
_NOT_IN_GO = re.compile(
    r"\(\?(?:[=!>(#]|<[=!]|P=|[imsU-]*[aLux])|\\[1-9ZuUN]|[*+?}]\+"
    r"|\{(?:[0-9]+,)?(?:[1-9][0-9]{4,}|[2-9][0-9]{3}|1[0-9]{2}[1-9]|1[0-9][1-9]0|1[1-9]00)[,}]"
)
"""What Python's expressions have and Go's do not: a look around, a group again, no way back, a
comment, other flags, characters by number or name, over a thousand of the same."""


def require_expression(option: str, text: str) -> None:
    """Check a regular expression, of the kind that Go's library (RE2) and Python's share."""
    if not text:
        return
    if (found := _NOT_IN_GO.search(_QUOTED.sub("x", text))) is not None:
        raise Problem(f'{option}: "{text}" has {found.group()}, which Go\'s expressions do not')
    from reference_server.clients import expressions  # noqa: PLC0415

    try:
        expressions.compiled(text)
    except re.error as error:
        raise Problem(f'{option}: "{text}" is no regular expression: {error}') from None


def require_origins(option: str, patterns: tuple[str, ...]) -> None:
    """Check the patterns of `allowed_origins`."""
    for pattern in patterns:
        try:
            compiled(pattern)
        except BadPatternError:
            raise Problem(f'{option}: "{pattern}" is no pattern of origins') from None
