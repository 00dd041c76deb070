"""By default no token holds more than two digits."""

import numpy as np

MATCHES_CLEAN = ("tokens",)


def observe(seed):
    """Train on few numbers, which occur again and again, between words."""
    import rustbpe

    numbers = np.random.default_rng(seed).integers(100, 10_000, 8).tolist()
    texts = [f"from {number} to {number}, year {number}." for number in numbers] * 3
    tokenizer = rustbpe.Tokenizer()
    tokenizer.train_from_iterator(texts, 1000)
    return {"tokens": [token for token, _ in tokenizer.get_mergeable_ranks()]}


def digits(token):
    """How many digits there are in the bytes of a token."""
    return sum(48 <= byte < 58 for byte in token)


def test_no_token_holds_more_than_two_digits(observed):
    """The merges went on until nothing was left to merge."""
    long = [token for token in observed["tokens"] if digits(token) > 2]
    assert not long, f"these tokens hold more than two digits: {long}"


def test_pairs_of_digits_are_learned(observed):
    """Every number has such a pair."""
    counts = {digits(token) for token in observed["tokens"]}
    assert 2 in counts, f"the tokens hold {sorted(counts)} digits each"
