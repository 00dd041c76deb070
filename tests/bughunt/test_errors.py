"""Suggestions in error messages."""

from bughunt.errors import BankError, did_you_mean


def test_a_close_word_is_suggested():
    """The one that was meant, not all of them."""
    assert did_you_mean("hrad", ["easy", "hard"]) == "Did you mean 'hard'?"


def test_without_a_close_word_all_are_listed_in_order():
    """A few words can be read."""
    assert did_you_mean("x", {"hard", "easy"}) == "There is: easy, hard."
    assert did_you_mean("x", ()) == "There is none."


def test_of_many_words_only_the_nearest_are_listed():
    """A line stays a line, however large the catalogue."""
    words = [f"law_{number:02}" for number in range(40)]
    assert did_you_mean("7", words) == "There are 40, the nearest: law_37, law_27, law_17."


def test_a_bank_error_has_one_line_for_each_problem():
    """Programs can take them apart."""
    error = BankError(["a: 1", "b: 2"])
    assert str(error) == "a: 1\nb: 2"
    assert (error.problems, error.exit_code) == (("a: 1", "b: 2"), 2)
