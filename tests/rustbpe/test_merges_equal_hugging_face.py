"""Where both order the single bytes alike, Hugging Face tokenizers learns the same merges.

Its byte-level alphabet is ordered by printable stand-ins, ours by the value of the byte, so that
ties may fall differently as soon as spaces or bytes outside ASCII take part.
"""

import string

from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Regex, models, pre_tokenizers, trainers
from tokenizers import Tokenizer as HuggingFaceTokenizer

from rustbpe import Tokenizer

PATTERN = "[a-z]+"


def learned_by_hugging_face(texts: list[str], vocab_size: int) -> list[bytes]:
    """Return the merged tokens, in the order in which they were learned."""
    tokenizer = HuggingFaceTokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(PATTERN), behavior="removed", invert=True)
    letters = list(string.ascii_lowercase)
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size - 256 + len(letters),
        min_frequency=0,
        initial_alphabet=letters,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    vocabulary = tokenizer.get_vocab()
    return [token.encode() for token in sorted(vocabulary, key=vocabulary.get)[len(letters) :]]


@settings(deadline=None, max_examples=60)
@given(
    texts=st.lists(st.text("abcd ", max_size=60), max_size=8),
    vocab_size=st.integers(257, 300),
)
def test_merges_equal_those_of_hugging_face(texts, vocab_size):
    """Four letters make many ties; both take the smallest pair."""
    tokenizer = Tokenizer()
    tokenizer.train_from_iterator(texts, vocab_size, pattern=PATTERN)
    ours = [token for token, _ in tokenizer.get_mergeable_ranks()[256:]]
    assert ours == learned_by_hugging_face(texts, vocab_size)
