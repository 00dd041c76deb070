"""From an edited text back to the edits: what is derived gives that text again, to the byte."""

import pytest

from bughunt.authoring.deriving import derive
from bughunt.mutate import mutate
from bughunt.spec import load_bank
from mutations import operator_names, operator_type, resolve, splice

PATH = "example.py"


def applied(text, edits):
    """Apply edits as ``mutate`` does."""
    return splice(text, [it for edit in edits for it in resolve(text, edit)])


def examples():
    """List every example of every operator that changes something."""
    return [
        pytest.param(example, id=f"{name}-{number}")
        for name in operator_names()
        for number, example in enumerate(operator_type(name).EXAMPLES)
        if example.after is not None
    ]


@pytest.mark.parametrize("example", examples())
def test_examples_of_every_operator_are_derived_from_their_texts(example):
    """Code before and after is all that is known."""
    derived = derive(example.before, example.after, PATH)
    assert derived.problems == ()
    assert applied(example.before, derived.edits) == example.after


@pytest.mark.slow
@pytest.mark.parametrize("bug", load_bank().bugs)
def test_every_bug_of_the_catalogue_is_derived_from_its_texts(bug):
    """Whatever somebody has written as an edit can be found again."""
    bank = load_bank()
    tree = mutate(bank, [bank.bugs[bug]])
    for path in (path for path in tree.clean if tree.clean[path] != tree.mutated[path]):
        derived = derive(tree.clean[path], tree.mutated[path], path)
        assert derived.problems == ()
        assert applied(tree.clean[path], derived.edits) == tree.mutated[path]
