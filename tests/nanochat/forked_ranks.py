"""Several ranks on one machine: forked processes that talk through gloo."""

import multiprocessing
import os
from datetime import timedelta
from multiprocessing.connection import wait
from time import monotonic

import torch
import torch.distributed as dist


def run_on_ranks(function, ranks, folder, seconds=60):
    """What `function(rank)` returned on each rank; ranks that hang are killed.

    The results travel through files, and so are tensors and plain data.
    """
    fork = multiprocessing.get_context("fork")
    arguments = [(function, rank, ranks, folder) for rank in range(ranks)]
    processes = [fork.Process(target=_one_rank, args=each) for each in arguments]
    for process in processes:
        process.start()

    running, deadline = {process.sentinel: process for process in processes}, monotonic() + seconds
    while running and (left := deadline - monotonic()) > 0:
        ended = [running.pop(sentinel) for sentinel in wait(list(running), timeout=left)]
        for process in ended:
            process.join()
        if any(process.exitcode for process in ended):
            break
    for process in running.values():
        process.kill()
        process.join()

    assert [process.exitcode for process in processes] == [0] * ranks
    return [torch.load(folder / f"result_{rank}.pt", weights_only=True) for rank in range(ranks)]


def _one_rank(function, rank, ranks, folder):
    """Join the others, compute, leave the result in a file."""
    torch.set_num_threads(1)
    os.environ["GLOO_SOCKET_IFNAME"] = "lo"
    store = dist.FileStore(str(folder / "store"), ranks)
    timeout = timedelta(seconds=30)
    dist.init_process_group("gloo", store=store, rank=rank, world_size=ranks, timeout=timeout)
    torch.save(function(rank), folder / f"result_{rank}.pt")
    dist.destroy_process_group()
