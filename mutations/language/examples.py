"""Operators prove themselves: what an operator shows in its examples is tried."""

import inspect

import msgspec

from mutations.language.errors import MutationError, NoMatch
from mutations.language.operator import Example, Operator
from mutations.language.replacement import splice
from mutations.language.resolve import resolve


def broken_examples(operator: type[Operator]) -> list[str]:
    """Say what is wrong with an operator's examples; nothing when each gives what it shows.

    There have to be a change and a near miss, and a docstring that says what changes.
    """
    examples = operator.EXAMPLES
    name = str(operator.__struct_config__.tag)
    found = [
        f"{name}, example {number}: {fault}"
        for number, example in enumerate(examples, 1)
        if (fault := _fault(operator, example)) is not None
    ]
    if all(example.after is None for example in examples):
        found.append(f"{name} shows no change. Give EXAMPLES an Example(before, after, ...).")
    if all(example.after is not None for example in examples):
        found.append(f"{name} shows no near miss. Give EXAMPLES an Example(code, None, ...).")
    if operator.__doc__ == Operator.__doc__ or not inspect.cleandoc(operator.__doc__ or ""):
        found.append(f"{name} does not say what it changes. Write a docstring.")
    return found


def _fault(operator: type[Operator], example: Example) -> str | None:
    """Return why an example does not give what it shows."""
    try:
        edit = msgspec.convert(
            {"operator": operator.__struct_config__.tag, **example.fields}, operator
        )
        after = splice(example.before, resolve(example.before, edit))
    except msgspec.ValidationError as error:
        return f"its fields do not fit: {error}."
    except NoMatch as error:
        return None if example.after is None else str(error)
    except MutationError as error:
        return str(error)
    if example.after is None:
        return f"it is a near miss, and becomes {after!r}."
    return None if after == example.after else f"it becomes {after!r}, not {example.after!r}."
