"""The comparison of programs finds each sort of change that camouflage must not make."""

import pytest

from bughunt.exam.camouflage.sameness import differences

BEFORE = """
LIMIT = 3
OTHER = 4

def f(values, limit=kept):
    total = 0
    for value in values:
        total += value if value < limit else LIMIT
    kept = [it for it in values if it is not None]
    print(total, kept, sorted)
    return g(a=total, b=limit)

def g(a, b): ...
"""
CHANGES = {
    "a number": ("LIMIT = 3", "LIMIT = 5"),
    "an operator": ("total += value", "total -= value"),
    "an order that is not turned as a whole": ("value < limit", "limit < value"),
    "an order that takes in the limit": ("value < limit", "limit >= value"),
    "a choice without its denial": (
        "value if value < limit else LIMIT",
        "LIMIT if value < limit else value",
    ),
    "a denial": ("is not None", "is None"),
    "a name in one place only": ("print(total", "print(value"),
    "a parameter": ("limit", "bound"),
    "a global, wherever it is used": ("sorted", "reversed"),
    "a local, and a default that is no local": ("kept", "retained"),
    "a name that a global has": ("kept", "sorted"),
    "two names that become one": ("kept", "value"),
    "a keyword": ("b=limit", "b=LIMIT"),
    "a statement": ("    print(total, kept, sorted)\n", ""),
}


@pytest.mark.parametrize("name", CHANGES)
def test_another_program_is_told_from_the_same(name):
    """Each of these is one word of the text."""
    old, new = CHANGES[name]
    assert old in BEFORE
    (said,) = differences({"m.py": BEFORE}, {"m.py": BEFORE.replace(old, new)})
    assert said.startswith("m.py: in ")


def test_the_same_program_in_other_forms_is_the_same():
    """All that the kinds of camouflage allow, at once."""
    after = BEFORE
    for old, new in (
        ("LIMIT = 3\nOTHER = 4", "OTHER = 4\nLIMIT = 3"),
        ("total", "overall"),
        ("value < limit", "limit > value"),
        ("g(a=overall, b=limit)", "g(b=limit, a=overall)"),
        ("return g(", "result = g("),
        ("a=overall)\n", "a=overall)\n    return result\n"),
    ):
        assert old in after
        after = after.replace(old, new)
    assert differences({"m.py": BEFORE}, {"m.py": after}) == ()


def test_other_files_are_another_tree():
    """A file that is left out is said by name."""
    assert differences({"m.py": ""}, {}) == ("other files: ['m.py']",)
