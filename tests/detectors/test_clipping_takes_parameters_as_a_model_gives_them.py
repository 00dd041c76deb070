"""The gradient of a model is clipped on several ranks as on one, straight from `parameters()`."""

import numpy as np
from small_ranks import on_ranks

MATCHES_CLEAN = ("gradient", "told", "left")
MAX_NORM = 1.0


def observe(seed):
    """Clip a model with a long gradient, which is the same on all ranks."""
    import torch

    from nanochat.training import clip_gradients

    gradient = np.random.default_rng(seed).standard_normal((4, 6)).astype(np.float32) * 5

    def clip(_):
        model = torch.nn.Linear(6, 4, bias=False)
        model.weight.grad = torch.tensor(gradient)
        length = clip_gradients(model.parameters(), MAX_NORM)
        return float(length), model.weight.grad.numpy()

    told, left = {}, {}
    for ranks in (1, 2, 3):
        lengths, gradients = zip(*on_ranks(ranks, clip), strict=True)
        told[str(ranks)], left[str(ranks)] = list(lengths), list(gradients)
    return {"gradient": gradient, "told": told, "left": left}


def test_the_length_is_told_on_any_number_of_ranks(observed):
    """That of the gradient as it was."""
    length = np.linalg.norm(observed["gradient"])
    for ranks, told in observed["told"].items():
        np.testing.assert_allclose(told, length, rtol=1e-4, err_msg=f"on {ranks} ranks")


def test_what_is_left_is_as_long_as_is_allowed(observed):
    """And it points where the gradient pointed."""
    expected = observed["gradient"] * MAX_NORM / np.linalg.norm(observed["gradient"])
    for ranks, gradients in observed["left"].items():
        for left in gradients:
            np.testing.assert_allclose(left, expected, atol=1e-4, err_msg=f"on {ranks} ranks")
