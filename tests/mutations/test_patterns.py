"""What patterns match, and what they do not: a table of pairs."""

import pytest
from pattern_pairs import EXPRESSIONS, STATEMENTS

from mutations import PatternError
from mutations.language.pattern import parse_pattern
from mutations.language.search import expression_sites, statement_sites
from mutations.language.tree import Tree


def _identifiers(table):
    return [f"{pattern} in {code}".encode("unicode_escape").decode() for pattern, code, _ in table]


@pytest.mark.parametrize(("pattern", "code", "hits"), EXPRESSIONS, ids=_identifiers(EXPRESSIONS))
def test_expression_pattern_matches_exactly_these_places(pattern: str, code: str, hits: list[str]):
    """The sources of all matching expressions are those of the table."""
    tree = Tree(code, "code.py")
    found = expression_sites(tree, parse_pattern(pattern))
    assert [tree.source(site.node) for site in found] == hits


@pytest.mark.parametrize(("pattern", "code", "hits"), STATEMENTS, ids=_identifiers(STATEMENTS))
def test_statement_pattern_matches_exactly_these_places(pattern: str, code: str, hits: list[str]):
    """The first lines of all matching runs of statements are those of the table."""
    tree = Tree(code, "code.py")
    spans = [site.span(tree) for site in statement_sites(tree, parse_pattern(pattern))]
    assert [code[slice(*span)].splitlines()[0] for span in spans] == hits


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ("", "it is empty"),
        ("a +", "it is not Python code"),
        ("$x + 1", "a metavariable is"),
        ("$$X", "a metavariable is"),
        ("else:", "it is not Python code"),
        ("try:", "it is not Python code"),
        ("match $X:", "it is not Python code"),
        ("return $$$XS", r"\$\$\$XS does not stand in a list"),
        ("f(*$$$XS)", r"\$\$\$XS does not stand in a list"),
        ("a + $$$XS", r"\$\$\$XS does not stand in a list"),
    ],
)
def test_pattern_that_is_no_code_is_refused_with_a_reason(pattern: str, complaint: str):
    """A pattern error quotes the pattern and says what a correct one looks like."""
    with pytest.raises(PatternError, match=complaint):
        parse_pattern(pattern)


@pytest.mark.parametrize("pattern", ["$$$A\nx = 1", "x = 1\n$$$A"])
def test_run_of_statements_with_an_open_end_is_refused(pattern: str):
    """A match would not know where to begin or end."""
    with pytest.raises(PatternError, match=r"cannot begin or end with \$\$\$"):
        statement_sites(Tree("x = 1\n", "code.py"), parse_pattern(pattern))


def test_pattern_reads_itself_in_any_layout():
    """Indented text of a YAML block, with comments, is the same pattern as a plain one."""
    tree = Tree("if a:\n    b()\n    c()\n", "code.py")
    indented = parse_pattern("    if a:  # when\n      b()\n\n      c()\n")
    assert len(statement_sites(tree, indented)) == 1
