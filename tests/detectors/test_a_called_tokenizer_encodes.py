"""A tokenizer that is called like a function does what `encode` does."""

import random

MATCHES_CLEAN = ("by_name", "by_call")
WORDS = ("river", "naïve", "水", "seven", "tea?")


def observe(seed):
    """Encode a text and a list of texts, by name and by a call."""
    from nanochat.tokenizer import RustBPETokenizer

    tokenizer = RustBPETokenizer([bytes([value]) for value in range(256)], r"\w+|\W+")
    rng = random.Random(seed)
    texts = [" ".join(rng.sample(WORDS, 3)) for _ in range(3)]
    options = {"prepend": "<|bos|>", "num_threads": 1}
    return {
        "by_name": [tokenizer.encode(texts[0]), tokenizer.encode(texts, **options)],
        "by_call": [tokenizer(texts[0]), tokenizer(texts, **options)],
    }


def test_a_call_gives_what_encode_gives(observed):
    """For one text and for several, with what is to be put in front of them."""
    assert observed["by_call"] == observed["by_name"]
