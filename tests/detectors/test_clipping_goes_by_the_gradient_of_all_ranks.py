"""What is clipped is the gradient of the whole step, and it is the same on every rank."""

import numpy as np
from small_ranks import on_ranks

MATCHES_CLEAN = ("gradients", "clipped", "lengths")
RANKS, MAX_NORM = 3, 1.0


def observe(seed):
    """Clip on ranks that have gradients of very different lengths, one of them none at all."""
    import torch

    from nanochat.training import clip_gradients

    gradients = np.random.default_rng(seed).standard_normal((RANKS, 20)) * [[9.0], [1.0], [0.0]]

    def clip(rank):
        parameter = torch.nn.Parameter(torch.zeros(20))
        if gradients[rank].any():
            parameter.grad = torch.tensor(gradients[rank], dtype=torch.float32)
        length = clip_gradients([parameter], MAX_NORM)
        return parameter.grad.numpy(), float(length)

    clipped, lengths = zip(*on_ranks(RANKS, clip), strict=True)
    return {"gradients": gradients, "clipped": list(clipped), "lengths": list(lengths)}


def test_every_rank_is_left_with_the_same_gradient(observed):
    """The mean over the ranks, shortened to the length that is allowed."""
    mean = observed["gradients"].mean(axis=0)
    expected = mean * min(1.0, MAX_NORM / np.linalg.norm(mean))
    for rank, clipped in enumerate(observed["clipped"]):
        length = np.linalg.norm(clipped)
        np.testing.assert_allclose(
            clipped, expected, atol=1e-4, err_msg=f"rank {rank} has a gradient {length:.3f} long"
        )


def test_the_length_that_is_told_is_that_of_the_whole_gradient(observed):
    """Before it is clipped, and the same number on every rank."""
    expected = np.linalg.norm(observed["gradients"].mean(axis=0))
    np.testing.assert_allclose(observed["lengths"], [expected] * RANKS, rtol=1e-4)
