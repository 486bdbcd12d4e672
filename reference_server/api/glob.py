"""Channel patterns: `*`, `?`, `[a-b]`, `[!a]`, `{a,b}`; `*` matches `:` too (facts v3-v6.md 5)."""

import re


class BadPatternError(Exception):
    """A class of characters that does not end."""


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression for whole channel names.

    An alternative that does not end matches nothing.
    """
    text, at, depth = "", 0, 0
    while at < len(pattern):
        character = pattern[at]
        if character == "[":
            end = pattern.find("]", at + 1)
            if end < 0:
                raise BadPatternError(pattern)
            inside = pattern[at + 1 : end]
            negated = inside.startswith("!")
            members = re.escape(inside.removeprefix("!")).replace("\\-", "-")
            text += f"[{'^' if negated else ''}{members}]"
            at = end
        elif character == "\\" and at + 1 < len(pattern):
            at += 1
            text += re.escape(pattern[at])
        else:
            depth += {"{": 1, "}": -1 if depth else 0}.get(character, 0)
            text += _translated(character, is_inside=depth > 0)
        at += 1
    return re.compile("(?!)" if depth else text, re.DOTALL)


def _translated(character: str, *, is_inside: bool) -> str:
    if character == "," and is_inside:
        return "|"
    simple = {"*": ".*", "?": ".", "{": "(?:", "}": ")"}
    return simple.get(character) or re.escape(character)
