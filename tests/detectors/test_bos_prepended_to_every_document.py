"""A document encoded with `prepend` starts with that token, alone and in a batch."""

import numpy as np

MATCHES_CLEAN = ("bos", "plain", "alone", "batch")
WORDS = ("the", "cat", "sat", "on", "a", "mat", "naïve", "水", "🦊", "1024", "\n\n", "<|bos|>")


def observe(seed):
    """Encodes random documents without a first token, and with it alone and in a batch."""
    from nanochat.tokenizer import RustBPETokenizer

    rng = np.random.default_rng(seed)
    documents = [" ".join(rng.choice(WORDS, size)) for size in rng.integers(0, 12, 8)]
    tokenizer = RustBPETokenizer.train_from_iterator(iter(documents), vocab_size=280)
    bos = tokenizer.get_bos_token_id()
    return {
        "bos": bos,
        "plain": [tokenizer.encode(document) for document in documents],
        "alone": [tokenizer.encode(document, prepend="<|bos|>") for document in documents],
        "batch": tokenizer.encode(documents, prepend=bos, num_threads=2),
    }


def test_document_encoded_alone_starts_with_bos(observed):
    """One call per document: the first token, and then what the document is without it."""
    assert observed["alone"] == [[observed["bos"], *ids] for ids in observed["plain"]]


def test_every_document_of_a_batch_starts_with_bos(observed):
    """One call for all documents: each of them starts with the token."""
    assert observed["batch"] == [[observed["bos"], *ids] for ids in observed["plain"]]
