"""Shards small enough to be looked at in a test: few documents, uneven files, uneven row groups."""

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

WORDS = ("the", "cat", "sat", "on", "a", "mat", "naïve", "水", "two", "1024", "longer", "words")
TRAIN_SHARDS = (7, 1, 11)  # documents in each
GROUP = 3  # documents in a row group, at most


@contextmanager
def small_corpus(seed):
    """Write four shards, the last of them for validation.

    Yields:
        (folder, documents): documents are those for training, in the order of the shards. Each
        starts with "#", which no word contains, and a number of its own.

    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(seed)
    texts = [
        f"#{number} " + " ".join(rng.choice(WORDS, rng.integers(0, 12))) for number in range(25)
    ]
    with TemporaryDirectory() as folder:
        start = 0
        for shard, size in enumerate((*TRAIN_SHARDS, 25 - sum(TRAIN_SHARDS))):
            table = pa.table({"text": texts[start : start + size]})
            pq.write_table(table, Path(folder, f"s_{shard:05d}.parquet"), row_group_size=GROUP)
            start += size
        yield folder, texts[: sum(TRAIN_SHARDS)]


def small_tokenizer():
    """A tokenizer that knows some of the words."""
    from nanochat.tokenizer import RustBPETokenizer

    return RustBPETokenizer.train_from_iterator(iter(WORDS), vocab_size=280)


def small_loader(folder, shape, **settings):
    """A loader of batches of a shape (B, T) over such a corpus, with such a tokenizer."""
    from nanochat.dataloader import tokenizing_distributed_data_loader

    settings = {"split": "train", "tokenizer_threads": 1, "tokenizer_batch_size": 2} | settings
    return tokenizing_distributed_data_loader(
        *shape, tokenizer=small_tokenizer(), data_dir=folder, **settings
    )


def arrays(batch):
    """A pair of tensors as a list of arrays."""
    return [tensor.numpy() for tensor in batch]
