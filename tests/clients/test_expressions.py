"""Regular expressions as Go reads them (`channel_regex`, `audience_regex`, `issuer_regex`)."""

import pytest

from centrifugo_grpc.problem import Problem
from reference_server.clients.expressions import is_found
from reference_server.config.patterns import require_expression


@pytest.mark.parametrize(("pattern", "text", "matches"), [
    (r"^\Qa+b\E$", "a+b", True),
    (r"^\Qa+b", "aab", False),
    (r"^\x{41}\x42$", "AB", True),
    (r"^(?<letter>a)b$", "ab", True),
    (r"^a(?i)b|c$", "aB", True),
    (r"^(a(?i)b)c$", "aBC", False),
    (r"^(?U)a+$", "aaa", True),
    (r"^\p{Lu}+$", "ÄÖ", True),
    (r"^\PL$", "1", True),
    (r"^[\pL1]+$", "ж1", True),
    (r"^\d$", "٣", False),
    (r"^a$", "a\n", False),
    (r"^a\z", "a", True),
    (r"^[[:upper:]_]+$", "A_", True),
    (r"^[(?=]+$", "=?(", True),
    (r"^a{1000}$", "a" * 1000, True),
])  # fmt: skip
def test_what_go_has_is_understood(pattern: str, text: str, matches: bool) -> None:
    require_expression("channel_regex", pattern)
    assert is_found(pattern, text) is matches


@pytest.mark.parametrize("pattern", [
    "(", ")", "a**", "a++", "[z-a]", "a{1001}", "a{1,2000}", r"(a)\1", "(?=a)", "(?<!a)b",
    "(?#c)a", "(?x)a", r"\Z", r"\C", r"\u0041", "(?>a)", r"\p{Nothing}",
])  # fmt: skip
def test_what_go_has_not_is_refused(pattern: str) -> None:
    with pytest.raises(Problem, match="channel_regex"):
        require_expression("channel_regex", pattern)
