"""The calculator computes arithmetic, counts in strings, and refuses everything else."""

import operator
import random

MATCHES_CLEAN = ("sums", "word", "counts", "refused")
OPERATIONS = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "//": operator.floordiv,
    "%": operator.mod, "/": operator.truediv,
}  # fmt: skip
REFUSED = (
    *("", "x", "math", "ast", "MAX_BITS", "expression", "__name__", "open", "print(1)", "len('a')"),
    *("__import__('os').getcwd()", "(1).__class__", "'a'.upper()", "'a'.find('a')", "'a' * 9"),
    *("'a'.count('a', 0)", "(lambda: 1)()", "[x for x in (1, 2)]", "1 if 1 else 2", "1 < 2"),
    *("True", "None", "1, 2", "2 ** 9 ** 9", "9 ** 9 ** 9 ** 9", "1 / 0", "1e999", "(-8) ** 0.5"),
    *("1 << 9999999", "2j", "b'a'.count(b'a')", "f'{1}'.count('1')", "1; 2", "x := 1", "1 +"),
)


def observe(seed):
    """Ask for sums, for letters, and for what no calculator should do."""
    from nanochat.engine import use_calculator

    numbers = random.Random(seed)
    sums = []
    for sign in OPERATIONS:
        a, b, c = (numbers.randint(1, 5000) for _ in range(3))
        sums.append([a, sign, b, c, use_calculator(f"{a:,} {sign} (-{b} + {c:,}.5)")])
    word = "".join(numbers.choices("aber", k=12))
    return {
        "sums": sums,
        "word": word,
        "counts": {letter: use_calculator(f"'{word}'.count('{letter}')") for letter in "aberz"},
        "refused": {text: use_calculator(text) for text in REFUSED},
    }


def test_sums_are_right(observed):
    """Operators, brackets, signs, decimals and commas between thousands."""
    for a, sign, b, c, result in observed["sums"]:
        assert result == OPERATIONS[sign](a, -b + (c + 0.5)), f"{a:,} {sign} (-{b} + {c:,}.5)"


def test_letters_are_counted(observed):
    """A letter that is not in the word counts 0, which is a result."""
    word = observed["word"]
    assert observed["counts"] == {letter: word.count(letter) for letter in "aberz"}


def test_everything_else_is_refused(observed):
    """Names, attributes, calls and whatever grows without bound give no result."""
    answered = {text: result for text, result in observed["refused"].items() if result is not None}
    assert answered == {}
