"""Batches for pretraining: text is read, tokenized and cut into rows while the model trains.

Documents follow one another in one long stream of tokens, each of them opened by the token that
stands for a beginning. The stream is cut without gaps: a batch is B rows of T tokens, and what is
asked of the model at the end of one batch is what the next batch begins with.

    B   rows in a batch
    T   tokens in a row
"""

import itertools
import os
from collections import deque
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

import torch

from nanochat import dataset
from nanochat.tokenizer import get_tokenizer


def tokenizing_distributed_data_loader(
    B: int, T: int, split: str, tokenizer_threads: int = 4, tokenizer_batch_size: int = 128,
    device="cpu", *, tokenizer=None, data_dir=None, rank=None, world_size=None, resume_from=None,
):
    """Make the loader of one rank, which goes through its part of a split again and again.

    Args:
        B, T: the shape of a batch.
        split: "train" or "val".
        tokenizer_threads: how many threads tokenize.
        tokenizer_batch_size: how many documents are handed to them at a time.
        device: where the batches are wanted.
        tokenizer: default: the one in the base folder.
        data_dir: folder of the shards; default: the one in the base folder.
        rank, world_size: default: as torchrun says in RANK and WORLD_SIZE, else a single process.
        resume_from: what `state_dict` of the same rank's loader returned.

    Returns:
        A DataLoader: an endless iterator over (inputs, targets), with `state_dict()`.

    Raises:
        FileNotFoundError: there are no shards, or one is missing.
        ValueError: an argument, a shard or `resume_from` is not what it has to be.
    """
    if B < 1 or T < 1:
        raise ValueError(f"B is {B} and T is {T}. A batch has at least one row of one token.")
    stream = DocumentStream(
        split=split,
        rank=int(os.environ.get("RANK", 0)) if rank is None else rank,
        world_size=int(os.environ.get("WORLD_SIZE", 1)) if world_size is None else world_size,
        data_dir=data_dir,
        batch_size=tokenizer_batch_size,
    )
    start = stream.beginning() if resume_from is None else stream.position_of(resume_from)
    return DataLoader(
        B, T,
        stream=stream,
        start=start,
        tokenizer=tokenizer or get_tokenizer(),
        tokenizer_threads=tokenizer_threads,
        device=torch.device(device),
    )


class DataLoader:
    """What `tokenizing_distributed_data_loader` makes."""

    def __init__(self, B, T, *, stream, start, tokenizer, tokenizer_threads, device):
        self.B = B
        self.T = T
        self.stream = stream
        self.batches = stream.batches(start)
        self.tokenizer = tokenizer
        self.tokenizer_threads = tokenizer_threads
        self.device = device
        self.buffer = TokenBuffer()

    def __iter__(self):
        return self

    def __next__(self):
        """Return inputs (B, T) int32 and targets (B, T) int64, on the loader's device."""
        B, T = self.B, self.T
        needed = B * T + 1              # the last input is followed by one more token
        self._fill(needed)

        # All tokens of a batch cross over in a single copy, for which the CPU need not wait.
        on_gpu = self.device.type == "cuda"
        tokens = torch.tensor(self.buffer.tokens[:needed], dtype=torch.int64, pin_memory=on_gpu)
        tokens = tokens.to(self.device, non_blocking=on_gpu)            # (B * T + 1,)

        inputs = tokens[:-1].to(torch.int32)
        targets = tokens[1:]
        self.buffer.discard(B * T)
        return inputs.view(B, T), targets.view(B, T)

    def state_dict(self):
        """Where the next batch begins: a small dict of numbers and strings.

        A new loader of the same rank, given it as `resume_from`, goes on as this one would.
        """
        self._fill(1)
        return self.stream.identity() | asdict(self.buffer.position())

    def _fill(self, count: int):
        """Read and tokenize documents until `count` tokens are waiting."""
        bos = self.tokenizer.get_bos_token_id()
        while len(self.buffer) < count:
            position, texts = next(self.batches)
            rows = self.tokenizer.encode(texts, prepend=bos, num_threads=self.tokenizer_threads)
            for ids in rows:
                self.buffer.append(position, ids[position.token:])
                position = replace(position, document=position.document + 1, token=0)


# -----------------------------------------------------------------------------
# Places in the stream, and the tokens that wait there

@dataclass(frozen=True)
class Position:
    """A token of the stream, given by where its document lies.

    Everything counts from 0: passes over the data, row groups within a shard, documents within a
    row group, tokens within a document. `shard` is a file name.
    """

    epoch: int
    shard: str
    row_group: int
    document: int
    token: int


class TokenBuffer:
    """Tokens that were read and are not handed out yet, and the documents that they are from."""

    def __init__(self):
        self.tokens = []
        self.documents = deque()        # (Position of a document's first token here, its length)

    def __len__(self):
        return len(self.tokens)

    def append(self, position: Position, ids):
        """Take in the rest of a document, the first token of which is at `position`."""
        self.tokens.extend(ids)
        self.documents.append((position, len(ids)))

    def discard(self, count: int):
        """Drop the oldest `count` tokens."""
        del self.tokens[:count]
        while count and count >= self.documents[0][1]:
            count -= self.documents.popleft()[1]
        if count:
            position, length = self.documents[0]
            cut = replace(position, token=position.token + count)
            self.documents[0] = (cut, length - count)

    def position(self):
        """The Position of the oldest token."""
        return self.documents[0][0]


# -----------------------------------------------------------------------------
# From shards to documents

@dataclass(frozen=True)
class DocumentStream:
    """The documents of one rank, in the order in which it reads them, epoch after epoch."""

    split: str
    rank: int
    world_size: int
    data_dir: Path | None
    batch_size: int

    def row_groups(self):
        """An iterator over this rank's row groups of one epoch."""
        return dataset.row_groups(self.split, self.rank, self.world_size, self.data_dir)

    def batches(self, start: Position):
        """Yield (Position, list of documents) from `start` on, without end.

        The Position is that of the first token that is wanted of the first document.
        """
        row_groups = self._row_groups_from(start)
        document, token = start.document, start.token
        for epoch in itertools.count(start.epoch):
            for group in row_groups:
                texts = dataset.read_row_group(group)
                for first in range(document, len(texts), self.batch_size):
                    position = Position(epoch, group.path.name, group.index, first, token)
                    yield position, texts[first:first + self.batch_size]
                    token = 0

                # Only the row group that was resumed in starts further on.
                document, token = 0, 0
            row_groups = self.row_groups()

    def beginning(self):
        """The Position at which training starts. Raises ValueError if there is nothing to read."""
        group = next(self.row_groups(), None)
        if group is None:
            raise ValueError(f"Split {self.split!r} has no row group for rank {self.rank} of "
                             f"{self.world_size}. Write shards with smaller row groups, or use "
                             "fewer processes.")
        return Position(0, group.path.name, group.index, document=0, token=0)

    def identity(self):
        """What has to be the same for a Position to mean the same."""
        return {"split": self.split, "rank": self.rank, "world_size": self.world_size}

    def position_of(self, state):
        """Read what `DataLoader.state_dict` returned. Raise ValueError if it is not for here."""
        names = [field.name for field in fields(Position)]
        identity = self.identity()
        if not isinstance(state, dict) or state.keys() != {*names, *identity}:
            raise ValueError(f"resume_from is {state!r}. Give what state_dict() returned.")
        for name, value in identity.items():
            if state[name] != value:
                raise ValueError(f"resume_from: {name} was {state[name]!r} and is {value!r} now. "
                                 "Resume with the split and the processes of the first run.")
        position = Position(**{name: state[name] for name in names})
        self._row_groups_from(position)
        return position

    def _row_groups_from(self, start: Position):
        """An iterator over what an epoch has left. Raises ValueError if `start` is not in it."""
        def lies_before(group):
            return (group.path.name, group.index) != (start.shard, start.row_group)

        rest = itertools.dropwhile(lies_before, self.row_groups())
        first = next(rest, None)
        if first is None:
            raise ValueError(f"resume_from: row group {start.row_group} of {start.shard} is not in "
                             f"the data of rank {self.rank} of {self.world_size}. Restore the "
                             "shards of the first run, or start anew.")
        return itertools.chain([first], rest)
