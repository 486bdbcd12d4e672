"""Which web pages may connect: `allowed_origins` against the `Origin` that a browser sends."""

from collections.abc import Sequence

from reference_server.api.glob import compiled


def is_allowed(origin: str, allowed: Sequence[str] | None) -> bool:
    """Whether a page of `origin` may connect; what sends none is no page. None allows any.

    Patterns are globs for the whole origin in lower case (internal/origin of each release).
    """
    if not origin or allowed is None or tuple(allowed) == ("*",):
        return True
    return any(compiled(pattern).fullmatch(origin.lower()) for pattern in allowed)
