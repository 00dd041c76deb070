"""A batch is a pair of int32 inputs, half the memory of int64, and int64 targets, as losses ask."""

import numpy as np
from small_corpora import arrays, small_corpus, small_loader

MATCHES_CLEAN = ("shape", "batches")


def observe(seed):
    """Take a few batches for training and for validation."""
    shape = (1 + seed % 3, 5)
    with small_corpus(seed) as (folder, _):
        loaders = [small_loader(folder, shape, split=split) for split in ("train", "val")]
        batches = [arrays(next(loader)) for loader in loaders for _ in range(3)]
    return {"shape": list(shape), "batches": batches}


def test_inputs_are_integers_of_32_bits(observed):
    """Inputs are int32 and have the shape that was asked for."""
    for inputs, _ in observed["batches"]:
        assert inputs.dtype == np.int32
        assert list(inputs.shape) == observed["shape"]


def test_targets_are_integers_of_64_bits(observed):
    """Targets are int64 and have the shape of the inputs."""
    for _, targets in observed["batches"]:
        assert targets.dtype == np.int64
        assert list(targets.shape) == observed["shape"]
