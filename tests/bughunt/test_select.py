"""Choosing bugs: by level, by id, by chance."""

import subprocess
import sys

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bughunt.errors import SelectionError
from bughunt.select import Terms, select_bugs, select_level, select_random
from bughunt.spec import Bank, Bug, Expect


def many(names) -> Bank:
    """Return a bank of bugs without edits, each with a detector of its own."""
    bugs = {
        name: Bug(
            id=name,
            symptom="It is wrong.",
            topics=("any",),
            difficulty=2,
            edits=(),
            detector=f"law_of_{name}",
            expect=Expect("assertion"),
            hints=("a", "b", "c"),
            explanation="d",
            reference="e",
        )
        for name in names
    }
    return Bank(
        path=None, label="levels.yaml", root=None, packages=(), files=(), detectors=None,
        impacts={}, levels={}, bugs=bugs, lines={},
    )  # fmt: skip


ALPHABET = many("abcdefghij")


def test_a_level_keeps_its_order_title_and_time(bank):
    """The hunter's numbering is the order in which the level lists its bugs."""
    selection = select_level(bank, "short")
    assert [bug.id for bug in selection.bugs] == ["mean_divisor_off_by_one", "sum_starts_at_one"]
    assert (selection.title, selection.minutes) == ("Sums and means", 20)
    assert (selection.origin, selection.seed) == ("level short", None)


def test_an_unknown_level_names_the_close_one_or_all(bank):
    """Somebody who mistypes sees what to type."""
    with pytest.raises(SelectionError, match=r"no level 'shrt'\. Did you mean 'short'\?"):
        select_level(bank, "shrt")
    with pytest.raises(SelectionError, match=r"no level 'hard'\. There is: short\."):
        select_level(bank, "hard")


def test_chosen_bugs_keep_the_order_in_which_they_are_named():
    """Ten minutes for each step of difficulty are planned."""
    selection = select_bugs(ALPHABET, ["c", "a"])
    assert [bug.id for bug in selection.bugs] == ["c", "a"]
    assert (selection.title, selection.minutes) == ("A hunt for 2 bugs", 40)
    assert selection.origin == "bugs"


def test_a_choice_that_makes_no_sense_is_refused(bank):
    """Unknown, doubled and missing names each say so."""
    with pytest.raises(SelectionError, match=r"no bug 'sum_start'. Did you mean 'sum_starts_at"):
        select_bugs(bank, ["sum_start"])
    with pytest.raises(SelectionError, match=r"bug 'a' is named twice. Remove one."):
        select_bugs(ALPHABET, ["a", "a"])
    with pytest.raises(SelectionError, match=r"no bug is named. There is: mean_.*, sum_starts"):
        select_bugs(bank, [])


def test_bugs_that_share_a_detector_are_not_chosen_together():
    """Fixing one of them could not be told from fixing the other."""
    twin = msgspec.structs.replace(ALPHABET.bugs["a"], id="z")
    bank = msgspec.structs.replace(ALPHABET, bugs=ALPHABET.bugs | {"z": twin})
    with pytest.raises(SelectionError, match="bugs 'a' and 'z' share the detector 'law_of_a'"):
        select_bugs(bank, ["a", "z"])
    assert len(select_random(bank, 10, 0).bugs) == 10
    with pytest.raises(SelectionError, match=r"11 bugs .* is asked for, and levels.yaml has 10"):
        select_random(bank, 11, 0)


def test_a_draw_of_no_bugs_is_refused():
    """Zero is no hunt."""
    with pytest.raises(SelectionError, match=r"0 bugs cannot be drawn. Ask for 1 or more"):
        select_random(ALPHABET, 0, 7)


def test_a_draw_is_the_same_for_ever():
    """An exam must be drawn again years later; the literal was computed once."""
    selection = select_random(ALPHABET, 3, 7)
    assert [bug.id for bug in selection.bugs] == ["j", "d", "g"]
    assert (selection.origin, selection.seed) == ("random 3 seed 7", 7)


@settings(deadline=None, max_examples=50)
@given(order=st.permutations("abcdefghij"), seed=st.integers())
def test_a_draw_does_not_depend_on_the_order_of_the_catalogue(order, seed):
    """Bugs may be moved about in levels.yaml."""
    ids = [bug.id for bug in select_random(many(order), 4, seed).bugs]
    assert ids == [bug.id for bug in select_random(ALPHABET, 4, seed).bugs]
    assert len(set(ids)) == 4


def test_seeds_of_opposite_sign_draw_differently():
    """Python's generator takes -7 and 7 for the same seed."""
    draws = {tuple(bug.id for bug in select_random(ALPHABET, 10, s).bugs) for s in (-7, 7)}
    assert len(draws) == 2


def test_every_bug_is_drawn_equally_often():
    """Over 2,000 seeds each of ten bugs is among three drawn about 600 times."""
    counts = dict.fromkeys(ALPHABET.bugs, 0)
    for seed in range(2000):
        for bug in select_random(ALPHABET, 3, seed).bugs:
            counts[bug.id] += 1
    assert all(500 < count < 700 for count in counts.values())


GRADED = msgspec.structs.replace(
    ALPHABET,
    bugs={
        name: msgspec.structs.replace(
            bug,
            topics=("vowels", "letters") if name in "aei" else ("letters", "consonants"),
            difficulty=place % 5 + 1,  # a and f 1, b and g 2, c and h 3, d and i 4, e and j 5
        )
        for place, (name, bug) in enumerate(ALPHABET.bugs.items())
    },
)
TERMS = {
    "one topic": (Terms(("vowels",)), "aei"),
    "either topic": (Terms(("vowels", "consonants")), "abcdefghij"),
    "difficulty": (Terms(difficulty=(2, 3)), "bcgh"),
    "one difficulty": (Terms(difficulty=(5, 5)), "ej"),
    "both": (Terms(("vowels",), (4, 5)), "ei"),
}


@pytest.mark.parametrize(("terms", "fitting"), TERMS.values(), ids=TERMS)
def test_a_draw_takes_exactly_the_bugs_that_fit(terms, fitting):
    """One topic of several is enough; both ends of the range belong to it."""
    drawn = select_random(GRADED, len(fitting), 3, terms).bugs
    assert sorted(bug.id for bug in drawn) == list(fitting)
    asked = rf"{len(fitting) + 1} bugs.* is asked for, and levels.yaml has {len(fitting)}\. Ask"
    with pytest.raises(SelectionError, match=asked):
        select_random(GRADED, len(fitting) + 1, 3, terms)


def test_terms_leave_out_bugs_and_keep_the_order_of_the_rest():
    """The same seed draws the same, and a bug keeps its place whatever the others are."""
    everything = [bug.id for bug in select_random(GRADED, 10, 7).bugs]
    terms = Terms(("consonants",), (1, 3))
    selection = select_random(GRADED, 4, 7, terms)
    fitting = [name for name in everything if name in "bcfgh"]
    assert [bug.id for bug in selection.bugs] == fitting[:4]
    assert selection.origin == "random 4 on consonants of difficulty 1-3 seed 7"


def test_terms_that_nothing_fits_say_so():
    """An unknown topic is a slip; a range without bugs is told apart from one with too few."""
    with pytest.raises(SelectionError, match=r"no topic 'vowel'. Did you mean 'vowels'\?"):
        select_random(GRADED, 1, 0, Terms(("letters", "vowel")))
    terms = Terms(("vowels",), (2, 3))
    told = r"one bug on vowels of difficulty 2-3 .* levels.yaml has 0. Ask for bugs of another kind"
    with pytest.raises(SelectionError, match=told):
        select_random(GRADED, 1, 0, terms)


def test_selecting_needs_no_click_rich_or_torch():
    """The stages before the command line stay light."""
    code = "import bughunt.select, sys; print({'click', 'rich', 'torch'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"
