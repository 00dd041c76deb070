"""Of the tokens that were asked for, the single bytes are the first 256."""

import numpy as np

MATCHES_CLEAN = ("sizes", "found")


def observe(seed):
    """Train on text that has pairs for far more merges, and count tokens and ids."""
    import rustbpe

    rng = np.random.default_rng(seed)
    text = "".join(rng.choice(list("abcdefghij"), 800))
    sizes = [256, 257, int(rng.integers(258, 320))]
    found = []
    for size in sizes:
        tokenizer = rustbpe.Tokenizer()
        tokenizer.train_from_iterator([text], size)
        found.append([len(tokenizer.get_mergeable_ranks()), max(tokenizer.encode(text)) + 1])
    return {"sizes": sizes, "found": found}


def test_a_vocabulary_has_as_many_tokens_as_were_asked_for(observed):
    """A model is built for that many, and whoever has a budget has counted on it."""
    assert [tokens for tokens, _ in observed["found"]] == observed["sizes"]


def test_ids_stay_within_the_vocabulary(observed):
    """The last token of a small vocabulary was just learned here, so that it occurs."""
    for size, (_, ids) in zip(observed["sizes"], observed["found"], strict=True):
        assert ids <= size
