"""How well camouflage hides the bugs of a candidate from a comparison, and what it costs.

    python benchmarks/bench_camouflage.py [--candidates 40] [--bugs 5]

Each candidate has other bugs and another seed. Hunks are those of `diff -U0` between the public
clean tree and the candidate's. For the lines around a bug it is asked how often they change, as
against the same lines in the same candidate's tree without bugs, and as against the lines around
places of the code that were drawn at random.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import random
import statistics
import time
from collections.abc import Iterable, Iterator, Mapping

from bughunt.errors import MutationFailed
from bughunt.exam.camouflage.disguise import disguised
from bughunt.exam.camouflage.planning import plans
from bughunt.mutate import MutatedTree, clean_tree, mutate, replacements
from bughunt.spec import Bank, Bug, load_bank

NEAR = 3  # lines on either side
Lines = dict[str, set[int]]  # of each file, from 0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--candidates", type=int, default=40)
    parser.add_argument("--bugs", type=int, default=5)
    options = parser.parse_args()
    bank = load_bank(None)
    clean = clean_tree(bank)

    started = time.perf_counter()
    sites = sum(len(plan.sites) for plan in plans(clean).values())
    print(f"{len(clean)} files, {sites} sites, found in {time.perf_counter() - started:.2f} s")
    drawn = [_drawn(bank, number, options.bugs) for number in range(options.candidates)]
    started = time.perf_counter()
    trees = [disguised(tree, _seed(number)) for number, (_, tree) in enumerate(drawn)]
    seconds = (time.perf_counter() - started) / len(drawn)
    print(f"a candidate's two trees: {seconds:.2f} s, the bugs' edits not counted")

    _print_hunks(bank, clean, [it for it, _ in drawn], trees)
    _print_surroundings(bank, clean, [it for it, _ in drawn], trees)


def _seed(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _drawn(bank: Bank, number: int, bugs: int) -> tuple[list[Bug], MutatedTree]:
    """Draw bugs that can be applied together."""
    generator = random.Random(number)
    while True:
        chosen = generator.sample(sorted(bank.bugs.values(), key=lambda it: it.id), bugs)
        try:
            return chosen, mutate(bank, chosen)
        except MutationFailed:
            continue


def _print_hunks(
    bank: Bank, clean: Mapping[str, str], drawn: list[list[Bug]], trees: list[MutatedTree]
) -> None:
    for title, text_of in (("text", str), ("code without words", _code)):
        hunks, holding = [], []
        for bugs, tree in zip(drawn, trees, strict=True):
            before = {path: text_of(text) for path, text in clean.items()}
            after = {path: text_of(text) for path, text in tree.mutated.items()}
            hunks.append(sum(1 for path in before for _ in _hunks(before[path], after[path])))
            holding.append(_holding(bank, bugs, before, after) if text_of is str else len(bugs))
        share = sum(holding) / sum(hunks)
        print(f"{title}: {statistics.median(hunks):.0f} hunks, {share:.1%} of them hold a bug")


def _code(text: str) -> str:
    """Return a text without its comments, docstrings and layout."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        match node:
            case ast.Module(body=body) | ast.ClassDef(body=body) | ast.FunctionDef(body=body):
                match body:
                    case [ast.Expr(value=ast.Constant()), *_]:
                        body[0] = ast.Pass()
    return ast.unparse(tree)


def _hunks(before: str, after: str) -> Iterator[tuple[int, int]]:
    """Yield the lines of `before` that each hunk replaces."""
    matcher = difflib.SequenceMatcher(None, before.split("\n"), after.split("\n"), autojunk=False)
    for kind, start, stop, _, _ in matcher.get_opcodes():
        if kind != "equal":
            yield start, stop


def _holding(
    bank: Bank, bugs: list[Bug], before: Mapping[str, str], after: Mapping[str, str]
) -> int:
    lines = _lines(bank, bugs, before)
    return sum(
        any(start <= line < max(stop, start + 1) for line in lines[path])
        for path in lines
        for start, stop in _hunks(before[path], after[path])
    )


def _lines(bank: Bank, bugs: Iterable[Bug], clean: Mapping[str, str]) -> Lines:
    """Return the clean lines that bugs change."""
    lines: Lines = {}
    for edit in (edit for bug in bugs for edit in bug.edits):
        text = clean[edit.path]
        for it in replacements(bank, edit):
            first, last = text.count("\n", 0, it.start), text.count("\n", 0, it.stop)
            lines.setdefault(edit.path, set()).update(range(first, last + 1))
    return lines


def _print_surroundings(
    bank: Bank, clean: Mapping[str, str], drawn: list[list[Bug]], trees: list[MutatedTree]
) -> None:
    """Compare how often lines near bugs change with how often others do."""
    generator = random.Random(0)
    near, same, others = [], [], []
    for bugs, tree in zip(drawn, trees, strict=True):
        lines = _lines(bank, bugs, clean)
        changed = {path: _changed(clean[path], tree.mutated[path]) for path in lines}
        without = {path: _changed(clean[path], tree.clean[path]) for path in lines}
        for path, places in lines.items():
            window = _around(places, clean[path])
            near.append(_share(window, changed[path]))
            same.append(_share(window, without[path]))
            for path_of_window, other in _windows(clean, lines, generator):
                text = tree.mutated[path_of_window]
                others.append(_share(other, _changed(clean[path_of_window], text)))
    difference = [one - other for one, other in zip(near, same, strict=True)]
    print(f"lines near a bug that change: {statistics.mean(near):.3f}")
    print(
        f"the same lines, without bugs: {statistics.mean(same):.3f}, "
        f"p = {_sign_p(difference, generator):.2f} (signs exchanged)"
    )
    print(
        f"lines near drawn places:      {statistics.mean(others):.3f}, "
        f"p = {_exchange_p(near, others, generator):.2f} (labels exchanged)"
    )


def _changed(before: str, after: str) -> set[int]:
    return {line for start, stop in _hunks(before, after) for line in range(start, stop)}


def _around(places: set[int], text: str) -> set[int]:
    count = text.count("\n")
    window = {line + step for line in places for step in range(-NEAR, NEAR + 1)}
    return {line for line in window - places if 0 <= line < count}


def _windows(
    clean: Mapping[str, str], lines: Lines, generator: random.Random
) -> Iterator[tuple[str, set[int]]]:
    """Yield windows around statements of functions that were drawn, in files that have bugs."""
    path = generator.choice(sorted(lines))
    functions = [it for it in ast.walk(ast.parse(clean[path])) if isinstance(it, ast.FunctionDef)]
    statements = [
        it.lineno - 1
        for function in functions
        for it in ast.walk(function)
        if isinstance(it, ast.Assign | ast.AugAssign | ast.Return | ast.If)
    ]
    place = generator.choice(statements)
    if place not in lines[path]:
        yield path, _around({place}, clean[path]) - lines[path]


def _share(window: set[int], changed: set[int]) -> float:
    return len(window & changed) / len(window) if window else 0.0


def _sign_p(differences: list[float], generator: random.Random, rounds: int = 2000) -> float:
    """Return how often chance gives as large a mean, either way, if signs mean nothing."""
    seen = abs(sum(differences))
    draws = (abs(sum(it * generator.choice((-1, 1)) for it in differences)) for _ in range(rounds))
    return (1 + sum(it >= seen - 1e-12 for it in draws)) / (rounds + 1)


def _exchange_p(
    one: list[float], other: list[float], generator: random.Random, rounds: int = 2000
) -> float:
    """Return how often chance gives means as far apart, if it does not matter who is who."""
    seen = abs(statistics.fmean(one) - statistics.fmean(other))
    everything = one + other
    extreme = 0
    for _ in range(rounds):
        generator.shuffle(everything)
        first, second = everything[: len(one)], everything[len(one) :]
        extreme += abs(statistics.fmean(first) - statistics.fmean(second)) >= seen - 1e-12
    return (1 + extreme) / (rounds + 1)


if __name__ == "__main__":
    main()
