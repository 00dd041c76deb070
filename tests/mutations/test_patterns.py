"""What patterns match, and what they do not: a table of pairs."""

import pytest

from mutations import PatternError
from mutations.language.pattern import parse_pattern
from mutations.language.search import expression_sites, statement_sites
from mutations.language.tree import Tree

# Pattern, code, and the source of each expression that matches, in order.
EXPRESSIONS = [
    # Names and literals.
    ("x", "y = x + x", ["x", "x"]),
    ("x", "y = a.x(x=1)", []),
    ("x", "def x(x=x): pass", ["x"]),
    ("x", "import x\nfrom x import x as x", []),
    ("x", "global x\nx = 1", ["x"]),
    ("x", "try: pass\nexcept E as x: pass", []),
    ("x", "with f() as x: pass", ["x"]),
    ("x", "# x\n'x'", []),
    ("'a'", 'y = "a"', ['"a"']),
    ("'a'", "y = '''a'''", ["'''a'''"]),
    ("'a'", "y = r'a' + u'a'", ["r'a'", "u'a'"]),
    ("'a'", "y = b'a'", []),
    ("b'a'", "y = B'a' + rb'a'", ["B'a'", "rb'a'"]),
    ("'a'", "y = f'a'", []),
    (r"'\\n'", "y = r'\\n'", ["r'\\n'"]),
    (r"'\n'", "y = r'\\n'", []),
    ("'ab'", "y = 'a' 'b'", ["'a' 'b'"]),
    ("'a'", "y = 'a' 'b'", []),
    ("'é'", "y = '\\u00e9'", ["'\\u00e9'"]),
    ("'$X'", "y = '$X' + 'a'", ["'$X'"]),
    ("16", "y = 0x10 + 1_6 + 0b10000", ["0x10", "1_6", "0b10000"]),
    ("1", "y = 1.0 + 1j + True", []),
    ("1e3", "y = 1000.0 + 1_000.0 + 1E3", ["1000.0", "1_000.0", "1E3"]),
    ("1e3", "y = 1000", []),
    ("1", "y = -1", ["1"]),
    ("-1", "y = -1 - 1", ["-1"]),
    ("True", "y = 1 or True", ["True"]),
    ("...", "y = x[...]", ["..."]),
    # Form does not matter.
    ("a+b", "y = a  +  b", ["a  +  b"]),
    ("a + b", "y = (a) + ((b))", ["(a) + ((b))"]),
    ("(a + b)", "y = a + b", ["a + b"]),
    ("a + b", "y = (a  # one\n  + b)", ["a  # one\n  + b"]),
    ("f(a, b)", "f(\n  a,  # first\n  b,\n)", ["f(\n  a,  # first\n  b,\n)"]),
    ("f(a,)", "f(a)", ["f(a)"]),
    ("(a, b)", "y = a, b,", ["a, b,"]),
    ("[a, b,]", "y = [a,b]", ["[a,b]"]),
    ("(a,)", "y = (a)", []),
    ("x[1:]", "y = x[1: :]", ["x[1: :]"]),
    ("x[a, b]", "y = x[(a, b)]", ["x[(a, b)]"]),
    ("x[a]", "y = x[a,]", []),
    ("x[a,]", "y = x[(a,)]", ["x[(a,)]"]),
    ("lambda: x", "y = lambda : (x)", ["lambda : (x)"]),
    ("a.b", "y = a . b", ["a . b"]),
    ("x if c else y", "z = (x) if (c) else (y)", ["(x) if (c) else (y)"]),
    # The parsed tree decides what a part is.
    ("a + b", "y = a + b + c", ["a + b"]),
    ("a + b", "y = c + a + b", []),
    ("a + b", "y = c * a + b", []),
    ("a * b", "y = c + a * b", ["a * b"]),
    ("x == 1", "y = x == 1 == z", []),
    ("x == 1", "y = (x == 1) == z", ["x == 1"]),
    ("x == 1 == z", "y = x == 1 == z", ["x == 1 == z"]),
    ("a and b", "y = a and b and c", ["a and b"]),
    ("b and c", "y = a and b and c", []),
    ("-a", "y = -a ** 2", []),
    ("a ** 2", "y = -a ** 2", ["a ** 2"]),
    ("not a", "y = not a == b", []),
    ("a.b", "y = a.b.c", ["a.b"]),
    ("b.c", "y = a.b.c", []),
    ("f(x)", "y = f(x)(z)", ["f(x)"]),
    # Every field that means something counts, defaults included.
    ("a + b", "y = a - b", []),
    ("a + b", "y = b + a", []),
    ("a != b", "y = a == b", []),
    ("a is b", "y = a is not b", []),
    ("a in b", "y = a not in b", []),
    ("f()", "f(1)", []),
    ("f(1)", "f()", []),
    ("f(a)", "f(a, b)", []),
    ("f(a)", "f(*a)", []),
    ("f(*a)", "f(**a)", []),
    ("f(a)", "f(a=a)", []),
    ("f(a=1, b=2)", "f(b=2, a=1)", []),
    ("f(a)", "g(a)", []),
    ("f", "f()", ["f"]),
    ("x[1:]", "y = x[1]", []),
    ("x[1:]", "y = x[:1]", []),
    ("x[::2]", "y = x[:2]", []),
    ("[a, *b]", "y = [a, b]", []),
    ("{a: b}", "y = {a, b}", []),
    ("{**a}", "y = {a: a}", []),
    ("[x for x in y]", "z = [x for x in y if x]", []),
    ("[x for x in y]", "z = {x for x in y}", []),
    ("(x for x in y)", "f(x for x in y)", ["x for x in y"]),
    ("[x for x in y]", "async def f(): return [x async for x in y]", []),
    ("await x", "async def f(): return await x", ["await x"]),
    ("(yield x)", "def f(): y = yield x", ["yield x"]),
    ("(yield x)", "def f(): y = yield from x", []),
    ("(x := 1)", "if (x := 1): pass", ["x := 1"]),
    ("lambda x: x", "y = lambda x=1: x", []),
    ("lambda x: x", "y = lambda *x: x", []),
    ("lambda x, /: x", "y = lambda x: x", []),
    ("lambda *, x: x", "y = lambda x: x", []),
    ("f'{a}b'", "y = f'{a}' 'b'", ["f'{a}' 'b'"]),
    ("f'{a}'", "y = f'{a!r}'", []),
    ("f'{a}'", "y = f'{a:>3}'", []),
    ("f'{a:>3}'", "y = f'{ a :>3}'", ["f'{ a :>3}'"]),
    ("f'{a}'", "y = f'{a=}'", []),
    ("f'{{{a}'", "y = f'''{{{a}'''", ["f'''{{{a}'''"]),
    ("f'{{'", "y = '{'", []),
    # Metavariables.
    ("$X", "f(1)", ["f(1)", "f", "1"]),
    ("$X + 1", "y = (a * b) + 1", ["(a * b) + 1"]),
    ("$_ + $_", "y = a + b", ["a + b"]),
    ("$X + $X", "y = a + a", ["a + a"]),
    ("$X + $X", "y = a + (a)", ["a + (a)"]),
    ("$X + $X", "y = f('a') + f(\"a\")", ["f('a') + f(\"a\")"]),
    ("$X + $X", "y = a + b", []),
    ("$X.foo", "y = a.foo + b().foo + foo", ["a.foo", "b().foo"]),
    ("a.$NAME", "y = a.b + a[0]", ["a.b"]),
    ("f($K=1)", "f(a=1)\nf(a=2)", ["f(a=1)"]),
    ("f(a=$V)", "f(a=b + c)", ["f(a=b + c)"]),
    ("f($X)", "f(*x)", []),
    ("f(*$X)", "f(*x or y)", ["f(*x or y)"]),
    ("f($X, $Y)", "f(a)", []),
    ("x[$I]", "y = x[0] + x[0:1] + x[0, 1]", ["x[0]"]),
    ("x[$I:]", "y = x[a + 1:] + x[:a]", ["x[a + 1:]"]),
    ("$A < $B", "y = a < b < c", []),
    ("$A < $B < $C", "y = a < b < c", ["a < b < c"]),
    ("f'{$X}!'", "y = f'{a + b}!'", ["f'{a + b}!'"]),
    ("[$X for $X in $Y]", "z = [a for a in b] + [a for b in c]", ["[a for a in b]"]),
    ("lambda $P: $P", "y = lambda a: a", ["lambda a: a"]),
    ("lambda $P: $P", "y = lambda a: b", []),
    ("{$K: $K}", "y = {a: a}", ["{a: a}"]),
    ("-$X", "y = -1", ["-1"]),
    # Runs.
    ("f($$$_)", "f()\nf(a)\nf(a, *b, c=1, **d)", ["f()", "f(a)", "f(a, *b, c=1, **d)"]),
    ("f(a, $$$REST)", "f(a)\nf(a, b)\nf(b, a)", ["f(a)", "f(a, b)"]),
    ("f($$$_, a, $$$_)", "f(b, a, c)\nf(b)\nf(a)", ["f(b, a, c)", "f(a)"]),
    ("f($$$_, x=$X, $$$_)", "f(a, x=1, y=2)\nf(a)", ["f(a, x=1, y=2)"]),
    ("f($$$A) + g($$$A)", "y = f(a, b) + g(a, b)", ["f(a, b) + g(a, b)"]),
    ("f($$$A) + g($$$A)", "y = f(a, b) + g(b, a)", []),
    ("[f($$$_, $X, $$$_), $X]", "y = [f(a, b, c), b]", ["[f(a, b, c), b]"]),
    ("[f($$$_, $X, $$$_), $X]", "y = [f(a, b, c), d]", []),
    ("[$$$_, *$X, $$$_]", "y = [a, *b] + [a]", ["[a, *b]"]),
    ("x[$$$_]", "y = x[0] + x[0, 1:]", ["x[0]", "x[0, 1:]"]),
    ("{**$$$_}", "y = {} or {a: b, **c}", ["{}", "{a: b, **c}"]),
    ("lambda $$$_: $X", "y = lambda a, /, *b, c=1, **d: e", ["lambda a, /, *b, c=1, **d: e"]),
]

# Pattern, code, and the first line of each run of statements that matches.
STATEMENTS = [
    ("f(x)", "f(x)\ny = f(x)", ["f(x)"]),
    ("x = 1", "x = 1; y = 2", ["x = 1"]),
    ("x = 1", "x += 1\nx: int = 1\nx = y = 1", []),
    ("x = $V", "x = (yield)", ["x = (yield)"]),
    ("x: int", "x: int = 1", []),
    ("x += $_", "x += 1\nx -= 1", ["x += 1"]),
    ("$A = $B = 0", "a = b = 0\na = 0", ["a = b = 0"]),
    ("return", "def f(): return x", []),
    ("return x", "def f(): return", []),
    ("return $X", "def f(): return a, b", ["return a, b"]),
    ("return $X", "def f(): return", []),
    ("raise", "raise E", []),
    ("raise $E", "raise E from x", []),
    ("raise $E from $X", "raise E() from x", ["raise E() from x"]),
    ("assert x", "assert x, y", []),
    ("del x", "del (x)", ["del (x)"]),
    ("pass", "if x: pass\nelse: pass", ["pass", "pass"]),
    ("import a.b", "import a.b as c\nimport a.b", ["import a.b"]),
    ("from a import $$$_", "from a import (b, c as d)", ["from a import (b, c as d)"]),
    ("from a import $$$_", "from .a import b", []),
    ("f(a=1, $$$_)", "f(a=1, b=2, **c)\nf(b=2)", ["f(a=1, b=2, **c)"]),
    ("class A(b=1, $$$_):", "class A(b=1, c=2): pass", ["class A(b=1, c=2): pass"]),
    ("def f(a=1, $$$_):", "def f(a=1, *b, c=2): pass", ["def f(a=1, *b, c=2): pass"]),
    ("def f(a=1, $$$_): $$$_", "def f(a=2): pass", []),
    ("global a, b", "global a\nglobal a, b", ["global a, b"]),
    ("if x: y()", "if x:\n    y()  # why\n", ["if x:"]),
    ("if x: y()", "if x:\n    y()\nelse: pass", []),
    ("if x: y()\nelse: z()", "if x: y()\nelif z(): pass", []),
    ("if $C: $$$_", "if a:\n    b\n    c", ["if a:"]),
    ("if $C:\n    $$$_\n    return $X", "if a:\n    b\n    return c", ["if a:"]),
    ("if $C:", "if a: b\nelse: c", ["if a: b"]),
    ("if a:", "if b: pass\nelif a: pass", []),
    ("for $I in range($N):", "for i in range(3):\n    f(i)\nelse: pass", ["for i in range(3):"]),
    ("for $I in $XS:", "async def f():\n    async for i in xs: pass", []),
    ("while True:", "while 1: pass", []),
    ("with $X as $Y:", "with a as b, c as d: pass\nwith (a as b): pass", ["with (a as b): pass"]),
    ("with $$$_: pass", "with a as b, c: pass", ["with a as b, c: pass"]),
    ("def f($$$_):", "def f(a, *, b=1): pass\ndef g(): pass", ["def f(a, *, b=1): pass"]),
    ("def $F(x):", "def f(x): pass\ndef g(x=1): pass", ["def f(x): pass"]),
    ("def f(x):", "def f(x: int): pass", []),
    ("def f(x):", "def f(x) -> int: pass", []),
    ("def f(x):", "async def f(x): pass", []),
    ("def f(x):", "@d\ndef f(x): pass", []),
    ("@$$$_\ndef f(x):", "@d\n@e\ndef f(x): pass", ["@d"]),
    ("def f(x):", "def f(*, x): pass\ndef f(x, /): pass\ndef f(*x): pass", []),
    ("class A: $$$_", "class A():\n    pass", ["class A():"]),
    ("class A:", "class A(B): pass", []),
    ("class A($$$_):", "class A(B, metaclass=M): pass", ["class A(B, metaclass=M): pass"]),
    ("try:\n    $$$_\nexcept E: pass", "try: a\nexcept E: pass", ["try: a"]),
    ("try:\n    $$$_\nexcept E: pass", "try: a\nexcept E as e: pass", []),
    ("a\nb", "a\nb\nc", ["a"]),
    ("a\nb", "a; b", ["a; b"]),
    ("a\nb", "a\nc\nb", []),
    ("a\nb", "if x:\n    a\nb", []),
    ("a\n$$$_\nb", "a\nc\nd\nb\nb", ["a"]),
    ("$X = 1\nf($X)", "a = 1\nf(b)\nb = 1\nf(b)", ["b = 1"]),
    ("'''doc'''", 'def f():\n    "doc"', ['"doc"']),
]  # fmt: skip


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
