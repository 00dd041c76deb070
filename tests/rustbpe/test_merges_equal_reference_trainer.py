"""The Rust trainer learns what the definition of BPE says, on any text."""

import random

import pytest
import reference_trainer
from hypothesis import given, settings
from hypothesis import strategies as st

from rustbpe import Tokenizer

PATTERN = r" ?[^ ]+| +"
ALPHABETS = {"runs": "a", "ties": "ab ", "multibyte": "é🦀ña ", "mixed": "abcdef  0é'\n\x00"}


def trained(texts, vocab_size, **options) -> Tokenizer:
    """Return a tokenizer trained on `texts`."""
    tokenizer = Tokenizer()
    tokenizer.train_from_iterator(texts, vocab_size, pattern=PATTERN, **options)
    return tokenizer


@pytest.mark.parametrize("alphabet", ALPHABETS.values(), ids=ALPHABETS)
@settings(deadline=None, max_examples=80)
@given(data=st.data())
def test_merges_equal_those_of_the_reference(alphabet, data):
    """Few letters make ties and runs likely; empty texts and early ends occur too."""
    texts = data.draw(st.lists(st.text(alphabet, max_size=40), max_size=6))
    vocab_size = data.draw(st.integers(256, 300))
    expected = reference_trainer.ranks(reference_trainer.train(texts, vocab_size, PATTERN))
    assert trained(texts, vocab_size).get_mergeable_ranks() == expected


@pytest.mark.parametrize("length", range(1, 18))
def test_run_of_one_letter_merges_as_in_the_reference(length):
    """Overlapping pairs are all counted and merged without overlap, for odd and even lengths."""
    expected = reference_trainer.ranks(reference_trainer.train(["a" * length], 300, PATTERN))
    assert trained(["a" * length], 300).get_mergeable_ranks() == expected


def test_merges_whose_counts_fell_equal_those_of_the_reference():
    """After hundreds of merges nearly every queued count is out of date; none may be lost."""
    rng = random.Random(0)
    words = ["".join(rng.choices("abcdefgh", k=rng.randint(2, 9))) for _ in range(60)]
    texts = [" ".join(rng.choices(words, weights=range(1, 61), k=600))]
    expected = reference_trainer.train(texts, 256 + 250, PATTERN)
    assert len(expected) > 150
    assert trained(texts, 256 + 250).get_mergeable_ranks() == reference_trainer.ranks(expected)


@settings(deadline=None, max_examples=60)
@given(
    texts=st.lists(st.text("abé ", max_size=30), max_size=12),
    buffer_size=st.integers(1, 15),
    seed=st.randoms(),
)
def test_result_depends_neither_on_buffers_nor_on_order(texts, buffer_size, seed):
    """Every text counts once, whatever the grouping, the last and incomplete buffer included."""
    shuffled = seed.sample(texts, len(texts))
    ranks = trained(shuffled, 290, buffer_size=buffer_size).get_mergeable_ranks()
    assert ranks == trained(texts, 290).get_mergeable_ranks()


def test_text_at_the_very_end_of_the_corpus_is_counted():
    """The most frequent pair stands only in the last of an odd number of texts."""
    texts = ["ab"] * 10 + ["yz" * 50]
    assert trained(texts, 257, buffer_size=4).get_mergeable_ranks()[256] == (b"yz", 256)


def test_ranks_are_contiguous_and_tokens_unique():
    """A token never gets a second id, although different pairs could spell it."""
    ranks = trained(["aab abb aba bab aabb " * 3, "abababab aaaa bbbb"], 400).get_mergeable_ranks()
    assert [rank for _, rank in ranks] == list(range(len(ranks)))
    assert len(dict(ranks)) == len(ranks)


def test_training_ends_early_when_no_pair_is_left():
    """A small corpus gives a small vocabulary and no error."""
    assert trained(["abc"], 100_000).get_mergeable_ranks()[256:] == [(b"ab", 256), (b"abc", 257)]


def test_vocabulary_of_bytes_needs_no_merges():
    """256 is the smallest size, and an empty corpus is enough for it."""
    expected = [(bytes([byte]), byte) for byte in range(256)]
    assert trained([], 256).get_mergeable_ranks() == expected
    assert trained(["abab"], 256).get_mergeable_ranks() == expected
