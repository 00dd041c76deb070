"""Operators prove themselves: their examples are tests."""

import ast

import msgspec
import pytest

from mutations import NoMatch, Operator, operator_names, operator_type, resolve, splice
from mutations.language.operator import Example


def _examples():
    for name in operator_names():
        for index, example in enumerate(operator_type(name).EXAMPLES):
            yield pytest.param(name, example, id=f"{name}-{index}")


def _operator(name: str, example: Example) -> Operator:
    return msgspec.convert({"operator": name, **example.fields}, operator_type(name))


@pytest.mark.parametrize(("name", "example"), list(_examples()))
def test_example_of_an_operator_gives_what_it_shows(name: str, example: Example):
    """An example's code becomes exactly its `after`; a near miss is refused with NoMatch."""
    operator = _operator(name, example)
    if example.after is None:
        with pytest.raises(NoMatch, match="matches nothing in example"):
            resolve(example.before, operator)
    else:
        assert splice(example.before, resolve(example.before, operator)) == example.after
        ast.parse(example.after)
