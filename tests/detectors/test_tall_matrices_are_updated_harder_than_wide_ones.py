"""What a step of Muon does to a matrix grows with the square root of rows over columns."""

import numpy as np

MATCHES_CLEAN = ("lengths",)
SHAPES = ((16, 16), (64, 16), (16, 64), (32, 16), (16, 32))


def observe(seed):
    """Take a step for matrices of several shapes."""
    import torch

    from nanochat.optim import Muon

    rng = np.random.default_rng(seed)
    lengths = []
    for shape in SHAPES:
        matrix = torch.nn.Parameter(torch.zeros(shape))
        matrix.grad = torch.tensor(rng.standard_normal(shape), dtype=torch.float32)
        Muon([matrix], lr=1.0).step()
        lengths.append(float(matrix.detach().norm()))
    return {"lengths": lengths}


def test_updates_of_tall_matrices_are_scaled_up(observed):
    """Sixteen singular values near one make a length of four; wide matrices get no more."""
    for (rows, columns), length in zip(SHAPES, observed["lengths"], strict=True):
        expected = 4 * max(1.0, rows / columns) ** 0.5
        assert 0.75 < length / expected < 1.2, (
            f"{rows} x {columns}: the update is {length:.2f} long, about {expected:.2f} expected"
        )
