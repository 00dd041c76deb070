"""Training learns from every text, however many and however long they are."""

import numpy as np

MATCHES_CLEAN = ("words", "lengths")
BUFFER_SIZES = (1, 2, 3, 7, 8192)
LONG = 8 << 20  # bytes, the most that is held at a time


def observe(seed):
    """Train on texts of one word each, until no pair is left, and encode each word."""
    rng = np.random.default_rng(seed)
    words = ["".join(rng.choice(list("abcdefgh"), size)) for size in rng.integers(2, 7, 20)]
    lengths = {f"{size} at a time": lengths_after(words, words, size) for size in BUFFER_SIZES}
    long_texts = (" " * LONG + word for word in words[:2])
    lengths["very long ones"] = lengths_after(long_texts, words[:2], 1)
    return {"words": words, "lengths": lengths}


def lengths_after(texts, words, buffer_size):
    """Train on the texts; return how many tokens each word takes then."""
    import rustbpe

    tokenizer = rustbpe.Tokenizer()
    tokenizer.train_from_iterator(texts, 1000, buffer_size, pattern="[a-z]+")
    return [len(tokenizer.encode(word)) for word in words]


def test_every_word_of_the_corpus_becomes_one_token(observed):
    """With room for all merges, a word that was counted ends up whole."""
    for texts, lengths in observed["lengths"].items():
        pairs = zip(observed["words"], lengths, strict=False)
        missed = [word for word, length in pairs if length > 1]
        assert not missed, f"texts, {texts}: these were not learned from: {missed}"
