"""Targets, and which of several matches an edit means."""

import re
import subprocess
import sys

import msgspec
import pytest

from mutations import (
    AmbiguousMatch,
    AmbiguousTarget,
    InvalidEdit,
    NoMatch,
    PatternError,
    TargetNotFound,
    UnknownOperator,
    operator_names,
    operator_type,
    resolve,
    splice,
)

CODE = '''\
"""Doc."""
x = 0

@wraps(x)
def f(a=x):
    def inner():
        return x
    return x

if x:
    class A:
        size = x

        @property
        def width(self):
            return x

        @width.setter
        def width(self, value):
            self.w = x + value
else:
    def g(): return x
'''


def changed_lines(code: str, **fields) -> list[int]:
    """Replace the one `x` of a target and give the lines that differ."""
    fields = {"operator": "replace", "match": "x", "by": "changed", **fields}
    edited = splice(code, resolve(code, msgspec.convert(fields, operator_type("replace"))))
    lines = zip(code.splitlines(), edited.splitlines(), strict=True)
    return [number for number, (old, new) in enumerate(lines, start=1) if old != new]


@pytest.mark.parametrize(
    ("target", "count", "lines"),
    [
        ("c.py", 9, [2, 4, 5, 7, 8, 10, 12, 16, 20]),
        ("c.py::<module>", 2, [2, 10]),
        ("c.py::f", 4, [4, 5, 7, 8]),
        ("c.py::f.inner", 1, [7]),
        ("c.py::A", 3, [12, 16, 20]),
        ("c.py::A.width[1]", 1, [16]),
        ("c.py::A.width[2]", 1, [20]),
        ("c.py::g", 1, [22]),
    ],
)
def test_target_is_the_whole_symbol_and_nothing_else(target: str, count: int, lines: list[int]):
    """Decorators and nested functions belong to a symbol; its neighbours do not."""
    if target == "c.py":
        count, lines = 10, [*lines, 22]
    assert changed_lines(CODE, target=target, count=count) == lines


@pytest.mark.parametrize(
    ("target", "error", "complaint"),
    [
        ("c.py::A.widht", TargetNotFound, "Did you mean 'A.width'"),
        ("c.py::width", TargetNotFound, "Did you mean 'A.width'"),
        ("c.py::Zebra", TargetNotFound, "The file defines: A, A.width, f, f.inner, g."),
        ("c.py::A.width", AmbiguousTarget, r"lines 14, 18\). Write A.width\[1\] or A.width\[2\]"),
        ("c.py::A.width[3]", AmbiguousTarget, "the file defines 2 such symbols"),
        ("c.py::f[2]", AmbiguousTarget, r"defines 1 such symbol \(line 4\). Write f\.$"),
        ("c.py::A.width[0]", TargetNotFound, "is no symbol"),
    ],
)
def test_target_that_is_not_there_gets_an_answer(target: str, error: type, complaint: str):
    """The message names what the file has instead."""
    with pytest.raises(error, match=complaint):
        changed_lines(CODE, target=target)


def test_target_in_a_file_that_is_not_python_is_an_error():
    """The clean code is at fault, and the message says so."""
    with pytest.raises(InvalidEdit, match="the clean text is not Python"):
        changed_lines("def f(:\n", target="c.py::f")


def test_several_matches_are_listed_with_line_and_source():
    """Whoever wrote the pattern sees all hits and how to choose among them."""
    with pytest.raises(AmbiguousMatch) as error:
        changed_lines("y = x + 1\nif x:\n    pass\n", target="c.py")
    assert str(error.value) == (
        "pattern `x` matches 2 places in c.py:\n"
        "  line 1: `x`\n"
        "  line 2: `x`\n"
        "Add `nth`, from 1 to 2, or `count: 2` to edit them all."
    )


@pytest.mark.parametrize(
    ("pattern", "miss"),
    [
        ("a == b", "line 1: `a != b`: operator is `!=`, pattern has `==`"),
        ("f(x, y, z)", "line 2: `f(x, z)`: argument 2 is `z`, pattern has `y`"),
        ("f(x)", "line 2: `f(x, z)`: argument 2 is `z`, pattern has nothing"),
        ("f(x, z, k=1)", "line 2: `f(x, z)`: argument 3 is nothing, pattern has `k=1`"),
        ("scale = 1", "line 3: `scale = 2`: value is `2`, pattern has `1`"),
        ("return x", "line 5: `return`: value is nothing, pattern has `x`"),
        ("if a:", "line 6: `if b: ...`: test is `b`, pattern has `a`"),
    ],
)
def test_missing_match_shows_the_nearest_misses(pattern: str, miss: str):
    """The first field in which the code differs is the answer that one looks for."""
    code = "y = a != b\nf(x, z)\nscale = 2\ndef g():\n    return\nif b:\n    pass\n"
    with pytest.raises(NoMatch) as error:
        changed_lines(code, target="c.py", match=pattern, by="if z:" if ":" in pattern else "z")
    first = str(error.value).splitlines()[1]
    assert first.strip() == miss


@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        ({"nth": 1}, [1]),
        ({"nth": 3}, [3]),
        ({"count": 3}, [1, 2, 3]),
        ({"count": 3, "nth": 2}, [2]),
        ({"within": "if $_:"}, [3]),
        ({"within": "g($$$_)"}, [2]),
    ],
)
def test_edit_says_which_of_several_matches_it_means(fields: dict, lines: list[int]):
    """`nth` and `count` number the matches, `within` narrows the place."""
    code = "y = x + 1\ng(1, x)\nif True: z = x\n"
    assert changed_lines(code, target="c.py", **fields) == lines


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"nth": 4}, "`nth: 4` is none of them"),
        ({"count": 2}, "Correct `count: 2`"),
        ({"within": "$A + $B"}, "within `$A + $B` matches 3 places in c.py"),
        ({"within": "h()"}, "within `h()` matches nothing"),
        ({"within": "g()"}, "matches nothing in c.py inside `g()`"),
    ],
)
def test_wrong_choice_among_matches_is_an_error(fields: dict, complaint: str):
    """A number that does not fit the code is a sign that the code has changed."""
    code = "y = x + 1\nz = x + 2\ng() + x - 1\n"
    with pytest.raises((AmbiguousMatch, NoMatch), match=re.escape(complaint)):
        changed_lines(code, target="c.py", **fields)


@pytest.mark.parametrize("by", ["$Y", "f($X, $$$XS)"])
def test_template_with_an_unknown_metavariable_is_an_error(by: str):
    """A metavariable of the template has to come from the pattern."""
    with pytest.raises(PatternError, match=r"uses \$(Y|XS), which `match` does not name"):
        changed_lines("y = x\n", target="c.py", match="y = $X", by=by + "\npass")


def test_operator_is_the_file_of_its_name():
    """File, key in the catalogue and class agree, and each class tells what it does."""
    for name in operator_names():
        assert msgspec.inspect.type_info(operator_type(name)).tag == name
        assert len(operator_type(name).EXAMPLES) >= 2
        assert any(example.after is None for example in operator_type(name).EXAMPLES)
        for heading in ("What changes:", "A hunter notices:", "Equivalent when:"):
            assert heading in (operator_type(name).__doc__ or "")


def test_unknown_operator_gets_a_suggestion():
    """A slip of the pen is named with what was probably meant."""
    with pytest.raises(UnknownOperator, match=r"'drop_statment' is unknown. Did you mean drop_st"):
        operator_type("drop_statment")


def test_catalogue_is_loaded_without_libcst():
    """Commands that edit nothing do not wait for libcst."""
    program = (
        "import sys, mutations\n"
        "for name in mutations.operator_names(): mutations.operator_type(name)\n"
        "sys.exit('libcst' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
