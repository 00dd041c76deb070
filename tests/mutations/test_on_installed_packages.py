"""The language on code that nobody wrote for it: every function of three installed packages."""

import ast
import random
import warnings
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import msgspec
import pytest

from mutations import MutationError, operator_type, resolve, splice
from mutations.language.code import Code
from mutations.language.pattern import LONGEST, parse_pattern
from mutations.language.search import Choice, statement_sites
from mutations.language.tree import Tree

PACKAGES = ("click", "msgspec", "pluggy")


def _files(package: str) -> list[Path]:
    folders = find_spec(package).submodule_search_locations
    return sorted(Path(folders[0]).rglob("*.py"))


def _functions(node: ast.AST, prefix: str = ""):
    """Yield the dotted name of every function, with methods and nested ones, in source order."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if not isinstance(child, ast.ClassDef):
                yield prefix + child.name
            yield from _functions(child, f"{prefix}{child.name}.")
        else:
            yield from _functions(child, prefix)


def _targets(package: str) -> list[tuple[str, str]]:
    """List the text and the target of every function."""
    found = []
    for file in _files(package):
        text = file.read_text(encoding="utf-8")
        names = list(_functions(ast.parse(text)))
        total, seen = Counter(names), Counter()
        for name in names:
            seen[name] += 1
            index = f"[{seen[name]}]" if total[name] > 1 else ""
            found.append((text, f"{file.name}::{name}{index}"))
    return found


def _without_leading_lines(tree: Tree, node) -> str:
    """Give a statement as it stands, its indentation included."""
    start, stop = tree.span(node)
    return tree.lines.indent_of(start) + tree.text[start:stop]


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_own_statements_of_a_function_are_found_where_they_stand(package: str):
    """A statement is a pattern for itself, wherever it comes from, if it is short enough."""
    for text, target in _targets(package):
        tree = Tree(text, target)
        for statement in tree.blocks[1].statements:
            source = _without_leading_lines(tree, statement)
            if len(source) > LONGEST:
                continue
            pattern = parse_pattern(source)
            assert statement in [site.node for site in statement_sites(tree, pattern)], target


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_identity_rewrite_of_every_expression_changes_no_byte(package: str):
    """Spans are exact, and what a metavariable stands for is written as it was."""
    for text, target in _targets(package):
        code = Code(Tree(text, target), Choice())
        starts = [code.tree.span(node).start for node in code.tree.expressions]
        assert starts == sorted(starts), target
        for node in code.tree.expressions[::7]:
            edit = code.wrap(node, "$IT")
            assert splice(text, edit.texts[0]) == text, (target, code.source(node))


def _random_edit(rng: random.Random, tree: Tree, target: str) -> dict:
    """Draw an operator and a place for it, named by the code that stands there."""
    expressions = [tree.source(node) for node in tree.expressions]
    statements = [_without_leading_lines(tree, n) for b in tree.blocks[1:] for n in b.statements]
    some, other = rng.choice(expressions or ["None"]), rng.choice(expressions or ["None"])
    one, two = rng.choice(statements), rng.choice(statements)
    fields = rng.choice(
        [
            {"operator": "replace", "match": some, "by": other},
            {"operator": "replace", "match": one, "by": two},
            {"operator": "scale", "match": some, "by": "a + b"},
            {"operator": "flip_comparison", "match": "$A == $B"},
            {"operator": "flip_comparison", "match": "$A is $B"},
            {"operator": "negate_condition", "match": some},
            {"operator": "drop_statement", "match": one},
            {"operator": "insert_statement", "statement": two, "before": one},
            {"operator": "insert_statement", "statement": two, "after": one},
            {"operator": "swap_statements", "first": one, "second": two},
            {"operator": "move_statement", "match": one, "after": two},
            {"operator": "swap_arguments", "match": "$F($$$_)", "first": 1, "second": 2},
            {"operator": "drop_argument", "match": "$F($$$_)", "argument": 1},
            {"operator": "unwrap_call", "match": "$F($_)"},
            {"operator": "swap_names", "match": one, "first": "self", "second": some},
        ]
    )  # fmt: skip
    nth = rng.choice([None, 1, 1, 2])
    return {"target": target, "nth": nth, **fields}


@pytest.mark.slow
@pytest.mark.parametrize("package", PACKAGES)
def test_accepted_random_edits_compile_and_stay_in_their_target(package: str):
    """Whatever is accepted is code, differs as a tree, and changes lines of its target only."""
    rng, accepted = random.Random(package), Counter()
    for text, target in rng.sample(_targets(package), 40):
        tree = Tree(text, target)
        for fields in [_random_edit(rng, tree, target) for _ in range(6)]:
            operator = msgspec.convert(fields, operator_type(fields["operator"]))
            try:
                edited = splice(text, resolve(text, operator))
            except MutationError:
                continue
            accepted[fields["operator"]] += 1
            _check_is_other_code_in_its_target(text, edited, tree)
    assert accepted.total() > 40, accepted
    assert len(accepted) >= 8, accepted


def _check_is_other_code_in_its_target(text: str, edited: str, tree: Tree) -> None:
    before, after = text[: tree.segment.start], text[tree.segment.stop :]
    assert edited.startswith(before)
    assert edited.endswith(after)
    changed = edited[len(before) : len(edited) - len(after)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compile(edited, tree.target, "exec", dont_inherit=True)
        old, new = (
            ast.dump(ast.parse("if 1:\n" + source if source[0] in " \t" else source))
            for source in (text[tree.segment.start : tree.segment.stop], changed)
        )
    assert old != new
