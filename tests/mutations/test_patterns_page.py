"""docs/patterns.md: each row of its tables about matching is tried, with its near misses."""

from pathlib import Path

import pytest

from mutations.language.pattern import parse_pattern
from mutations.language.search import expression_sites, statement_sites
from mutations.language.tree import Tree

PAGE = (Path(__file__).parents[2] / "docs" / "patterns.md").read_text()
SECTIONS = ("What a pattern can be", "Metavariables", "What does not matter", "What does matter")

# How a row begins, a pattern, code that it matches, and near misses.
TRIED = [
    ("an expression: `norm(x)`", "norm(x)", "y = 2 * norm(x)", ["y = 2 * norms(x)"]),
    ("a statement: `self.pos = 0`", "self.pos = 0", "self.pos = 0", ["self.pos += 0"]),
    ("statements that follow", "q = norm(q)\nk = norm(k)", "q = norm(q); k = norm(k)",
     ["q = norm(q)\nx()\nk = norm(k)"]),
    ("a header, which ends", "if cache:", "if cache: a\nelse: b",
     ["if x: a\nelif cache: b", "while cache: a"]),
    ("`$X` is one expression", "norm($X)", "norm(a + b)", ["norm()", "norm(*a)", "norm(a, b)"]),
    ("a repeated `$X`", "$X + $X", "y = f('a') + f(\"a\")", ["y = a + b"]),
    ("`$_` is any expression", "$_ + $_", "y = a + b", ["y = a - b"]),
    ("`$X` may stand for a name", "$X.$NAME", "y = model.lm_head", ["y = model[0]"]),
    ("`$X` may stand for a name", "def $F(x):", "def g(x): pass", ["def g(y): pass"]),
    ("`$X` may stand for a name", "f($KEY=1)", "f(a=1)", ["f(1)"]),
    ("`$$$XS` is any number", "f($$$XS)", "f(a, *b, dim=-1)", ["g()"]),
    ("`$$$XS` is any number", "f($$$_, dim=$D, $$$_)", "f(a, *b, dim=-1)", ["f()"]),
    ("... of elements", "[$A, $$$REST]", "y = [1]", ["y = []"]),
    ("... of elements", "x[$$$_, -1]", "y = x[:, -1]", ["y = x[-1, :]"]),
    ("... of elements", "{**$$$ITEMS}", "y = {}", ["y = {1}"]),
    ("... of statements in a block", "if $C: $$$BODY", "if a: b; c", ["if a: b\nelse: c"]),
    ("... of statements between", "h = $_\n$$$_\nreturn h", "def f():\n h = f()\n x()\n return h",
     ["def f():\n if x:\n  h = f()\n return h"]),
    ("... of parameters", "def f(self, $$$_):", "def f(self, *, x=1): pass", ["def f(x): pass"]),
    ("... of parameters", "class A($$$_):", "class A(B, c=1): pass", ["class B(A): pass"]),
    ("... of parameters", "@$$$_\ndef f(): pass", "@a\n@b\ndef f(): pass", ["def g(): pass"]),
    ("a repeated `$$$XS`", "f($$$A) + g($$$A)", "y = f(a, b) + g(a, b)", ["y = f(a, b) + g(b, a)"]),
    ("white space, line breaks", "f(a, b)", "f(a,  # first\n  b)", ["f(a)"]),
    ("redundant parentheses", "a + b", "y = (a) + ((b))", ["y = c + a + b"]),
    ("trailing commas", "[a, b]", "y = [a, b,]", ["y = [a]"]),
    ("trailing commas", "(a,)", "y = a,", ["y = (a)"]),
    ("quotes, escapes", "'ab'", 'y = "ab"', ["y = b'ab'", "y = f'ab'"]),
    ("quotes, escapes", "'ab'", "y = 'a' 'b'", ["y = 'a b'"]),
    ("quotes, escapes", "'ab'", "y = '\\x61b'", ["y = r'\\x61b'"]),
    ("notation of numbers", "16", "y = 0x10 + 1_6", ["y = 16.0"]),
    ("`x[a, b]` or", "x[a, b]", "y = x[(a, b)]", ["y = x[a]"]),
    ("`x[a, b]` or", "x[(a, b)]", "y = x[a, b]", ["y = x[a]"]),
    ("semicolons and blocks", "if a: b()", "if a:\n    b()", ["if a: b()\nelse: c"]),
    ("`f()`", "f()", "f()", ["f(1)"]),
    ("`f(a)`", "f(a)", "f(a)", ["f(*a)", "f(a=a)", "f(a, b)"]),
    ("`f(a=1, b=2)`", "f(a=1, b=2)", "f(a=1, b=2)", ["f(b=2, a=1)"]),
    ("`return`", "return", "def f(): return", ["def f(): return x"]),
    ("`return x`", "return x", "def f(): return x", ["def f(): return"]),
    ("`x = 1`", "x = 1", "x = 1", ["x: int = 1", "x += 1", "x = y = 1"]),
    ("`raise $E`", "raise $E", "raise E()", ["raise E from cause"]),
    ("`def f(x):`", "def f(x):", "def f(x): pass",
     ["async def f(x): pass", "def f(x=1): pass", "def f(x: int): pass", "def f(x) -> int: pass",
      "def f(*, x): pass", "@cached\ndef f(x): pass"]),
    ("`[x for x in y]`", "[x for x in y]", "z = [x for x in y]",
     ["z = [x for x in y if x]", "z = (x for x in y)"]),
    ("`x[1:]`", "x[1:]", "y = x[1:]", ["y = x[1]", "y = x[1::2]"]),
    ("`f'{a}'`", "f'{a}'", "y = f'{a}'", ["y = f'{a!r}'", "y = f'{a:>3}'", "y = f'{a=}'"]),
    ("`x == 1`", "x == 1", "z = x == 1", ["z = x == 1 == y"]),
    ("`a and b`", "a and b", "y = a and b", ["y = c and a and b"]),
    ("`x`", "x", "y = x", ["y = a.x", "f(x=1)", "def x(): pass", "import x"]),
]  # fmt: skip


def is_found(pattern: str, code: str) -> bool:
    """Tell whether a pattern is found, as an expression if it is one."""
    parsed, tree = parse_pattern(pattern), Tree(code, "code.py")
    sites = statement_sites if parsed.expression is None else expression_sites
    return bool(sites(tree, parsed))


@pytest.mark.parametrize(
    ("pattern", "hit", "misses"), [it[1:] for it in TRIED], ids=[f"{it[0]} {it[1]}" for it in TRIED]
)
def test_what_the_page_says_of_a_pattern_is_so(pattern, hit, misses):
    """The example is found, and no near miss is."""
    assert is_found(pattern, hit)
    assert [code for code in misses if is_found(pattern, code)] == []


def test_each_row_of_the_page_is_tried():
    """A new construct comes with an example and a near miss."""
    rows = []
    for section in SECTIONS:
        text = PAGE.partition(f"## {section}")[2].partition("\n## ")[0]
        rows += [line[2:] for line in text.splitlines() if line.startswith("| ")]
    rows = [row for row in rows if not row.startswith("pattern |")]
    begins = tuple({it[0] for it in TRIED})
    assert len(rows) > 30
    assert [row for row in rows if not row.startswith(begins)] == []
    assert [it for it in begins if not any(row.startswith(it) for row in rows)] == []
