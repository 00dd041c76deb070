"""In the stream of tokens on which a model trains, every document is opened by BOS."""

from small_corpora import arrays, small_corpus, small_loader, small_tokenizer

MATCHES_CLEAN = ("bos", "stream", "texts")


def observe(seed):
    """Take a stretch of the stream, and encode the documents one by one without BOS."""
    tokenizer = small_tokenizer()
    with small_corpus(seed) as (folder, documents):
        loader = small_loader(folder, (1, 40), tokenizer_batch_size=1 + seed % 5)
        stream = [token for _ in range(3) for token in arrays(next(loader))[0][0].tolist()]
        texts = [tokenizer.encode(document) for document in documents]
    return {"bos": tokenizer.get_bos_token_id(), "stream": stream, "texts": texts}


def test_stream_is_documents_each_after_one_bos(observed):
    """BOS, a document, BOS, the next document, and so on."""
    expected = [token for ids in observed["texts"] for token in (observed["bos"], *ids)]
    assert observed["stream"] == expected[: len(observed["stream"])]
