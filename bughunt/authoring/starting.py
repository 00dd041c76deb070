"""A bank to begin with: one bug that is proved, its detector, and what editors want."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bughunt.authoring.schema import NAME as SCHEMA
from bughunt.authoring.schema import head, schema_text
from bughunt.errors import BankError
from bughunt.mutate import read
from bughunt.placement import place_new
from bughunt.spec import DEFAULT_BANK

_CONFTEST = DEFAULT_BANK.parent / "tests" / "detectors" / "conftest.py"
_DETECTORS = "tests/detectors"


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What a first bug is made of: texts of levels.yaml, and of the detector."""

    package: str
    path: str  # of the module
    symbol: str
    bug: str
    symptom: str
    topic: str
    match: str
    by: str
    law: str
    hints: tuple[str, str, str]
    explanation: str
    detector: str
    files: tuple[tuple[str, str], ...] = ()  # of an example package


_EXAMPLE = Start(
    package="tally",
    path="tally/bill.py",
    symbol="shares",
    bug="cents_of_the_rest_lost",
    symptom="What the guests pay together is sometimes a few cents less than the bill.",
    topic="whole numbers",
    match="share + 1",
    by="share",
    law="shares_add_up_to_the_bill",
    hints=(
        "What cannot be divided has to be paid by somebody.",
        "Look at what those pay who come first.",
        "The first ones pay a cent more than the others.",
    ),
    explanation="The rest of the division was paid by nobody. Add up what was split.",
    detector='''\
"""What all pay together is the bill."""

import random

MATCHES_CLEAN = ("totals", "paid")


def observe(seed):
    """Splits some bills, of which most leave a rest."""
    from tally.bill import shares

    chance = random.Random(seed)
    bills = [(chance.randrange(10_000), chance.randrange(2, 9)) for _ in range(50)]
    return {"totals": [total for total, _ in bills], "paid": [sum(shares(*it)) for it in bills]}


def test_shares_add_up_to_the_bill(observed):
    """Nobody pays for what is not on the bill, and nothing is left unpaid."""
    assert observed["paid"] == observed["totals"]
''',
    files=(
        ("tally/__init__.py", '"""Bills, and who pays them."""\n'),
        (
            "tally/bill.py",
            '''\
"""A bill that is split."""


def shares(total: int, people: int) -> list[int]:
    """Split cents among people, as evenly as whole cents allow."""
    share, rest = divmod(total, people)
    return [share + 1] * rest + [share] * (people - rest)
''',
        ),
    ),
)


def start(folder: Path, package: str | None) -> tuple[Path, ...]:
    """Write a bank for a package of this folder, or for a small one that is written with it.

    Raises:
        BankError: for a package that is not there, or in which no first bug can be made.
        DestinationExists: when something stands where a file is to be written; nothing is.
        WorkspaceError: when something that is no folder stands where one is to be.
        EnvironmentProblem: when the system refuses.

    """
    first = _EXAMPLE if package is None else _first_bug(folder, package)
    files = {
        **dict(first.files),
        "levels.yaml": _catalogue(first),
        SCHEMA: schema_text(),
        f"{_DETECTORS}/conftest.py": read(_CONFTEST).decode(),
        f"{_DETECTORS}/test_{first.law}.py": first.detector,
    }
    places = {folder / path: text.encode() for path, text in files.items()}
    place_new(places)
    return tuple(places)


def _catalogue(first: Start) -> str:
    hints = "\n".join(f"      - {hint}" for hint in first.hints)
    return f"""\
{head()}version: 1
source: {{root: ., packages: [{first.package}]}}
detectors: {_DETECTORS}

levels:
  first:
    title: A first hunt
    minutes: 10
    bugs: [{first.bug}]

bugs:
  {first.bug}:
    symptom: {first.symptom}
    topics: [{first.topic}]
    difficulty: 1
    edits:
      - target: {first.path}::{first.symbol}
        operator: replace
        match: {_quoted(first.match)}
        by: {_quoted(first.by)}
    detector: {first.law}
    expect: assertion
    hints:
{hints}
    explanation: {first.explanation}
    reference: an example, to be replaced
"""


def _first_bug(folder: Path, package: str) -> Start:
    """Make a bug that most packages can have: a function takes its arguments in another order."""
    modules = sorted((folder / package).rglob("*.py"))
    if not package.isidentifier() or not modules:
        text = f"no package '{package}' in {folder}. Name a folder there that holds Python files."
        raise BankError([text])
    for file in modules:
        for function in _functions(read(file)):
            return _reordered(package, file.relative_to(folder), function)
    text = "no module has a public function of two arguments, without decorators. Write a bank by"
    advice = "hand, or begin with the example: leave --package out."
    raise BankError([f"{folder / package}: {text} {advice}"])


def _functions(source: bytes) -> Iterator[ast.FunctionDef]:
    """Yield the public functions whose first two arguments have no defaults."""
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            arguments = node.args
            free = len(arguments.args) - len(arguments.defaults)
            if free >= 2 and not arguments.posonlyargs and not node.decorator_list:
                yield node


def _reordered(package: str, path: Path, function: ast.FunctionDef) -> Start:
    parts = path.with_suffix("").parts
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    names = [argument.arg for argument in function.args.args]
    match = _header(function)
    first, second, *others = function.args.args
    function.args.args = [second, first, *others]
    return Start(
        package=package,
        path=path.as_posix(),
        symbol=function.name,
        bug="arguments_in_another_order",
        symptom="Calls that worked yesterday fail, or give something else.",
        topic="interfaces",
        match=match,
        by=_header(function),
        law="callers_find_the_order_that_they_know",
        hints=(
            "Who calls by position relies on an order.",
            "Compare the first line of each function with the calls of it.",
            "Put the first two back into their old order.",
        ),
        explanation="Two arguments changed places, and those who call were not asked.",
        detector=f'''\
"""Arguments have the order that callers know."""

MATCHES_CLEAN = ("names",)


def observe(seed):
    """Lists the arguments by name; a law about what is done with them needs a seed."""
    from inspect import signature

    from {module} import {function.name}

    return {{"names": list(signature({function.name}).parameters)}}


def test_callers_find_the_order_that_they_know(observed):
    """Calls by position go on as they did."""
    assert observed["names"][:{len(names)}] == {msgspec.json.encode(names).decode()}
''',
    )


def _header(function: ast.FunctionDef) -> str:
    returns = f" -> {ast.unparse(function.returns)}" if function.returns else ""
    return f"def {function.name}({ast.unparse(function.args)}){returns}:"


def _quoted(text: str) -> str:
    """Return a text as YAML's single quotes hold it."""
    return "'" + text.replace("'", "''") + "'"
