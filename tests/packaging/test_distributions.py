"""What the wheel and the sdist hold."""

import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

from tests.packaging.environments import ROOT, run, sdist_of_repository, wheel_from

PACKAGES = {
    *("protos", "reference_server", "conformance", "bench", "reports", "centrifugo_grpc"),
}


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_nothing_else_stands_at_the_top_level_of_site_packages(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in names_in(wheel)}
    assert tops - PACKAGES == {f"{wheel.name.removesuffix('-py3-none-any.whl')}.dist-info"}
    assert tops >= PACKAGES


def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    tracked = run(ROOT, "git", "ls-files", *sorted(PACKAGES)).split()
    stored = "reports/results/"  # What was measured is for readers of the repository.
    assert {name for name in tracked if not name.startswith(stored)} <= names_in(wheel)


def test_every_package_tells_type_checkers_that_it_is_typed(wheel: Path) -> None:
    assert {f"{name}/py.typed" for name in PACKAGES} <= names_in(wheel)


def test_the_metadata_tells_pythons_licence_commands_and_a_small_base(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (place,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
        told = Parser().parsestr(archive.read(place).decode())
        scripts = archive.read(place.replace("METADATA", "entry_points.txt")).decode()
    assert (told["Requires-Python"], told["License-Expression"]) == (">=3.11", "Apache-2.0")
    classified = told.get_all("Classifier") or []
    for minor in (11, 12, 13, 14):
        assert f"Programming Language :: Python :: 3.{minor}" in classified
    base = {
        requirement.partition(">")[0]
        for requirement in told.get_all("Requires-Dist") or []
        if "extra ==" not in requirement
    }
    assert base == {"grpcio", "protobuf", "pyjwt", "pyyaml", "uvloop", "websockets"}
    for name in ("reference-server", "conformance", "load", "reports"):
        assert f"centrifugo-{name} = " in scripts


def test_the_sdist_holds_what_is_tracked_and_makes_the_same_wheel(
    wheel: Path, tmp_path: Path
) -> None:
    sdist = sdist_of_repository(tmp_path)
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "PKG-INFO"} <= held
    assert not {name for name in held if name.split("/")[0] in {"out", "site", ".venv"}}
    assert names_in(wheel_from(sdist, tmp_path)) == names_in(wheel)
