"""Bad input is an exception that names the value and the next step, and changes nothing."""

import pytest

from rustbpe import Tokenizer


class Broken(Exception):
    """What the broken iterator of these tests raises."""


def breaking_after(*texts):
    """Yield `texts`, then raise."""
    yield from texts
    raise Broken("the disk is gone")


GOOD_CALL = {"iterator": ["a"], "vocab_size": 300}

# What is changed in the good call, the exception, and what its message must say.
BAD_CALLS = {
    "vocabulary below the bytes": (
        {"vocab_size": 255},
        ValueError,
        r"vocab_size is 255, and must lie between 256",
    ),
    "negative vocabulary": ({"vocab_size": -1}, ValueError, "vocab_size is -1"),
    "vocabulary beyond 32 bits": ({"vocab_size": 2**32}, ValueError, "vocab_size is 4294967296"),
    "vocabulary as text": ({"vocab_size": "300"}, TypeError, "vocab_size"),
    "empty buffer": ({"buffer_size": 0}, ValueError, "buffer_size is 0, and must be at least 1"),
    "negative buffer": ({"buffer_size": -8}, ValueError, "buffer_size is -8"),
    "pattern that does not compile": (
        {"pattern": "(unclosed"},
        ValueError,
        r'pattern "\(unclosed" is not a valid regular expression: .*paren',
    ),
    "pattern that backtracks without end": (
        {"iterator": ["ab" * 64], "pattern": "(?i)(a|b|ab)*(?>c)"},
        RuntimeError,
        r"\(a\|b\|ab\).* could not be matched .*backtrack",
    ),
    "single text": (
        {"iterator": "all of it"},
        TypeError,
        r"single 'str'.* Pass an iterable of texts, such as \[text\]",
    ),
    "not iterable": ({"iterator": 3}, TypeError, "iterator is of type 'int', not an iterable"),
    "item that is not text": (
        {"iterator": ["a", "b", b"c"]},
        TypeError,
        r"item 2 of the iterator .* is of type 'bytes', not 'str'",
    ),
    "item that is missing": ({"iterator": [None]}, TypeError, r"item 0 .* 'NoneType'"),
    "lone surrogate": (
        {"iterator": ["a", "\udc80"]},
        ValueError,
        r"item 1 of the iterator is not valid Unicode: .* Clean it first",
    ),
    "iterator that raises": (
        {"iterator": breaking_after("a", "b"), "buffer_size": 1},
        Broken,
        "the disk is gone",
    ),
}


@pytest.mark.parametrize(("change", "error", "message"), BAD_CALLS.values(), ids=BAD_CALLS)
def test_bad_call_raises_and_keeps_the_old_vocabulary(change, error, message):
    """The tokenizer answers after the failure as it did before."""
    tokenizer = Tokenizer()
    tokenizer.train_from_iterator(["abab cdcd"], 260, pattern="[a-z]+")
    before = tokenizer.get_mergeable_ranks()
    with pytest.raises(error, match=message):
        tokenizer.train_from_iterator(**(GOOD_CALL | change))
    assert tokenizer.get_mergeable_ranks() == before
    assert tokenizer.get_pattern() == "[a-z]+"


def test_training_inside_the_iterator_of_a_training_is_allowed():
    """The iterator may use the very tokenizer that is being trained."""
    tokenizer = Tokenizer()

    def texts():
        tokenizer.train_from_iterator(["xyxy"], 257)
        yield "abab" if tokenizer.encode("xy") == [256] else "wrong"

    tokenizer.train_from_iterator(texts(), 257)
    assert tokenizer.get_mergeable_ranks()[256] == (b"ab", 256)


def test_subclass_of_str_is_text():
    """Anything that is a str may be trained on."""

    class Title(str):
        __slots__ = ()

    tokenizer = Tokenizer()
    tokenizer.train_from_iterator([Title("abab")], 257)
    assert tokenizer.get_mergeable_ranks()[256] == (b"ab", 256)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [(None, [b"12", b"34"]), (r"\p{N}+", [b"12", b"34", b"1234"]), (r"[a-z]", [])],
    ids=["default", "own", "nothing to merge"],
)
def test_pattern_decides_what_may_merge(pattern, expected):
    """The default keeps numbers in groups of two; text outside all matches is passed over."""
    tokenizer = Tokenizer()
    tokenizer.train_from_iterator(["1234 1234", "1234"], 300, pattern=pattern)
    tokens = [token for token, _ in tokenizer.get_mergeable_ranks()[256:]]
    assert tokens == expected
