"""The target of a token is the token after it, over the ends of rows and batches as well."""

import numpy as np
from small_corpora import arrays, small_corpus, small_loader, small_tokenizer

MATCHES_CLEAN = ("bos", "words", "inputs", "targets")


def observe(seed):
    """Take as many batches as the tokens of the training documents fill."""
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(2, 8, 2).tolist())
    tokenizer = small_tokenizer()
    with small_corpus(seed) as (folder, documents):
        texts = [tokenizer.encode(document) for document in documents]
        words = [token for ids in texts for token in ids]
        loader = small_loader(folder, shape)
        batches = [arrays(next(loader)) for _ in range(len(words) // (shape[0] * shape[1]))]
    return {
        "bos": tokenizer.get_bos_token_id(),
        "words": words,
        "inputs": np.stack([inputs for inputs, _ in batches]),
        "targets": np.stack([targets for _, targets in batches]),
    }


def test_targets_are_inputs_one_token_later(observed):
    """Laid end to end, targets are the inputs without the first of them."""
    inputs, targets = observed["inputs"].reshape(-1), observed["targets"].reshape(-1)
    np.testing.assert_array_equal(targets[:-1], inputs[1:])


def test_no_token_of_a_document_is_lost_or_repeated(observed):
    """Laid end to end, inputs are the tokens of the documents, in order."""
    stream = observed["inputs"].reshape(-1)
    stream = stream[stream != observed["bos"]]
    np.testing.assert_array_equal(stream, observed["words"][: len(stream)])
