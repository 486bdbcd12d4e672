"""What every requirement of the corpus has."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

import conformance
from centrifugo_grpc.releases import Dialect, Release
from conformance.profile import read_profile, shipped
from conformance.requirement import Level, Requirement
from conformance.selection import NO_KEY, read_corpus

FOLDER = Path(conformance.__file__).parent
CORPUS = read_corpus(FOLDER)
SOURCE = re.compile(
    r"[a-z0-9-]+\.[a-z]+/\S+"  # A page.
    r"|\S+\.(go|md|proto)\b"  # A file of a release, or the observations.
)


@pytest.fixture(params=CORPUS, ids=[requirement.id for requirement in CORPUS])
def declared(request: pytest.FixtureRequest) -> Requirement:
    """Each requirement."""
    requirement: Requirement = request.param
    return requirement


def test_the_corpus_covers_both_dialects_with_musts() -> None:
    for dialect in Dialect:
        musts = [r for r in CORPUS if r.level is Level.MUST and dialect in r.dialects]
        assert len(musts) >= 20, dialect


def test_no_two_requirements_have_one_id() -> None:
    assert [name for name, count in Counter(r.id for r in CORPUS).items() if count > 1] == []


def test_there_is_a_first_milestone_in_each_dialect() -> None:
    for dialect in Dialect:
        core = [r for r in CORPUS if r.core and dialect in r.dialects]
        assert core, dialect
        assert all(r.level is Level.MUST for r in core)


def test_an_id_is_area_verb_slug(declared: Requirement) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9-]*\.[a-z][a-z-]*\.[a-z0-9][a-z0-9-]*", declared.id)


def test_a_sentence_is_one_and_ends_with_a_period(declared: Requirement) -> None:
    assert re.fullmatch(r"[A-Z0-9`][^\n]*[^.\s]\.", declared.sentence)


def test_the_source_is_named(declared: Requirement) -> None:
    assert SOURCE.search(declared.source)


def test_level_and_releases_are_declared(declared: Requirement) -> None:
    assert isinstance(declared.level, Level)
    assert declared.releases
    assert all(isinstance(release, Release) for release in declared.releases)
    assert len(set(declared.releases)) == len(declared.releases)


def test_what_it_needs_the_shipped_target_of_each_of_its_releases_offers(
    declared: Requirement,
) -> None:
    for release in declared.releases:
        profile = read_profile(shipped(release), declared.variant)
        assert profile.config.exists()
        offers = {*profile.namespaces, NO_KEY, "clients", "uni", "http"}
        assert set(declared.needs) <= offers, release


def test_every_test_of_the_corpus_has_a_requirement() -> None:
    for file in FOLDER.rglob("test_*.py"):
        text = file.read_text()
        tests = re.findall(r"^def test_", text, re.MULTILINE)
        assert len(tests) == len(re.findall(r"^@requirement\(", text, re.MULTILINE)), file


def test_the_corpus_imports_nothing_of_the_reference_server_or_of_tests() -> None:
    for file in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not {"reference_server", "tests"} & {name.split(".")[0] for name in names}, file
