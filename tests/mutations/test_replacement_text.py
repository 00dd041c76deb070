"""What an edit writes: precedence, layout, comments, line ends."""

import msgspec
import pytest

from mutations import InvalidEdit, OverlappingEdits, Replacement, operator_type, resolve, splice


def edit(code: str, operator: str, **fields) -> str:
    """Apply one operator to code and give the new code."""
    fields = {"operator": operator, "target": "code.py", **fields}
    return splice(code, resolve(code, msgspec.convert(fields, operator_type(operator))))


# Code, what is replaced, by what, and the line that has to come out.
PRECEDENCE = [
    ("y = n / d", "d", "d * 2", "y = n / (d * 2)"),
    ("y = d / n", "d", "d * 2", "y = d * 2 / n"),
    ("y = n - d", "d", "a - b", "y = n - (a - b)"),
    ("y = d - n", "d", "a - b", "y = a - b - n"),
    ("y = -d", "d", "a + b", "y = -(a + b)"),
    ("y = -d", "d", "a ** b", "y = -a ** b"),
    ("y = d ** 2", "d", "-a", "y = (-a) ** 2"),
    ("y = 2 ** d", "d", "-a", "y = 2 ** -a"),
    ("y = d ** 2", "d", "a ** b", "y = (a ** b) ** 2"),
    ("y = not d", "d", "a or b", "y = not (a or b)"),
    ("y = not d", "d", "a == b", "y = not a == b"),
    ("y = a and d", "d", "b or c", "y = a and (b or c)"),
    ("y = a == d", "d", "b == c", "y = a == (b == c)"),
    ("y = a == d", "d", "b in c", "y = a == (b in c)"),
    ("y = a == d", "d", "not b", "y = a == (not b)"),
    ("y = d if a else b", "d", "p if q else r", "y = (p if q else r) if a else b"),
    ("y = a if d else b", "d", "lambda: 0", "y = a if (lambda: 0) else b"),
    ("y = a if b else d", "d", "lambda: 0", "y = a if b else lambda: 0"),
    ("y = d.x", "d", "a + b", "y = (a + b).x"),
    ("y = d.x", "d", "1", "y = (1).x"),
    ("y = d[0]", "d", "a, b", "y = (a, b)[0]"),
    ("y = x[d]", "d", "a, b", "y = x[a, b]"),
    ("y = d()", "d", "lambda: 0", "y = (lambda: 0)()"),
    ("y = f(d)", "d", "a, b", "y = f((a, b))"),
    ("y = f(d)", "d", "(a for a in b)", "y = f((a for a in b))"),
    ("y = f(d, 1)", "d", "(a for a in b)", "y = f((a for a in b), 1)"),
    ("y = f(k=d)", "d", "(w := 1)", "y = f(k=(w := 1))"),
    ("y = f(*d)", "d", "a or b", "y = f(*a or b)"),
    ("y = [*d]", "d", "a or b", "y = [*(a or b)]"),
    ("y = {**d}", "d", "a or b", "y = {**(a or b)}"),
    ("y = [d for a in b]", "d", "p, q", "y = [(p, q) for a in b]"),
    ("y = [a for a in d]", "d", "p if q else r", "y = [a for a in (p if q else r)]"),
    ("y = lambda: d", "d", "a, b", "y = lambda: (a, b)"),
    ("y = d", "d", "a, b", "y = a, b"),
    ("y = d", "d", "(a, b)", "y = (a, b)"),
    ("y = f'{d}'", "d", "{1: 2}", "y = f'{({1: 2})}'"),
    ("y = f'{d:>3}'", "d", "lambda: 0", "y = f'{(lambda: 0):>3}'"),
    ("y = f'{d}'", "d", "a + b", "y = f'{a + b}'"),
    ("y = x[d:]", "d", "a if b else c", "y = x[a if b else c:]"),
    ("if d: pass", "d", "(w := 1)", "if (w := 1): pass"),
    ("assert d, a", "d", "p, q", "assert (p, q), a"),
    ("for a in d: pass", "d", "p, q", "for a in p, q: pass"),
    ("with d: pass", "d", "a if b else c", "with a if b else c: pass"),
    ("é = 'ü' + d * 2", "d", "a + b", "é = 'ü' + (a + b) * 2"),
    # Parentheses that are there stay, unless only the old code can have needed them.
    ("y = 2 * (a + b)", "a + b", "a - b", "y = 2 * (a - b)"),
    ("y = 2 * (a + b)", "a + b", "a", "y = 2 * a"),
    ("y = (a)", "a", "b", "y = (b)"),
    ("y = (a +\n  b)", "a + b", "a -\\\n  b", "y = (a -\\\n  b)"),
    ("y = a", "a", "f(b,\n  c)", "y = f(b,\n  c)"),
    ("y = a", "a", "(b +\n  c)", "y = (b +\n  c)"),
    # What a metavariable stands for keeps its text.
    ("y = f(a  +  b)", "f($X)", "$X * 2", "y = (a  +  b) * 2"),
    ("y = f(a, (b))", "f($X, $Y)", "$Y - $X", "y = b - a"),
    ("y = f(a - b, c)", "f($X, $Y)", "$Y - $X", "y = c - (a - b)"),
    ("y = f(a +  # why\n  b)", "f($X)", "g($X)", "y = g(a +  # why\n  b)"),
    ("y = f(a, *b, c=1)", "f($$$XS)", "g(0, $$$XS)", "y = g(0, a, *b, c=1)"),
    ("y = f()", "f($$$XS)", "g(0, $$$XS)", "y = g(0)"),
    ("y = f()", "f($$$XS)", "g($$$XS, k=1)", "y = g(k=1)"),
    ("y = f(a, k=1)", "f(a, $$$XS)", "f(b=2, $$$XS)", "y = f(b=2, k=1)"),
]


@pytest.mark.parametrize(("code", "match", "by", "result"), PRECEDENCE)
def test_replacement_gets_the_parentheses_that_its_place_needs(code, match, by, result):
    """The new line parses to the old tree with the new expression in it."""
    assert edit(code + "\n", "replace", match=match, by=by) == result + "\n"


def test_replacement_after_await_and_yield_gets_parentheses():
    """`await` binds closer than any operator, `yield` less close than all."""
    code = "async def f():\n    y = await d\n    yield d\n"
    awaited = edit(code, "replace", match="d", by="a ** b", nth=1)
    assert "await (a ** b)\n" in awaited
    assert "y = (yield d) + 1\n" in edit(code, "replace", match="await d", by="(yield d) + 1")


@pytest.mark.parametrize(
    ("code", "match", "result"),
    [
        ("a = 1\n\n# About b.\nb = 2  # b\nc = 3\n", "b = 2", "a = 1\n\n# About b.\nc = 3\n"),
        ("a = 1\nb = 2", "b = 2", "a = 1\n"),
        ("a = 1; b = 2; c = 3\n", "a = 1", "b = 2; c = 3\n"),
        ("a = 1; b = 2; c = 3\n", "b = 2", "a = 1; c = 3\n"),
        ("a = 1; b = 2;\n", "b = 2", "a = 1;\n"),
        ("a = 1;\nb = 2\n", "a = 1", "b = 2\n"),
        ("if x: a()\n", "a()", "if x: pass\n"),
        ("if x: a()  # b\n", "a()", "if x: pass  # b\n"),
        ("if x:\n    a()  # b\n    # c\n", "a()", "if x:\n    pass\n    # c\n"),
        ("if x:\n    y\nelse:\n    a()\n", "a()", "if x:\n    y\nelse:\n    pass\n"),
        ("a(\n  1,\n)\nb\n", "a(1)", "b\n"),
        ("@d\ndef a():\n    pass\nb\n", "@d\ndef a():", "b\n"),
        ("if x:\r\n\ta()\r\n\tb()\r\n", "a()", "if x:\r\n\tb()\r\n"),
        ("\f\na()\nb = 'é'\n", "a()", "\f\nb = 'é'\n"),
        ("é = 'ü'; a(); b()\n", "a()", "é = 'ü'; b()\n"),
        ("x = 1 + \\\n  2\na()\n", "a()", "x = 1 + \\\n  2\n"),
        ("\ufeffa()\nb()\n", "a()", "\ufeffb()\n"),
    ],
)
def test_removed_statement_takes_nothing_else_along(code: str, match: str, result: str):
    """Comments above, blank lines, neighbours and line ends stay; a block never gets empty."""
    assert edit(code, "drop_statement", match=match) == result


@pytest.mark.parametrize(
    ("code", "fields", "result"),
    [
        ("a = b  # old\n", {"comment": "new"}, "a = c  # new\n"),
        ("# old\n# older\na = b\n", {"comment": "new"}, "# new\na = c\n"),
        ("# old\na = b\n", {"comment": "new\nand more"}, "# new\n# and more\na = c\n"),
        ("# old\na = b  # own\n", {"comment": "new"}, "# old\na = c  # new\n"),
        ("a = b  # old\n", {"comment": ""}, "a = c\n"),
        ("# old\na = b\n", {"comment": ""}, "a = c\n"),
        ("if b:  # old\n    pass  # own\n", {"comment": "new"}, "if c:  # new\n    pass  # own\n"),
    ("a = [\n b,  # old\n d,\n]  # d\n", {"comment": "new"}, "a = [\n c,  # new\n d,\n]  # d\n"),
    ],
)  # fmt: skip
def test_comment_of_the_edited_statement_is_rewritten(code: str, fields: dict, result: str):
    """The comment at the line's end comes first, then the lines right above."""
    assert edit(code, "replace", match="b", by="c", **fields) == result


def test_comment_above_a_dropped_statement_is_rewritten():
    """The comment at the line's end goes with the statement, so the lines above are meant."""
    code = "# Clear all.\na()  # first\nb()\n"
    result = edit(code, "drop_statement", match="a()", comment="Clear b.")
    assert result == "# Clear b.\nb()\n"


@pytest.mark.parametrize("code", ["a = b\n", "# far\n\na = b\n", "x = 1  # x\na = b\n"])
def test_comment_that_is_not_there_is_an_error(code: str):
    """A comment behind a blank line or of another statement does not belong to the edit."""
    with pytest.raises(InvalidEdit, match="no comment belongs to line"):
        edit(code, "replace", match="b", by="c", comment="new")


def test_comments_in_a_column_stay_in_it():
    """A longer or shorter line would otherwise stick out of the column and give the bug away."""
    code = "x = a         # (B, T)\ny = abcdefgh  # (B, T, C)\n"
    assert edit(code, "replace", match="a", by="a + b") == (
        "x = a + b     # (B, T)\ny = abcdefgh  # (B, T, C)\n"
    )
    assert edit(code, "replace", match="abcdefgh", by="b") == (
        "x = a         # (B, T)\ny = b         # (B, T, C)\n"
    )


@pytest.mark.parametrize(
    ("code", "after", "result"),
    [
        ("a()\nif x:\n    b()\n", "if x:", "if x:\n    b()\na()\n"),
        ("if x:\n    c()\n    a()\n", "if x:", "if x:\n    c()\na()\n"),
        ("if x:\n    a()\n", "if x:", "if x:\n    pass\na()\n"),
        ("a()\nb()", "b()", "b()\na()"),
        ("a()\r\nb()  # b\r\n", "b()", "b()  # b\r\na()\r\n"),
    ],
)
def test_moved_statement_leaves_and_arrives_on_lines_of_its_own(code: str, after: str, result: str):
    """A statement may also leave the block of the statement after which it goes."""
    assert edit(code, "move_statement", match="a()", after=after) == result


@pytest.mark.parametrize(
    ("match", "after"), [("if x:", "a()"), ("if x:", "if x:"), ("a()", "a()\nb()")]
)
def test_statement_cannot_move_into_itself(match: str, after: str):
    """The place to go to has to be there when the statement has gone."""
    with pytest.raises(InvalidEdit, match="are the same or lie in each other"):
        edit("if x:\n    a()\n    b()\n", "move_statement", match=match, after=after)


@pytest.mark.parametrize(
    ("match", "by", "result"),
    [
        (
            "if $C:\n    $$$BODY",
            "$$$BODY",
            "def f():\n    a()  # one\n    b('''\n  x\n''')\n    return 1\n",
        ),
        (
            "if $C:\n    $$$BODY",
            "while $C:\n    with e:\n        $$$BODY",
            "def f():\n    while c:\n        with e:\n            a()  # one\n"
            "            b('''\n  x\n''')\n    return 1\n",
        ),
    ],
)
def test_captured_block_is_fitted_to_its_new_indentation(match: str, by: str, result: str):
    """Lines move with their block; text inside strings does not."""
    code = "def f():\n    if c:\n        a()  # one\n        b('''\n  x\n''')\n    return 1\n"
    assert edit(code, "replace", match=match, by=by) == result


@pytest.mark.parametrize(
    ("code", "match", "by"),
    [
        ("x = a\n", "a", "a"),
        ("x = a\n", "a", "(a)"),
        ("x = 16\n", "16", "0x10"),
        ("if a: b\n", "if a:", "if a:"),
        ("a; b\n", "a\nb", "a\nb"),
    ],
)
def test_edit_that_changes_nothing_is_refused(code: str, match: str, by: str):
    """The same text, or other text of the same tree, is no bug."""
    with pytest.raises(InvalidEdit, match="changes nothing at line 1"):
        edit(code, "replace", match=match, by=by)


@pytest.mark.parametrize(
    ("code", "operator", "fields"),
    [
        ("x = n * d\n", "scale", {"match": "d", "by": 1}),
        ("x = n * d\n", "scale", {"match": "d", "by": "1.0"}),
        ("x = 16\n", "scale", {"match": "16", "by": 1}),
        ("x = 0\n", "scale", {"match": "0", "by": 2}),
        ("x = y[i]\n", "shift_index", {"match": "i", "by": 0}),
        ("x = y[3]\n", "shift_index", {"match": 3, "by": 0}),
        ("x = y[i + 1]\n", "shift_index", {"match": "i + 1", "by": 0}),
        ("x = 16\n", "change_constant", {"match": 16, "to": 16}),
        ("x = 'a'\n", "change_constant", {"match": "'a'", "to": '"a"'}),
    ],
)
def test_operator_that_changes_no_value_is_refused(code: str, operator: str, fields: dict):
    """A factor of one, a shift by zero and the same literal are no bugs."""
    with pytest.raises(InvalidEdit, match=r"changes nothing at line 1|times 1 is what it was"):
        edit(code, operator, **fields)


@pytest.mark.parametrize(
    ("code", "match", "by", "complaint"),
    [
        ("def f():\n    x = 1\n", "x = 1", "nonlocal x", "does not compile: no binding"),
        ("def f():\n    pass\n", "pass", "break", "does not compile: 'break' outside loop"),
        ("if x: a()\n", "a()", "if y: b()", "other code than it says"),
    ],
)
def test_edit_that_breaks_the_code_is_refused(code: str, match: str, by: str, complaint: str):
    """What Python would not compile never becomes a bug."""
    with pytest.raises(InvalidEdit, match=complaint):
        edit(code, "replace", match=match, by=by)


def test_replacements_are_applied_in_any_order():
    """The result depends on the places only."""
    edits = [Replacement(4, 5, "b"), Replacement(0, 1, "y"), Replacement(5, 5, "!")]
    assert splice("x = a", edits) == splice("x = a", reversed(edits)) == "y = b!"


@pytest.mark.parametrize(
    "edits",
    [
        [Replacement(0, 3, ""), Replacement(2, 4, "")],
        [Replacement(1, 1, "a"), Replacement(1, 1, "b")],
    ],
)
def test_replacements_that_touch_the_same_text_are_refused(edits: list[Replacement]):
    """Which one wins would depend on their order."""
    with pytest.raises(OverlappingEdits, match="two edits change line 1: `x = a`"):
        splice("x = a", edits)
