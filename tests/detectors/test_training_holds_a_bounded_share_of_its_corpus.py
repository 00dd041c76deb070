"""Training takes memory for a share of its corpus, however few and long the texts are."""

import random
import tracemalloc

MATCHES_CLEAN = ("letters", "learned")
MAY_DIFFER = ("peak",)  # a little, by how much is held beside the buffer
MEGABYTE = 1 << 20
TEXTS = 24  # of a megabyte each
MOST = 8 + 3  # megabytes: the buffer is full, and the next text is drawn and encoded


def observe(seed):
    """Measure what is allocated by Python while a corpus of long texts streams through."""
    import rustbpe

    # Each is one chunk of one letter, so that counting takes no time.
    letters = random.Random(seed).choices("abcd", k=TEXTS)
    texts = (letter * MEGABYTE for letter in letters)
    tokenizer = rustbpe.Tokenizer()
    tracemalloc.start()
    try:
        tokenizer.train_from_iterator(texts, 260)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    learned = [token.decode() for token, _ in tokenizer.get_mergeable_ranks()[256:]]
    return {"letters": letters, "learned": learned, "peak": peak / MEGABYTE}


def test_memory_stays_below_that_of_a_full_buffer(observed):
    """The corpus is more than twice as large."""
    assert observed["peak"] < MOST, f"{observed['peak']:.1f} MB of {TEXTS} MB were held at a time"


def test_the_letter_of_most_texts_is_learned_first(observed):
    """Among equals the first of the alphabet: no text was left out to save memory."""
    letters = observed["letters"]
    assert observed["learned"][0] == 2 * max(sorted(set(letters)), key=letters.count)
