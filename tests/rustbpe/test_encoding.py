"""Encoding applies the merges in the order of their ranks, and loses nothing."""

import random
import string

import pytest
import reference_trainer
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st

from rustbpe import Tokenizer

PATTERN = r" ?[^ ]+| +"
TEXTS = [
    "the cat's hat: 1234 bats\n\n\tsat  on the mat; été, naïve 🦀🦀",
    "aaaaaaaa ababab\r\n" * 3,
]


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """Return a tokenizer with the default pattern, trained on a few words."""
    tokenizer = Tokenizer()
    tokenizer.train_from_iterator(TEXTS, 320)
    return tokenizer


@pytest.fixture(scope="module")
def peer(tokenizer) -> tiktoken.Encoding:
    """Return tiktoken with the ranks and the pattern of the tokenizer."""
    return tiktoken.Encoding(
        name="peer",
        pat_str=tokenizer.get_pattern(),
        mergeable_ranks=dict(tokenizer.get_mergeable_ranks()),
        special_tokens={},
    )


def any_text() -> st.SearchStrategy[str]:
    """Mix text of all Unicode with the characters that the tokenizer was trained on."""
    return st.lists(st.one_of(st.text(max_size=8), st.sampled_from(TEXTS[0].split(" ")))).map(
        " ".join
    )


@settings(deadline=None, max_examples=150)
@given(text=any_text())
def test_decoding_the_ids_gives_the_text_back(tokenizer, text):
    """The default pattern covers every character, so no byte is lost."""
    tokens = {rank: token for token, rank in tokenizer.get_mergeable_ranks()}
    assert b"".join(tokens[rank] for rank in tokenizer.encode(text)).decode() == text


@settings(deadline=None, max_examples=150)
@given(text=any_text())
def test_ids_equal_those_of_tiktoken(tokenizer, peer, text):
    """Same ranks, same pattern, same ids."""
    assert tokenizer.encode(text) == peer.encode_ordinary(text)


@settings(deadline=None, max_examples=100)
@given(corpus=st.text("ab ", max_size=60), text=st.text("ab ", max_size=40))
def test_ids_equal_merges_applied_one_by_one(corpus, text):
    """The reference runs through all merges, in order, over the whole chunk."""
    tokenizer = Tokenizer()
    tokenizer.train_from_iterator([corpus], 300, pattern=PATTERN)
    merges = reference_trainer.train([corpus], 300, PATTERN)
    assert tokenizer.encode(text) == reference_trainer.encode(text, merges, PATTERN)


def test_untrained_tokenizer_encodes_to_bytes():
    """Without merges the ids are the bytes of the text."""
    assert Tokenizer().encode("né 12") == list("né 12".encode())


def test_one_endless_word_is_encoded_quickly():
    """A quadratic encoder would need hours for a chunk of a million letters."""
    letters = "".join(random.Random(1).choices(string.ascii_lowercase, k=1_000_000))
    tokenizer = Tokenizer()
    tokenizer.train_from_iterator([letters[:10_000]], 512)
    assert len(tokenizer.encode(letters)) < 800_000


def test_lone_surrogate_is_refused():
    """Such a text has no UTF-8 form, hence no bytes to encode."""
    with pytest.raises(ValueError, match=r"encode: the text is not valid Unicode: .*surrogates"):
        Tokenizer().encode("a\ud800")
