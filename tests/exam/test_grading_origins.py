"""Whose copy a submission was written in, on the code that comes with bughunt."""

import hashlib

import pytest

from bughunt.exam.answers import Answers, Entry
from bughunt.exam.camouflage.disguise import disguised
from bughunt.exam.grading.intake import HandedIn
from bughunt.exam.grading.origins import Origins
from bughunt.exam.grading.record import Findings
from bughunt.mutate import clean_tree, mutate
from bughunt.spec import load_bank

pytestmark = pytest.mark.slow
FILE = "nanochat/gpt.py"


@pytest.fixture(scope="module")
def bank():
    """Return the bank that comes with bughunt."""
    return load_bank(None)


@pytest.fixture(scope="module")
def origins(bank):
    """Return what knows the copies of two."""
    entries = tuple(
        Entry(
            student_id=name, candidate=name, bugs=(), seed="", camouflage=_seed(name).hex(),
            minutes=60, opens=None, deadline=None,
        )
        for name in ("ada", "bob")
    )  # fmt: skip
    answers = Answers(
        exam="e", attempt=1, proof_seeds=(), window=(0, 0), conflicts=(), entries=entries
    )
    return Origins(bank, answers)


def remarks(origins, text, candidate, faults=()):
    """Return what is said of a submission with this text."""
    submission = HandedIn(
        source="x", files={FILE: text.encode()}, names=(), refused=(), modified=None, digest="",
        candidate=candidate,
    )  # fmt: skip
    return origins.remarks(submission, Findings(changed=(FILE,), faults=faults))


def test_a_file_of_another_candidate_is_told(bank, origins):
    """With how many marks agree; one's own is not."""
    text = disguised(mutate(bank, ()), _seed("ada")).mutated[FILE]
    (said,) = remarks(origins, text, "bob")
    assert said.endswith("marks of the copy of ada")
    assert remarks(origins, text, "ada") == ()


def test_a_file_of_the_public_code_is_told(bank, origins):
    """Whoever puts it in place of the own one restores every bug of it."""
    (said,) = remarks(origins, clean_tree(bank)[FILE], "bob")
    assert said.endswith("marks of the public code")


def test_a_file_that_no_jail_could_parse_is_not_read(origins):
    """It might harm a parser."""
    assert remarks(origins, "(" * 10**6, "bob", faults=(f"{FILE}: cannot be parsed",)) == ()


def _seed(name):
    return hashlib.sha256(name.encode()).digest()
