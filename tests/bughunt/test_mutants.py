"""Mutants: every small change once, each of them Python, each of them a change of meaning."""

import ast
from pathlib import Path

import pytest

from bughunt.survey.mutants import mutants
from bughunt.survey.mutation_operators import OPERATORS

ROOT = Path(__file__).parents[2]


def changes(text):
    """Return what the mutants of a text replace, as pairs."""
    return {(it.before, it.after) for it in mutants(text, "shop.py")}


def test_a_small_function_has_the_mutants_that_one_counts_by_hand():
    """Two of the comparison, one of the default, and one for each return."""
    text = "def clip(x, low=0):\n    if x < low:\n        return low\n    return x\n"

    found = [(it.line, it.column, it.operator, it.after) for it in mutants(text, "shop.py")]

    assert found == [
        (1, 17, "constant", "1"),
        (2, 10, "comparison", "x <= low"),
        (2, 10, "comparison", "x >= low"),
        (3, 16, "return", "return None"),
        (4, 12, "return", "return None"),
    ]


@pytest.mark.parametrize(
    ("operator", "text", "changed"),
    [
        ("comparison", "a == b", ["a != b"]),
        ("comparison", "a is  not b", ["a is b"]),
        ("comparison", "a not in b", ["a in b"]),
        ("comparison", "0 < a <= b", ["0 < a < b", "0 < a > b", "0 <= a <= b", "0 >= a <= b"]),
        ("arithmetic", "a // b", ["a / b"]),
        ("arithmetic", "a += b", ["a -= b"]),
        ("arithmetic", "(a) @ (b)", ["(a) * (b)"]),
        ("boolean", "a and b or c", ["a and b and c", "a or b or c"]),
        ("unary", "not a", ["a"]),
        ("unary", "f(-a)", ["f(a)"]),
        ("condition", "b if f(a) else c", ["b if not (f(a)) else c"]),
        ("condition", "b if a < 1 else c", []),
        ("constant", "a = 1", ["a = 0", "a = 2"]),
        ("constant", "a = 0.5", ["a = 1.5"]),
        ("constant", "a = True", ["a = False"]),
        ("constant", "a = 'x'", ["a = ''"]),
        ("constant", "a = ''", ["a = 'x'"]),
        ("statement", "a.b = c", ["pass"]),
        ("statement", "a = b", []),
        ("statement", "a = f(a)", ["pass"]),
        ("argument", "f(a, b)", ["f(a)", "f(b, a)"]),
        ("argument", "f(a, b=c)", ["f(a)", "f(b=c)"]),
        ("argument", "max(a, b)", ["max(a)"]),
        ("argument", "a.transpose(1, 2)", ["a.transpose(1)"]),
        ("call", "a = min(b, c)", ["a = max(b, c)"]),
        ("call", "a = norm(b)", ["a = (b)"]),
        ("call", "a = b.float()", ["a = b"]),
        ("call", "a = int(b)", []),
        ("bound", "a[b:]", ["a[b + 1:]", "a[b - 1:]"]),
        ("bound", "range(n)", ["range(n + 1)", "range(n - 1)"]),
    ],
)
def test_operator_makes_these_changes_and_no_others(operator, text, changed):
    """Seen in what a text becomes."""
    found = (it for it in mutants(text, "shop.py") if it.operator == operator)

    assert sorted(it.apply(text) for it in found) == changed


@pytest.mark.parametrize(
    "text",
    [
        '"""Words: 1 < 2."""\n',
        'def f():\n    """Words."""\n    ...\n',
        "def f(a: 'int' = None) -> list[3]: ...\n",
        "a: 'text' = b\n",
        "__all__ = ['a', 'b']\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import os as system\n",
        "if __name__ == '__main__':\n    main(1)\n",
    ],
    ids=["docstring", "of a function", "annotations", "of a name", "all", "types", "script"],
)
def test_what_carries_no_behaviour_is_left_alone(text):
    """A change there would survive whatever is tested."""
    assert changes(text) == set()


@pytest.mark.parametrize(
    "text",
    ["raise ValueError('too large')", "print('a', 1)", "log.warning('a %s', b)"],
    ids=["raised", "printed", "logged"],
)
def test_of_a_message_only_the_statement_is_dropped(text):
    """Its words are for people."""
    assert changes(text) == {(text, "pass")}


def test_changes_that_compile_to_the_same_are_made_once_or_not_at_all():
    """The next number and the longer slice are one mutant; adding zero or not is none."""
    found = [it.apply("b = a[:3]") for it in mutants("b = a[:3]", "")]

    assert found == ["b = a[:3 + 1]", "b = a[:3 - 1]"]
    assert "a = 3 - 0" not in {it.apply("a = 3 + 0") for it in mutants("a = 3 + 0", "")}


def test_decorator_is_dropped_and_lines_stay_where_they_are():
    """The place of the decorator stays as an empty line."""
    text = "@cache\n@overload\ndef f():\n    ...\n"

    (mutant,) = mutants(text, "shop.py")

    assert mutant.apply(text) == "\n@overload\ndef f():\n    ...\n"


def test_columns_count_characters_and_not_bytes():
    """The syntax tree counts in UTF-8."""
    text = "größe = ('ä', 'ö' < x)\n"

    (mutant, _) = (it for it in mutants(text, "") if it.operator == "comparison")

    assert (mutant.line, mutant.column) == (1, 19)
    assert mutant.apply(text) == "größe = ('ä', 'ö' <= x)\n"


def test_an_operator_in_a_comment_is_not_taken_for_the_operator():
    """Between two operands there may be lines."""
    text = "a = (b  # <\n     < c)\n"

    assert {it.apply(text) for it in mutants(text, "")} == {
        "a = (b  # <\n     <= c)\n",
        "a = (b  # <\n     >= c)\n",
    }


def test_mutant_refuses_a_text_that_it_was_not_made_from():
    """The place would be another one."""
    (mutant, *_) = mutants("a = b < c\n", "shop.py")

    with pytest.raises(ValueError, match=r"shop\.py:1: there is no '.*b < c' here"):
        mutant.apply("\n\na = b < c\n")


MODULES = ["nanochat/loss_eval.py", "nanochat/sampling.py", "bughunt/running/outcome.py"]


@pytest.mark.parametrize("module", MODULES)
def test_every_mutant_of_a_module_is_python_and_another_program(module):
    """Every one compiles, and no two have the same syntax tree, the original included."""
    text = (ROOT / module).read_text()
    found = mutants(text, module)

    trees = [ast.dump(ast.parse(it.apply(text))) for it in found]

    assert len({*trees, ast.dump(ast.parse(text))}) == len(found) + 1


@pytest.mark.parametrize("module", MODULES)
def test_all_other_bytes_of_a_module_stay(module):
    """A mutant is one replacement, on the line that it names."""
    text = (ROOT / module).read_text()
    for mutant in mutants(text, module):
        before, after = text[: mutant.start], text[mutant.start + len(mutant.before) :]
        assert mutant.apply(text) == before + mutant.after + after
        assert mutant.lines[0] <= mutant.line <= mutant.lines[1]


def test_every_operator_is_at_work_somewhere():
    """An operator that makes nothing of large modules would be dead code."""
    files = [ROOT / "nanochat" / name for name in ("gpt.py", "dataloader.py")]
    used = {it.operator for file in files for it in mutants(file.read_text(), file.name)}

    assert used == set(OPERATORS)
