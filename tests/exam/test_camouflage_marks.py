"""Whose copy it was: found through edits and formatters, and never put on somebody else."""

import itertools
import random
import re
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bughunt.exam.camouflage.disguise import camouflage
from bughunt.exam.camouflage.marks import PUBLIC, Copies, marks, tail
from bughunt.exam.camouflage.planning import _Outer
from bughunt.mutate import clean_tree
from bughunt.spec import load_bank

pytestmark = pytest.mark.slow
PLACES = st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda it: tuple(sorted(it)))
SEEDS = {f"candidate {number}": number.to_bytes(32, "big") for number in range(200)}


@pytest.fixture(scope="module")
def clean():
    """Return the public tree."""
    return clean_tree(load_bank(None))


@pytest.fixture(scope="module")
def known(clean):
    """Return what is known of all copies."""
    return Copies(clean, SEEDS)


@pytest.fixture(scope="module")
def copies(clean):
    """Return the copies of three candidates."""
    return {name: camouflage(clean, SEEDS[name]).texts for name in list(SEEDS)[:3]}


def certain(texts, known):
    """Return the copies that accident does not explain."""
    return [it.copy for it in known.whose(texts) if it.certain]


def test_each_copy_is_known_among_two_hundred(known, copies):
    """And nobody else is."""
    assert [certain(texts, known) for texts in copies.values()] == [[name] for name in copies]


def test_a_copy_is_known_after_a_third_was_rewritten_and_all_of_it_formatted(
    clean, known, copies, tmp_path
):
    """Functions come from the public tree, some names are new, and a formatter has the rest."""
    generator = random.Random(0)
    texts = {
        path: clean[path] if generator.random() < 0.3 else re.sub(r"\b(ids|text)\b", r"my_\1", text)
        for path, text in copies["candidate 1"].items()
    }
    assert certain(_formatted(texts, tmp_path), known)[0] == "candidate 1"


def _formatted(texts, folder):
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "-q", "--line-length", "79"]
    subprocess.run([*command, str(folder)], check=True)
    return {path: (folder / path).read_text() for path in texts}


def test_a_mixture_of_two_copies_names_both(known, copies):
    """File by file from one or the other."""
    one, other, _ = copies.values()
    mixed = {path: (one, other)[number % 2][path] for number, path in enumerate(sorted(one))}
    assert set(certain(mixed, known)) == {"candidate 0", "candidate 1"}


def test_the_public_tree_is_nobodys_copy(clean, known):
    """Who hands it in did not start from his own."""
    assert certain(clean, known) == [PUBLIC]


def test_line_ends_of_another_system_hide_nothing(known, copies):
    """Nor does what a mail programme or an editor makes of them."""
    texts = {path: text.replace("\n", "\r\n") for path, text in copies["candidate 2"].items()}
    assert certain(texts, known) == ["candidate 2"]


def test_a_tree_without_sites_says_nothing(known):
    """No bit is read, so none can agree by accident."""
    answers = known.whose({"nanochat/gpt.py": "x = (\n"})
    assert {(it.read, it.chance) for it in answers} == {(0, 1.0)}


def test_the_chance_of_agreement_is_counted_as_it_is_for_coins():
    """All throws of eight coins, one by one."""
    throws = [sum(it) for it in itertools.product((0, 1), repeat=8)]
    counted = [sum(it >= heads for it in throws) / 2**8 for heads in range(9)]
    assert [tail(heads, 8) for heads in range(9)] == counted


def test_copies_of_others_agree_as_often_as_coins_do(known, copies):
    """Of two hundred, the mean of agreements is a half, and their spread that of fair bits."""
    _own, *others = known.whose(copies["candidate 0"])
    shares = [it.agreeing / it.read for it in others if it.copy != PUBLIC]
    mean = sum(shares) / len(shares)
    spread = (sum((it - mean) ** 2 for it in shares) / len(shares)) ** 0.5
    fair = 0.5 / others[0].read ** 0.5
    assert abs(mean - 0.5) < 4 * fair / len(shares) ** 0.5
    assert 0.75 < spread / fair < 1.25


@given(st.lists(PLACES, max_size=6), PLACES)
def test_a_place_is_held_as_a_look_at_each_other_place_says(places, inner):
    """The same place holds it, but does not hold more."""
    outer = _Outer(places)
    holding = [it for it in places if it[0] <= inner[0] and inner[1] <= it[1]]
    assert outer.hold(*inner) == bool(holding)
    assert outer.hold_within(*inner) == any(it != inner for it in holding)


def test_a_text_of_nothing_but_sites_is_read_in_a_moment():
    """Each of them is compared with few others."""
    started = time.process_time()
    assert len(marks({"a.py": "a=1\nb=2\n" * 8000})) == 8000
    assert time.process_time() - started < 10
