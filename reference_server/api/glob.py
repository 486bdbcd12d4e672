"""Channel patterns: `*`, `?`, `[a-b]`, `[!abc]`, `{a,b}`; `*` matches `:` too.

The grammar is that of gobwas/glob 0.2.3, with which all releases match (internal/survey).
"""

import re


class BadPatternError(Exception):
    """A class of characters that is none."""


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression for whole channel names.

    Alternatives that are not closed end with the pattern.
    """
    if "\ufffd" in pattern:
        raise BadPatternError(pattern)
    text, at, depth = "", 0, 0
    while at < len(pattern):
        character = pattern[at]
        at += 1
        if character == "[":
            members, at = _characters(pattern, at)
            text += members
        elif character == "\\":
            text += re.escape(pattern[at : at + 1])
            at += 1
        else:
            text += _translated(character, is_inside=depth > 0)
            depth += {"{": 1, "}": -1 if depth else 0}.get(character, 0)
    return re.compile(text + ")" * depth, re.DOTALL)


def _translated(character: str, *, is_inside: bool) -> str:
    special = {"*": ".*", "?": ".", "{": "(?:"}
    if is_inside:
        special |= {",": "|", "}": ")"}
    return special.get(character) or re.escape(character)


def _characters(pattern: str, start: int) -> tuple[str, int]:
    """The class that begins at `start`, behind its bracket, and where it ends."""
    at = start + 1 if pattern.startswith("!", start) else start
    negated = "^" if at > start else ""
    if pattern[at + 1 : at + 2] == "-":
        low, high = pattern[at], pattern[at + 2 : at + 3]
        if not "\0" < low <= high or pattern[at + 3 : at + 4] != "]":
            raise BadPatternError(pattern)
        return f"[{negated}{re.escape(low)}-{re.escape(high)}]", at + 4
    listed = ""
    while pattern[at : at + 1] not in {"", "]"}:
        at += pattern[at] == "\\"
        listed += pattern[at : at + 1]
        at += 1
    if not listed or at >= len(pattern):
        raise BadPatternError(pattern)
    return f"[{negated}{''.join(map(re.escape, listed))}]", at + 1
