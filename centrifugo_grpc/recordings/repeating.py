"""A call over and over: awaited one by one, or in flight together."""

import base64
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

NUMBER = "<number>"
"""In the place of a request's data: the number of the call, from 0, in digits."""
_IN_FLIGHT = 32


def repeat(
    call: Callable[[Mapping[str, Any]], object],
    request: Mapping[str, Any],
    times: int,
    *,
    at_once: bool,
) -> None:
    """Make a call so many times."""
    with ThreadPoolExecutor(_IN_FLIGHT if at_once else 1) as pool:
        for done in pool.map(call, [_numbered(request, number) for number in range(times)]):
            del done


def _numbered(request: Mapping[str, Any], number: int) -> dict[str, Any]:
    data = base64.b64encode(str(number).encode()).decode()
    return {key: data if value == NUMBER else value for key, value in request.items()}
