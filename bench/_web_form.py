"""Refuses a run that the web form asks for and that cannot be, with the line that says why."""

import argparse
from typing import Any

from bench._options import read_options
from centrifugo_grpc.problem import Problem
from centrifugo_grpc.result_files import require_writable


def refuse_bad_forms(web_ui: Any, environment: Any) -> None:
    """Look at each form before locust does."""
    from flask import jsonify, request  # noqa: PLC0415  (locust brings it, for its web UI only)

    @web_ui.app.before_request  # type: ignore[untyped-decorator]
    def look() -> Any:
        if request.method != "POST" or not request.path.endswith("/swarm"):
            return None
        try:
            options = read_options(
                _filled(environment.parsed_options, request.form), _host(environment)
            )
            if options.results is not None:
                require_writable(options.results)
        except Problem as problem:
            return jsonify({"success": False, "message": str(problem), "host": environment.host})
        return None

    def _host(environment: Any) -> str | None:
        return request.form.get("host") or environment.host


def _filled(parsed: argparse.Namespace, form: Any) -> argparse.Namespace:
    """The options with what the form says of them."""
    filled = argparse.Namespace(**vars(parsed))
    for name, text in form.items():
        known = getattr(filled, name, None)
        if known is None or name == "host":
            continue
        try:
            value: Any = text == "true" if isinstance(known, bool) else type(known)(text)
        except (ValueError, TypeError):
            raise Problem(f"--{name.replace('_', '-')} {text!r}: give a number") from None
        setattr(filled, name, value)
    return filled
