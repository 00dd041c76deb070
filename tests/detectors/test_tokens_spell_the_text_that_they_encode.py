"""The bytes of a text's tokens, one after the other, are the text."""

import numpy as np

MATCHES_CLEAN = ("texts", "tokens", "ids")


def observe(seed):
    """Train on random words, and encode them and others of the same letters."""
    import rustbpe

    rng = np.random.default_rng(seed)
    texts = ["".join(rng.choice(list("abcd é水 "), 60)) for _ in range(6)]
    tokenizer = rustbpe.Tokenizer()
    tokenizer.train_from_iterator(texts[:3], 290)
    return {
        "texts": texts,
        "tokens": [token for token, _ in tokenizer.get_mergeable_ranks()],
        "ids": [tokenizer.encode(text) for text in texts],
    }


def test_bytes_of_the_tokens_join_to_the_text(observed):
    """What was trained on and what was not, single bytes and merges alike."""
    for text, ids in zip(observed["texts"], observed["ids"], strict=True):
        spelled = b"".join(observed["tokens"][token] for token in ids)
        assert spelled == text.encode(), f"{text.encode()[:16]}... is spelled {spelled[:16]}..."


def test_merges_are_in_use(observed):
    """A text is shorter in tokens than in bytes: the law above was not met by bytes alone."""
    assert all(max(ids) > 255 for ids in observed["ids"])
