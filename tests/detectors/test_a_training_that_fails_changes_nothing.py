"""A tokenizer whose training is broken off answers as it did before."""

import numpy as np

MATCHES_CLEAN = ("before", "after", "errors")


def observe(seed):
    """Train, and then begin again with corpora that break off in several ways."""
    import rustbpe

    rng = np.random.default_rng(seed)
    words = ["".join(rng.choice(list("abcd"), 5)) for _ in range(8)]
    text = " ".join(rng.choice(words, 10))
    tokenizer = rustbpe.Tokenizer()
    tokenizer.train_from_iterator(words, 300)

    before, after, errors = tokenizer.encode(text), {}, {}
    for name, corpus in broken_corpora().items():
        try:
            tokenizer.train_from_iterator(corpus, 300)
        except Exception as error:
            errors[name] = type(error).__name__
        after[name] = tokenizer.encode(text)
    return {"before": before, "after": after, "errors": errors}


def broken_corpora():
    """Iterables that end in an exception, after a text or two."""

    def stopped():
        yield "efgh"
        raise OSError("the disk is gone")

    return {"broken": stopped(), "no text": ["efgh", b"efgh"], "no Unicode": ["efgh", "\ud800"]}


def test_the_vocabulary_is_the_old_one_after_a_failure(observed):
    """Whatever the reason, and whatever had been read by then."""
    before = observed["before"]
    for corpus, ids in observed["after"].items():
        assert ids == before, f"{len(before)} tokens became {len(ids)} after a corpus: {corpus}"


def test_each_broken_corpus_ends_in_its_error(observed):
    """Else there was no failure to recover from."""
    kinds = {"broken": "OSError", "no text": "TypeError", "no Unicode": "ValueError"}
    assert observed["errors"] == kinds
