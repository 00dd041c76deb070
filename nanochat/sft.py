"""Batches of conversations, and what is to be learned from each of their tokens.

Conversations follow one another in a row as long as the next one fits into it as a whole; what is
left of the row is padding. Only a conversation that is too long for a row of its own is cut off.

    B   rows in a batch
    T   tokens in a row
"""

import itertools

import torch

from nanochat import distributed


def supervised_targets(ids, mask):
    """The inputs and targets of rendered rows.

    Args:
        ids: (B, T + 1) int64 token ids.
        mask: (B, T + 1) int64, for each of them whether a model is to learn to produce it. Padding
            is not; it is known by its place, for any token may stand there.

    Returns:
        inputs: (B, T) int32.
        targets: (B, T) int64, -1 where nothing is learned.
    """
    inputs = ids[:, :-1].to(torch.int32)
    targets = ids[:, 1:].clone()
    targets[mask[:, 1:] == 0] = -1
    return inputs, targets


def pad_rows(rows, length: int, filler: int):
    """Rows of different lengths as one tensor.

    Args:
        rows: lists of whole numbers, none of them longer than `length`.
        filler: what a row is filled up with at its end.

    Returns:
        (number of rows, length) int64.
    """
    padded = torch.full((len(rows), length), filler)
    for index, row in enumerate(rows):
        padded[index, :len(row)] = torch.tensor(row)
    return padded


class ConversationLoader:
    """An endless iterator over (inputs, targets), each (B, T), made of a task's conversations.

    The ranks take turns at the conversations, so that each of them is learned from once in every
    pass. All ranks' shares of a pass are of the same size but for one conversation.

    Args:
        task: a Task or TaskMixture.
        tokenizer: a RustBPETokenizer.
        B, T: the shape of a batch, T at least 1.
        everything: learn all tokens that follow another, and not only what the assistant says.
        device: where the batches are wanted.
        rank, world_size: default: those of this process.
        resume_from: what `state_dict` of the same rank's loader returned.

    Raises:
        ValueError: there are fewer conversations than ranks.
    """

    def __init__(self, task, tokenizer, B: int, T: int, *, everything=False, device="cpu",
                 rank=None, world_size=None, resume_from=None):
        self.task = task
        self.tokenizer = tokenizer
        self.B, self.T = B, T
        self.everything = everything
        self.device = device
        self.rank = distributed.rank() if rank is None else rank
        self.world_size = distributed.world_size() if world_size is None else world_size
        self.next_turn = 0 if resume_from is None else resume_from["next_turn"]
        if len(task) < self.world_size:
            raise ValueError(f"ConversationLoader: {len(task)} conversations for "
                             f"{self.world_size} ranks. Give each rank at least one.")

    def __iter__(self):
        return self

    def __next__(self):
        """Return inputs (B, T) int32 and targets (B, T) int64, on the loader's device."""
        rows = [self._row() for _ in range(self.B)]
        ids = pad_rows([ids for ids, _ in rows], self.T + 1, self.tokenizer.get_bos_token_id())
        mask = pad_rows([mask for _, mask in rows], self.T + 1, 0)
        inputs, targets = supervised_targets(ids, mask)
        return inputs.to(self.device), targets.to(self.device)

    def state_dict(self):
        """Where the next batch begins. A new loader, given it as `resume_from`, goes on there."""
        return {"next_turn": self.next_turn}

    def _row(self):
        """The next conversations that fit into a row together, as (ids, mask)."""
        ids, mask = self._rendered(self.next_turn)
        self.next_turn += 1
        while True:
            more_ids, more_mask = self._rendered(self.next_turn)
            if len(ids) + len(more_ids) > self.T + 1:
                return ids, mask
            ids, mask = ids + more_ids, mask + more_mask
            self.next_turn += 1

    def _rendered(self, turn: int):
        """The conversation that this rank takes at its n-th turn, as (ids, mask)."""
        share = range(self.rank, len(self.task), self.world_size)
        conversation = self.task[share[turn % len(share)]]
        ids, mask = self.tokenizer.render_conversation(conversation, max_tokens=self.T + 1)
        return ids, [1] * len(ids) if self.everything else mask


class JoinedLoader:
    """An iterator over batches that hold the rows of a batch of each loader, one below the other.

    Args:
        loaders: iterators over (inputs, targets) with `state_dict()`, all of the same T.
    """

    def __init__(self, *loaders):
        self.loaders = loaders

    def __iter__(self):
        return self

    def __next__(self):
        """Return inputs and targets of all rows."""
        inputs, targets = zip(*map(next, self.loaders), strict=True)
        return torch.cat(inputs), torch.cat(targets)

    def state_dict(self):
        """Where the next batch begins: what each loader says, as a list."""
        return [loader.state_dict() for loader in self.loaders]


def next_batches(loader, num_batches: int):
    """The next so many batches of a loader, as a list."""
    return list(itertools.islice(loader, num_batches))
