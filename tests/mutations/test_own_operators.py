"""Operators of other packages: found by their entry points, and held to the same examples."""

import json
import re
import shutil
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bughunt.authoring.schema import schema_text
from bughunt.cli import bughunt
from bughunt.mutate import mutate
from bughunt.spec import load_bank
from mutations import (
    Example,
    Operator,
    UnknownOperator,
    broken_examples,
    operator_names,
    operator_type,
    resolve,
)

EXAMPLE = Path(__file__).parents[2] / "examples" / "operators"
GROUP = '[project.entry-points."bughunt.operators"]'
BANK = """\
version: 1
source: {root: ., packages: [purse]}
detectors: tests
levels: {}
bugs:
  debts_taken_for_savings:
    symptom: Whoever owes money is told to be rich.
    topics: [money]
    difficulty: 1
    edits:
      - {operator: forget_sign, target: "purse/__init__.py::left", match: income - spent}
    detector: debts_are_negative
    expect: assertion
    hints: [Think of debts., Print what is left., Look at the sign.]
    explanation: The sign was forgotten.
    reference: everywhere
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Return a function that registers entry points, as an installed package does."""
    monkeypatch.syspath_prepend(tmp_path)

    def registered(**points):
        info = tmp_path / "theirs-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1\n")
        lines = "".join(f"{name} = {value}\n" for name, value in points.items())
        (info / "entry_points.txt").write_text(f"[bughunt.operators]\n{lines}")
        return tmp_path

    yield registered
    sys.modules.pop("forget_sign", None)


@pytest.fixture
def worked_example(install):
    """Install the operator of examples/operators, by the entry point that it declares."""
    declared = (EXAMPLE / "pyproject.toml").read_text().partition(GROUP)[2]
    folder = install(**dict(re.findall(r'^(\w+) = "([\w.:]+)"$', declared, re.MULTILINE)))
    shutil.copy(EXAMPLE / "forget_sign.py", folder)
    return folder


def test_an_operator_of_another_package_makes_bugs(worked_example):
    """An edit names it as any other; the result is proved by the same rules."""
    for name, text in {
        "levels.yaml": BANK,
        "purse/__init__.py": "def left(income, spent):\n    return income - spent\n",
        "tests/test_debts_are_negative.py": "",
    }.items():
        (worked_example / name).parent.mkdir(exist_ok=True)
        (worked_example / name).write_text(text)
    bank = load_bank(worked_example / "levels.yaml")
    mutated = mutate(bank, bank.bugs.values()).mutated["purse/__init__.py"]
    assert mutated == "def left(income, spent):\n    return abs(income - spent)\n"


@pytest.mark.usefixtures("worked_example")
def test_an_operator_of_another_package_is_listed_checked_and_completed():
    """The command tries its examples, and the schema knows its fields."""
    result = CliRunner().invoke(bughunt, ["bank", "operators"])
    assert result.exit_code == 0, result.output
    assert "forget_sign" in result.output
    assert "Take the absolute value of an expression." in result.output
    assert "ForgetSign" in json.loads(schema_text())["$defs"]


@pytest.mark.usefixtures("worked_example")
def test_the_test_that_comes_with_the_worked_example_passes():
    """An author of an operator has one line to write."""
    assert broken_examples(operator_type("forget_sign")) == []


def test_every_operator_of_ours_passes_the_check_of_others():
    """One rule for all."""
    assert {name: broken_examples(operator_type(name)) for name in operator_names()} == {
        name: [] for name in operator_names()
    }


class Careless(Operator, frozen=True):
    """Write something else."""

    match: str
    EXAMPLES = (
        Example("a = b\n", "a = c\n", match="b"),
        Example("a = b\n", None, match="b"),
        Example("a = x\n", "a = d\n", match="b"),
        Example("a = b\n", "a = d\n", mach="b"),
        Example("a = (b\n", "a = d\n", match="b"),
    )

    def apply(self, code):
        """Write `d` for what matches."""
        return (code.replace(site.node, "d", {}) for site in code.expressions(self.match))


def test_examples_that_do_not_hold_are_told_one_by_one():
    """Other code, a near miss that is hit, a hit that is missed, a wrong field, no Python."""
    told = broken_examples(Careless)
    assert told[0] == "careless, example 1: it becomes 'a = d\\n', not 'a = c\\n'."
    assert told[1] == "careless, example 2: it is a near miss, and becomes 'a = d\\n'."
    assert "example 3: pattern `b` matches nothing" in told[2]
    assert "example 4: its fields do not fit: Object contains unknown field `mach`." in told[3]
    assert "example 5: " in told[4]


def test_an_operator_without_examples_is_told():
    """A change and a near miss have to be shown."""

    class Silent(Operator, frozen=True):
        pass

    told = " ".join(broken_examples(Silent))
    assert "shows no change" in told
    assert "shows no near miss" in told
    assert "does not say what it changes" in told


@pytest.mark.parametrize(
    ("point", "told"),
    [
        ("os:getcwd", r"os:getcwd is no mutations\.Operator"),
        ("nothing_like_it:It", "cannot be imported: ModuleNotFoundError"),
        ("mutations.drop_statement:DropStatement", "Register it as drop_statement"),
    ],
    ids=["no operator", "no module", "other name"],
)
def test_a_registered_thing_that_is_no_operator_is_told(install, point, told):
    """The message names the entry point, and no command ends in a traceback."""
    install(theirs=point)
    assert "theirs" in operator_names()
    with pytest.raises(UnknownOperator, match=told):
        operator_type("theirs")
    for command in ("operators", "schema"):
        result = CliRunner().invoke(bughunt, ["bank", command])
        assert result.exit_code in (1, 2)
        assert "operator 'theirs': " in result.output


def test_an_edit_that_a_careless_operator_makes_is_refused():
    """The post-checks are not the operator's: what it gives has to be code that differs."""

    class Idle(Careless, frozen=True):
        def apply(self, code):
            return (code.replace(site.node, "b", {}) for site in code.expressions(self.match))

    with pytest.raises(Exception, match="the edit changes nothing"):
        resolve("a = b\n", Idle(target="x.py", match="b"))
