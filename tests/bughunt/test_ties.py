"""What lint says of keys that nothing ties to the clean code."""

import re
from pathlib import Path

import pytest

from bughunt.authoring.ties import loose_ends

OBSERVE = 'def observe(seed):\n    return {"asked": seed, "given": seed}\n\n\n'
TEST = 'def test_it(observed):\n    assert observed["given"] == observed["asked"]\n'


def said(*lists, test=TEST):
    """Return what is said of a detector with these lists."""
    return list(loose_ends("\n".join(lists) + "\n" + OBSERVE + test))


@pytest.mark.parametrize(
    "lists",
    [
        ['MATCHES_CLEAN = ("asked", "given")'],
        ['MATCHES_CLEAN = ("asked",)', 'MAY_DIFFER = ("given",)'],
        ['MAY_DIFFER = ("asked", "given")'],
    ],
    ids=["all tied", "one may differ", "all may differ"],
)
def test_nothing_is_said_where_every_key_is_decided_on(lists):
    """An author who has thought of each key is not asked again."""
    assert said(*lists) == []


def test_a_detector_without_lists_is_told_what_a_list_is_for():
    """Once, and not key by key."""
    (text,) = said()
    assert text.startswith("it has no MATCHES_CLEAN: in an exam, made-up data that obey the law")


@pytest.mark.parametrize(
    "test",
    [
        TEST,
        'def mine(it):\n    return it["given"]\n\n\n'
        'def test_it(observed):\n    assert mine(observed) == observed["asked"]\n',
    ],
    ids=["in a test", "in a function of any names"],
)
def test_a_key_that_is_read_and_not_listed_is_named(test):
    """Wherever it is read."""
    (text,) = said('MATCHES_CLEAN = ("asked",)', test=test)
    assert text.startswith("its tests read 'given', and MATCHES_CLEAN does not list that")


def test_a_listed_key_that_nothing_observes_is_named():
    """A misspelled key is missing on both sides, and so always agrees."""
    (text,) = said('MATCHES_CLEAN = ("asked", "given", "givne")')
    assert text.startswith("MATCHES_CLEAN lists 'givne', which nothing else in the file names")


def test_a_key_in_both_lists_is_named():
    """It cannot be both."""
    (text,) = said('MATCHES_CLEAN = ("asked", "given")', 'MAY_DIFFER = ("given",)')
    assert text == "'given' stands in MATCHES_CLEAN and in MAY_DIFFER. Decide for one."


@pytest.mark.parametrize("use", ["observed.items()", "observed", "len(observed)"])
def test_an_observation_that_is_judged_as_a_whole_is_told(use):
    """Nobody can say then which keys count."""
    (text,) = said(test=f"def test_it(observed):\n    assert {use}\n")
    assert text.startswith("its tests judge the observation as a whole")


def test_a_text_that_is_no_python_has_nothing_to_say():
    """Another complaint is about that."""
    assert list(loose_ends("def observe(seed:\n")) == []


def test_the_laws_of_ours_that_leave_room_are_all_documented():
    """Whoever holds an exam finds them on one page."""
    root = Path(__file__).parents[2]
    laws = {
        file.stem.removeprefix("test_")
        for file in (root / "tests/detectors").glob("test_*.py")
        if "\nMAY_DIFFER = " in file.read_text()
    }
    page = (root / "docs/jail.md").read_text()
    assert set(re.findall(r"^\| `(\w+_\w+_\w+)` \|", page, re.MULTILINE)) == laws
