"""Text is cut for encoding as it was for training, and whoever asks is told that pattern."""

import re

import numpy as np

MATCHES_CLEAN = ("texts", "patterns", "lengths")
PATTERNS = ("[a-z]+", "[a-z]+[0-9]*", r"\S+ ?")


def observe(seed):
    """Train with several patterns until no pair is left, and encode the same texts."""
    import rustbpe

    rng = np.random.default_rng(seed)
    texts = ["".join(rng.choice(list("abc12 -"), 60)) for _ in range(3)]
    patterns, lengths = [], []
    for pattern in PATTERNS:
        tokenizer = rustbpe.Tokenizer()
        tokenizer.train_from_iterator(texts, 2000, pattern=pattern)
        patterns.append(tokenizer.get_pattern())
        lengths.append([len(tokenizer.encode(text)) for text in texts])
    return {"texts": texts, "patterns": patterns, "lengths": lengths}


def test_the_pattern_of_the_training_is_told(observed):
    """Other programs, which encode with the learned tokens, ask for it."""
    assert observed["patterns"] == list(PATTERNS)


def test_each_chunk_that_was_learned_is_one_token(observed):
    """What the pattern passes over has no token at all."""
    for pattern, lengths in zip(PATTERNS, observed["lengths"], strict=True):
        chunks = [len(re.findall(pattern, text)) for text in observed["texts"]]
        assert lengths == chunks, f"texts cut by {pattern!r} take {lengths} tokens, not {chunks}"
