"""Muon steps along the average of its gradients, whether it looks ahead or not."""

import numpy as np

MATCHES_CLEAN = ("gradients", "updates")
MOMENTUM, SIZE = 0.9, 12


def observe(seed):
    """Take three steps with gradients that have nothing to do with each other, in both ways."""
    import torch

    from nanochat.optim import Muon

    rng = np.random.default_rng(seed)
    gradients = rng.standard_normal((3, SIZE, SIZE))
    updates = {}
    for nesterov in (True, False):
        matrix = torch.nn.Parameter(torch.zeros(SIZE, SIZE))
        optimizer = Muon([matrix], lr=1.0, momentum=MOMENTUM, nesterov=nesterov)
        for gradient in gradients:
            matrix.data.zero_()
            matrix.grad = torch.tensor(gradient, dtype=torch.float32)
            optimizer.step()
        updates["looking ahead" if nesterov else "plain"] = -matrix.detach().numpy()
    return {"gradients": gradients, "updates": updates}


def likeness(update, direction):
    """The cosine between an update and the orthogonal matrix that is closest to a direction."""
    left, _, right = np.linalg.svd(direction)
    nearest = left @ right
    return float((update * nearest).sum() / np.linalg.norm(update) / np.linalg.norm(nearest))


def averages(gradients):
    """The running average of the gradients, without and with the last of them once more."""
    average = np.zeros_like(gradients[0])
    for gradient in gradients:
        average = MOMENTUM * average + (1 - MOMENTUM) * gradient
    return {
        "plain": average,
        "looking ahead": MOMENTUM * average + (1 - MOMENTUM) * gradients[-1],
    }


def test_updates_follow_the_average_of_the_gradients(observed):
    """They are the average with all singular values brought near one."""
    for name, average in averages(observed["gradients"]).items():
        found = likeness(observed["updates"][name], average)
        assert found > 0.95, f"{name}: {found:.2f} like the average of the gradients"
