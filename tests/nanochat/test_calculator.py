"""The calculator: right answers to sums, no answer to anything else, and always soon."""

import time
import warnings
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nanochat.calculator import use_calculator


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("  7 - 9\n", -2),
        ("-3 ** 2", -9),
        ("+-+2", -2),
        ("7 / 2", 3.5),
        ("7 // 2", 3),
        ("-7 // 2", -4),
        ("-7 % 3", 2),
        ("2 ** 10", 1024),
        ("2 ** -1", 0.5),
        ("2 ** 0.5", 2**0.5),
        ("2 ** 500", 2**500),
        ("1 ** 999999", 1),
        ("(-1) ** 999999", -1),
        ("0 ** 999999", 0),
        ("2 ** -99999", 0.0),
        (".5 + 1.", 1.5),
        ("1e3", 1000.0),
        ("1,000 * 3", 3000),
        ("1,234,567 + 1", 1234568),
        ("12,345.5", 12345.5),
        ("'strawberry'.count('r')", 3),
        ('"strawberry".count("rr")', 1),
        ("'1,000 and 1,000'.count('1,000')", 2),
        ("'1,000,000'.count(',')", 2),
        ('"1,000,000".count(",")', 2),
        ("'it\\'s'.count('s') + 1", 2),
        ("'水火水'.count('水')", 2),
        ("'a'.count('b') * 7", 0),
    ],
    ids=repr,
)
def test_sums_and_counts_are_computed(expression, result):
    """Value and type."""
    computed = use_calculator(expression)
    assert (computed, type(computed)) == (result, type(result))


@pytest.mark.parametrize(
    "expression",
    [
        *("", " ", "2 +", "2 3", "(2", "two", "2 + x", "pi", "2 = 2", "2 == 2", "not 1", "1 and 2"),
        *("2,5", "1,00", "1234,567", "0.125,000", "1,0000", "1,000,00", ",000"),
        *("1 / 0", "0 ** -1", "1 % 0", "0.0 // 0", "1e999", "1e308 * 10", "(-8) ** 0.5", "2j"),
        *("True", "True + 1", "None", "...", "'7'", "'a' + 'b'", "'a' * 3", "b'a'.count(b'a')"),
        *("[1][0]", "{1: 2}[1]", "(1, 2)", "{1}", "lambda: 1", "1 if 1 else 2", "(x := 1)"),
        *("abs(-1)", "max(1, 2)", "int('1')", "__import__('os')", "exec('1')", "open('f').read()"),
        *("(1).real", "(1).__class__", "'a'.__class__", "'a'.upper()", "'a'.index('a')"),
        *("'a'.count()", "'a'.count(1)", "'a'.count('a', 0)", "'a'.count(sub='a')"),
        *("'a'.count(*['a'])", "'a'.count('a').count('a')", "'a'.count", "x.count('a')"),
        *("MAX_BITS", "operator", "use_calculator('1')", "expression", "node", "1 # 2\n3"),
        *("~1", "1 << 2", "1 | 2", "5 @ 2", "await 1", "yield 1", "f'{1}'.count('1')", "1; 2"),
        *("١ + ١", "²", "1\u2212" + "1", "1\x00", "\ud800", "'\ud800", "\\", "1_", "0x", "007"),
    ],
    ids=ascii,
)
def test_whatever_is_no_sum_gets_no_answer(expression):
    """No error, no result."""
    assert use_calculator(expression) is None


@pytest.mark.parametrize("expression", [r"'\d'.count('d')", "1if 1else 2"], ids=repr)
def test_python_has_nothing_to_warn_about(expression, recwarn):
    """A model's way of writing is no reason to tell the user about Python's grammar."""
    warnings.simplefilter("always")
    use_calculator(expression)
    assert recwarn.list == []


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param("9 ** 9 ** 9 ** 9", id="tower"),
        pytest.param("(9 ** 99) ** (9 ** 99)", id="power of powers"),
        pytest.param("((((9**99)*(9**99))**2)**2)**2", id="repeated squares"),
        pytest.param("(-2) ** 10 ** 9", id="negative base"),
        pytest.param("2.0 ** 10 ** 9", id="broken base"),
        pytest.param("9 * " * 49 + "9" * 4, id="many factors"),
        pytest.param("9" * 200, id="many digits"),
        pytest.param("1e" + "9" * 190, id="large exponent"),
        pytest.param("(" * 200, id="open brackets"),
        pytest.param("(" * 99 + "1)" + ")" * 99, id="too many brackets"),
        pytest.param("[" * 100 + "]" * 100, id="nested lists"),
        pytest.param("1" + "+1" * 500_000, id="a million characters"),
        pytest.param("9" * 10**6, id="a million digits"),
        pytest.param("'" + "a" * 10**6 + "'.count('a')", id="long text"),
        pytest.param("-" * 10**6 + "1", id="a million signs"),
        pytest.param(" " * 10**6 + "1", id="a million spaces"),
        pytest.param("1,000" * 200_000, id="a million commas"),
    ],
)
def test_hostile_input_is_turned_down_at_once(expression):
    """The bound is far above what is taken, and far below what computing would take."""
    begin = time.perf_counter()
    result = use_calculator(expression)
    assert time.perf_counter() - begin < 2
    assert result is None or abs(result) < 2**512


@pytest.mark.parametrize("sign", ["-", "+"])
def test_deep_nesting_is_computed_or_refused_but_never_raises(sign):
    """As far as the length allows."""
    for depth in range(190, 201):
        assert use_calculator(sign * depth + "1") in (1, -1, None)


def operations(parts):
    """Two parts joined by an operator, as (text, value); value is None after a division by 0."""
    compute = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "//": lambda a, b: a // b if b else None,
        "%": lambda a, b: a % b if b else None,
    }

    def joined(left, sign, right):
        known = left[1] is not None and right[1] is not None
        value = compute[sign](left[1], right[1]) if known else None
        return f"({left[0]}) {sign} ({right[0]})", value

    return st.builds(joined, parts, st.sampled_from(sorted(compute)), parts)


NUMBERS = st.integers(-10_000, 10_000)
WHOLE = st.recursive(NUMBERS.map(lambda n: (f"{n:,}", n)), operations, max_leaves=8)


@settings(deadline=None, max_examples=150)
@given(WHOLE)
def test_whole_numbers_are_computed_exactly(expression):
    """Any nesting of sums, products, and divisions without remainder, against Python's integers."""
    text, value = expression
    assume(len(text) <= 200)
    assert use_calculator(text) == value


@settings(deadline=None, max_examples=60)
@given(NUMBERS, NUMBERS.filter(bool), NUMBERS, NUMBERS.filter(bool))
def test_fractions_are_computed_to_float_precision(a, b, c, d):
    """Against exact fractions."""
    exact = Fraction(a, b) - Fraction(c, d)
    scale = abs(Fraction(a, b)) + abs(Fraction(c, d))
    assert abs(Fraction(use_calculator(f"{a} / {b} - {c} / {d}")) - exact) <= scale * 2**-50


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="0123456789.,+-*/%() 'abcount\"ex_\n\\", max_size=40))
def test_no_text_makes_it_raise(text):
    """It returns a finite number or nothing."""
    result = use_calculator(text)
    assert result is None or (type(result) in (int, float) and abs(result) < 2**1024)
