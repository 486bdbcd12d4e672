"""Releases by the names that people write."""

from centrifugo_grpc.problem import Problem
from centrifugo_grpc.releases import Release


def parse_release(text: str) -> Release:
    """The release named by `2.8`, `3.2`, `4.1`, `5.4` or `6.9`."""
    try:
        return Release(text)
    except ValueError:
        known = ", ".join(str(release) for release in Release)
        raise Problem(f"unknown release {text!r}: the suite knows {known}") from None
