"""The dialogue: what is typed becomes one answer, and any other key leads back."""

import pytest

from bughunt.desk.dialogue import Dialogue
from bughunt.desk.screen import Page

SIZE = (80, 24)


def chosen(keys, answers=("1", "2", "12")):
    """Return the answers that these keys lead to, and whether the question is still there."""
    dialogue, done = Dialogue(), []
    dialogue.ask("Which?", {it: lambda it=it: done.append(it) for it in answers})
    for key in keys:
        if action := dialogue.take(key, SIZE):
            action()
    return done, dialogue.is_open


@pytest.mark.parametrize(
    ("keys", "answer"),
    [("2", "2"), ("12", "12"), ("1\n", "1"), ("1\x7f2", "2"), ("\x7f\b2", "2")],
    ids=["at once", "two digits", "enter", "taken back", "nothing to take back"],
)
def test_an_answer_is_taken_as_soon_as_it_can_be_no_other(keys, answer):
    """1 may be the beginning of 12, until Enter says that it is not."""
    assert chosen(keys) == ([answer], False)


@pytest.mark.parametrize("keys", ["3", "x", "\x1b", "1x"])
def test_a_key_that_fits_no_answer_leaves_the_question(keys):
    """And nothing is done."""
    assert chosen(keys) == ([], False)


def test_enter_without_an_answer_waits_for_one():
    """It is the end of nothing."""
    assert chosen("\n") == ([], True)


def test_what_is_typed_is_seen_behind_the_question():
    """Until the answer is complete."""
    dialogue = Dialogue()
    dialogue.ask("Which?", {"12": list})
    dialogue.take("1", SIZE)
    assert dialogue.prompt == "Which? (any other key: back) 1"


def test_a_page_is_turned_until_another_key_leads_back():
    """The size of the terminal says how far."""
    dialogue = Dialogue()
    dialogue.show(Page("\n".join(map(str, range(30)))))
    dialogue.take(" ", (80, 12))
    assert dialogue.page.top == 10
    dialogue.take("b", (80, 12))
    assert dialogue.page.top == 0
    assert dialogue.take("q", SIZE) is None
    assert not dialogue.is_open
