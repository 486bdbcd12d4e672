"""Runs the plugin, in this process, on a corpus that a test writes."""

from collections.abc import Sequence
from pathlib import Path

import pytest

import conformance.plugin  # noqa: F401  (loaded once: an inner run must not load grpcio anew)

_HEAD = """
import pytest
from centrifugo_grpc.errors import Code
from centrifugo_grpc.exchange import CallOptions
from centrifugo_grpc.releases import Release
from conformance import expect
from conformance.requirement import ALL, V2, V3, Level, requirement
"""
_CONFTEST = """
import conformance.plugin

def pytest_addoption(pluginmanager):
    pluginmanager.register(conformance.plugin, "conformance.plugin")
"""
_ONE = """
@requirement({id!r}, "A publication is accepted.", level=Level.{level},
    source="a page#publish"{more})
def test_{name}(api, channel):
    {body}
"""
PUBLISH = "expect.success(api.publish(channel(), b'1'))"


def one(id: str, level: str = "MUST", body: str = PUBLISH, **more: object) -> str:  # noqa: A002
    """The text of a requirement and its test."""
    words = "".join(f", {name}={value!r}" for name, value in more.items())
    name = id.replace(".", "_").replace("-", "_")
    return _ONE.format(id=id, level=level, name=name, body=body, more=words)


def judge(
    pytester: pytest.Pytester, target: str | None, *arguments: str, corpus: str
) -> pytest.RunResult:
    """Judge `target` by a corpus of these texts."""
    with pytest.MonkeyPatch.context() as patch:
        # Plugins that happen to be installed slow every run down, or show what they like.
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        return pytester.runpytest_inprocess(*_prepared(pytester, target, arguments, corpus))


def complaint(
    pytester: pytest.Pytester,
    capfd: pytest.CaptureFixture[str],
    target: str | None,
    *arguments: str,
) -> str:
    """The one line of a run that ends with status 2 before it begins."""
    prepared = _prepared(pytester, target, arguments, one("publish.accept.good"))
    # Not through `pytester`, which cannot run what ends so early.
    status = pytest.main([*prepared, "--import-mode=importlib", str(pytester.path)])
    out, err = capfd.readouterr()
    assert (status, out) == (2, "")
    assert err.count("\n") == 1, err
    return err.rstrip("\n")


def _prepared(
    pytester: pytest.Pytester, target: str | None, arguments: Sequence[str], corpus: str
) -> list[str]:
    pytester.makeconftest(_CONFTEST)
    pytester.makepyfile(test_corpus=_HEAD + corpus)
    named = ["--target", target] if target else []
    folder = ["-o", f"conformance_corpus={pytester.path}"]
    return ["-p", "no:cacheprovider", *folder, *named, *arguments]


def profile(pytester: pytest.Pytester, *kinds: str, release: str = "6.9") -> str:
    """The arguments for a profile that offers these kinds of namespace."""
    path = Path(pytester.path / "profile.toml")
    tables = "".join(f'[namespaces.{kind}]\nname = "{kind}"\n' for kind in kinds)
    path.write_text(f'name = "small"\nrelease = "{release}"\n{tables}')
    return f"--target-profile={path}"
