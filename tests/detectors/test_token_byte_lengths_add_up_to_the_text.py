"""The byte lengths of a text's tokens add up to the bytes of the text, in every script."""

import numpy as np

MATCHES_CLEAN = ("lengths", "vocab_size", "control", "texts", "ids")
LETTERS = "abcde  äßé жћ 水火 한글 🦊🧭 ﷽ \u0301"


def observe(seed):
    """Encodes random texts, most of whose characters are spread over several tokens."""
    from nanochat.tokenizer import RustBPETokenizer

    rng = np.random.default_rng(seed)
    texts = ["".join(rng.choice(list(LETTERS), size)) for size in (0, 1, 5, 60)]
    tokenizer = RustBPETokenizer.train_from_iterator(iter(texts), vocab_size=275)
    return {
        "lengths": tokenizer.token_byte_lengths(),
        "vocab_size": tokenizer.get_vocab_size(),
        "control": [tokenizer.encode_special(name) for name in tokenizer.get_special_tokens()],
        "texts": texts,
        "ids": tokenizer.encode(texts),
    }


def test_lengths_of_the_tokens_add_up_to_the_bytes_of_the_text(observed):
    """Bits per byte divides by this sum: it has to be what the text takes on disk."""
    lengths = observed["lengths"]
    sums = [sum(lengths[token] for token in ids) for ids in observed["ids"]]
    assert sums == [len(text.encode()) for text in observed["texts"]]


def test_single_bytes_have_length_one_and_control_tokens_zero(observed):
    """A byte is one byte, even where it is no character; a control token is no text."""
    lengths = observed["lengths"]
    assert len(lengths) == observed["vocab_size"]
    assert lengths[:256] == [1] * 256
    assert [lengths[token] for token in observed["control"]] == [0] * len(observed["control"])
