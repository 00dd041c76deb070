"""Muon handles matrices of one shape together, and each of them as if it were alone."""

import numpy as np

MATCHES_CLEAN = ("alone", "together")
SIZES = (1.0, 1e-2, 1e-4)


def observe(seed):
    """Take a step for matrices with gradients of very different sizes, together and one by one."""
    import torch

    from nanochat.optim import Muon

    rng = np.random.default_rng(seed)
    gradients = [size * rng.standard_normal((8, 8)) for size in SIZES]

    def updates_of(chosen):
        matrices = [torch.nn.Parameter(torch.zeros(8, 8)) for _ in chosen]
        for matrix, gradient in zip(matrices, chosen, strict=True):
            matrix.grad = torch.tensor(gradient, dtype=torch.float32)
        Muon(matrices, lr=1.0).step()
        return [-matrix.detach().numpy() for matrix in matrices]

    alone = [updates_of([gradient])[0] for gradient in gradients]
    return {"alone": alone, "together": updates_of(gradients)}


def test_a_matrix_does_not_notice_the_others(observed):
    """However large their gradients are."""
    for size, alone, together in zip(SIZES, observed["alone"], observed["together"], strict=True):
        lengths = [float(np.linalg.norm(update)) for update in (together, alone)]
        np.testing.assert_allclose(
            together,
            alone,
            atol=1e-3,
            err_msg="size {}: the update is {:.3f} long in a stack, {:.3f} alone".format(
                size, *lengths
            ),
        )
