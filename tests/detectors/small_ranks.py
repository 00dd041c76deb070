"""Threads that stand for the ranks of a process group: what is summed is summed over them."""

import threading
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch


class Ranks:
    """What torch.distributed is asked, answered for the thread that asks."""

    def __init__(self, count):
        self.count = count
        self.barrier = threading.Barrier(count, timeout=10)
        self.mine = threading.local()
        self.tensors = [None] * count

    def run(self, function, rank):
        """Return `function(rank)`, and let nobody wait for a rank that failed."""
        self.mine.rank = rank
        try:
            return function(rank)
        except BaseException:
            self.barrier.abort()
            raise

    def all_reduce(self, tensor, **_):
        """Put the sum over all ranks in the place of a tensor."""
        self.tensors[self.mine.rank] = tensor.clone()
        self.barrier.wait()
        tensor.copy_(sum(self.tensors))
        self.barrier.wait()


def on_ranks(count, function):
    """Return what `function(rank)` returned on each of so many ranks, as a list."""
    ranks = Ranks(count)
    group = {
        "is_initialized": lambda: True,
        "get_rank": lambda: ranks.mine.rank,
        "get_world_size": lambda: count,
        "all_reduce": ranks.all_reduce,
        "barrier": ranks.barrier.wait,
    }
    with patch.multiple("torch.distributed", **group), ThreadPoolExecutor(count) as threads:
        return list(threads.map(lambda rank: ranks.run(function, rank), range(count)))
