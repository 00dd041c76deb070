"""However many ranks read, together they see every document once in an epoch."""

from small_corpora import arrays, small_corpus, small_loader, small_tokenizer

MATCHES_CLEAN = ("documents", "read", "tokenized")
WORLD_SIZES = (1, 2, 3)


def observe(seed):
    """Let ranks read one epoch, as text and as tokens."""
    from nanochat.dataset import parquets_iter_batched

    read, tokenized = [], []
    with small_corpus(seed) as (folder, documents):
        for world_size in WORLD_SIZES:
            groups = [
                [list(texts) for texts in parquets_iter_batched("train", rank, world_size, folder)]
                for rank in range(world_size)
            ]
            read.append(groups)
            tokenized.append([one_epoch(folder, rank, world_size) for rank in range(world_size)])
    return {"documents": documents, "read": read, "tokenized": tokenized}


def one_epoch(folder, rank, world_size):
    """The text that a rank's loader hands out, token by token, until its second epoch begins."""
    loader = small_loader(folder, (1, 1), rank=rank, world_size=world_size)
    ids = []
    while loader.state_dict()["epoch"] == 0 and len(ids) < 2000:
        ids.append(int(arrays(next(loader))[0][0, 0]))
    return small_tokenizer().decode(ids).replace("<|bos|>", "")


def test_ranks_read_each_document_once(observed):
    """The row groups of all ranks hold the documents, none twice and none missing."""
    for ranks in observed["read"]:
        texts = [text for groups in ranks for texts in groups for text in texts]
        assert sorted(texts) == sorted(observed["documents"])


def test_row_groups_are_shared_out_evenly(observed):
    """No rank has more than one row group more than another."""
    for ranks in observed["read"]:
        numbers = [len(groups) for groups in ranks]
        assert max(numbers) - min(numbers) <= 1


def test_ranks_train_on_each_document_once(observed):
    """The tokens of all ranks in an epoch spell the documents, none twice and none missing."""
    for ranks in observed["tokenized"]:
        texts = [f"#{text}" for stream in ranks for text in stream.split("#")[1:]]
        assert sorted(texts) == sorted(observed["documents"])
