"""No one-line fault in a decoder of ours gets past the vectors, but those that change nothing."""

from collections.abc import Sequence
from types import ModuleType

import pytest

from . import javascript_mutants, python_mutants
from .equivalents import EQUIVALENTS, applies, is_equivalent
from .operators import Mutant, mutants

LANGUAGES = {"Python": python_mutants, "JavaScript": javascript_mutants}
SAMPLE = {"Python": 15, "JavaScript": 12}
"""Faults of each that are tried whenever all tests are run."""


def mutants_of(kit: ModuleType) -> list[Mutant]:
    """Every fault."""
    return [
        mutant
        for file, left_alone in kit.FILES.items()
        for mutant in mutants(file, pristine(kit, file), left_alone)
    ]


def pristine(kit: ModuleType, file: str) -> str:
    """The program without a fault."""
    text: str = (kit.FOLDER / file).read_text()
    return text


def named(found: Sequence[Mutant]) -> str:
    return "\n".join(mutant.name for mutant in found)


def every(count: int, faulty: Sequence[Mutant]) -> list[Mutant]:
    """So many of them, evenly."""
    return list(faulty[len(faulty) // count // 2 :: len(faulty) // count])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sample_of_faults_is_found(language: str) -> None:
    kit = LANGUAGES[language]
    faulty = [mutant for mutant in mutants_of(kit) if not is_equivalent(mutant)]
    missed = kit.survivors(every(SAMPLE[language], faulty), kit.all_cases())
    assert not missed, named(missed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_has_no_fault_passes(language: str) -> None:
    kit = LANGUAGES[language]
    whole = [mutant._replace(text=pristine(kit, mutant.file)) for mutant in mutants_of(kit)[:1]]
    assert kit.survivors(whole, kit.all_cases()) == whole


def test_there_are_many() -> None:
    assert all(len(mutants_of(kit)) >= 150 for kit in LANGUAGES.values())


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_is_found_or_changes_nothing(language: str) -> None:
    kit = LANGUAGES[language]
    found = kit.survivors(mutants_of(kit), kit.all_cases())
    missed = [mutant for mutant in found if not is_equivalent(mutant)]
    assert not missed, named(missed)
    entries = [entry for file in kit.FILES for entry in EQUIVALENTS.get(file, [])]
    stale = [entry for entry in entries if not any(applies(entry, mutant) for mutant in found)]
    assert not stale, "these are found out, or are no more"
