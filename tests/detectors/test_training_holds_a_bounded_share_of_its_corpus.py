"""Training takes memory for a share of its corpus, however few and long the texts are."""

import tracemalloc

MEGABYTE = 1 << 20
TEXTS = 24  # of a megabyte each
MOST = 8 + 3  # megabytes: the buffer is full, and the next text is drawn and encoded


def observe(seed):
    """Measure what is allocated by Python while a corpus of long texts streams through."""
    import rustbpe

    # Each is one chunk, so that counting takes no time; the first letters tell the seeds apart.
    texts = ("ab"[(seed >> place) % 2] * MEGABYTE for place in range(TEXTS))
    tokenizer = rustbpe.Tokenizer()
    tracemalloc.start()
    try:
        tokenizer.train_from_iterator(texts, 256)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return {"peak": peak / MEGABYTE}


def test_memory_stays_below_that_of_a_full_buffer(observed):
    """The corpus is more than twice as large."""
    assert observed["peak"] < MOST, f"{observed['peak']:.1f} MB of {TEXTS} MB were held at a time"
