"""The wrong servers are what they say, and the corpus catches a few of each dialect here."""

from collections import Counter

import pytest

from centrifugo_grpc.releases import Release
from tests.mutants.declaring import Mutant
from tests.mutants.patching import patched
from tests.mutants.register import AREAS, MUTANTS
from tests.mutants.running import corpus, judging, known_differences, right, runs

CORPUS = [case.requirement for case in corpus()]
SAMPLE = [
    ("publish-offset-before", Release.V6_9),
    ("broadcast-answers-backward", Release.V6_9),
    ("presence-counts-clients-as-users", Release.V6_9),
    ("publish-empty-data", Release.V2_8),
    ("stored-up-to-nul", Release.V2_8),
    ("history-remove-does-nothing", Release.V2_8),
]


def test_no_two_mutants_have_one_name() -> None:
    names = Counter(mutant.name for area in AREAS for mutant in area.mutants)
    assert [name for name, count in names.items() if count > 1] == []


def test_mutants_say_what_is_wrong_in_a_sentence() -> None:
    wrongs = {name: mutant.wrong for name, mutant in MUTANTS.items()}
    assert [name for name, wrong in wrongs.items() if not wrong.endswith(".")] == []
    assert [name for name, wrong in wrongs.items() if "\n" in wrong] == []


def test_mutants_break_rules_that_each_of_their_releases_has() -> None:
    without: list[tuple[str, object]] = []
    for name, mutant in MUTANTS.items():
        broken = [requirement for requirement in CORPUS if mutant.is_broken(requirement.id)]
        ids = [f"{requirement.id}." for requirement in broken]
        had = {release for requirement in broken for release in requirement.releases}
        without += [(name, release) for release in mutant.releases if release not in had]
        without += [
            (name, each)
            for each in mutant.breaks
            if not any(told.startswith(f"{each}.") for told in ids)
        ]
    assert without == []


def test_no_mutant_breaks_what_the_reference_server_does_not_keep() -> None:
    known = known_differences()
    assert [(m.name, each) for m in MUTANTS.values() for each in known if m.is_broken(each)] == []


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=list(MUTANTS))
def test_a_mutant_changes_the_server(mutant: Mutant) -> None:
    with patched(mutant.patch) as changed:
        assert changed


@pytest.mark.parametrize("release", sorted({release for _, release in SAMPLE}), ids=str)
def test_the_corpus_catches_wrong_servers_and_no_right_one(release: Release) -> None:
    sample = [MUTANTS[name] for name, of in SAMPLE if of is release]
    for mutant in sample:
        (found,) = runs(mutant, release)
        assert found.by, f"{mutant.name}: {found.trouble}"
    cases = [case for mutant in sample for case in judging(mutant, release)]
    assert right(release, cases).by == ()
