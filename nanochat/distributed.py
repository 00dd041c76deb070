"""Several processes that train together: who they are, and what they agree on.

torchrun starts one process for each device and says in the environment who is who. Without it
there is a single process, for which every function here is the plain thing: no group is made and
no collective is called.
"""

import os
from contextlib import contextmanager

import torch
import torch.distributed as dist

from nanochat.device import autodetect_device


@contextmanager
def process_group(device_name: str = "auto"):
    """Join the processes that torchrun started, for as long as the block lasts.

    Args:
        device_name: "auto" for the best device of this machine, or the name of one, as "cpu".

    Yields:
        The torch.device of this process.
    """
    device = autodetect_device() if device_name == "auto" else torch.device(device_name)
    if "RANK" not in os.environ:
        yield device
        return

    # Each process of a machine has a GPU of its own.
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield device
    finally:
        dist.destroy_process_group()


def in_group():
    """Whether this process is one of several, or was started as if it were."""
    return dist.is_available() and dist.is_initialized()


def rank():
    """The number of this process, from 0."""
    return dist.get_rank() if in_group() else 0


def world_size():
    """The number of processes."""
    return dist.get_world_size() if in_group() else 1


def is_main():
    """Whether this is the process that prints and writes."""
    return rank() == 0


def say(text: str):
    """Print a line, once for all processes."""
    if is_main():
        print(text, flush=True)


def barrier():
    """Wait until all processes have come this far."""
    if in_group():
        dist.barrier()


def sum_over_ranks(tensor):
    """The sum of a tensor over all processes, of the same shape, on each of them."""
    if not in_group():
        return tensor
    total = tensor.clone()
    dist.all_reduce(total, op=dist.ReduceOp.SUM)
    return total


def mean_over_ranks(tensor):
    """The mean of a tensor over all processes, of the same shape, on each of them."""
    return sum_over_ranks(tensor) / world_size()
