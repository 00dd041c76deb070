"""A step divided into micro-batches has the gradient and the loss of the step in one piece."""

import numpy as np

MATCHES_CLEAN = ("whole", "divided", "losses")


def observe(seed):
    """Take the gradients of the same rows at once and in parts, with uneven numbers of targets."""
    import torch
    from small_models import random_model

    from nanochat.training import accumulate_gradients

    model = random_model(seed, n_layer=1)
    inputs, targets = torch.randint(model.config.vocab_size, (2, 6, 10))
    for row in range(6):
        targets[row, : seed % 2 * row] = -1
    parts = list(zip(inputs.split([1, 2, 3]), targets.split([1, 2, 3]), strict=True))

    losses, gradients = [], []
    for micro_batches in ([(inputs, targets)], parts):
        losses.append(float(accumulate_gradients(model, micro_batches)))
        gradients.append(torch.cat([p.grad.flatten() for p in model.parameters()]).numpy())
    return {"losses": losses, "whole": gradients[0], "divided": gradients[1]}


def test_a_divided_step_has_the_gradient_of_the_whole_one(observed):
    """Whatever its parts, a step learns from its targets alike."""
    norms = [float(np.linalg.norm(observed[name])) for name in ("divided", "whole")]
    np.testing.assert_allclose(
        observed["divided"],
        observed["whole"],
        atol=1e-5,
        err_msg="the gradient is {:.4f} long in parts and {:.4f} in one piece".format(*norms),
    )


def test_a_divided_step_reports_the_loss_of_the_whole_one(observed):
    """The mean over all targets."""
    divided, whole = observed["losses"][1], observed["losses"][0]
    np.testing.assert_allclose(divided, whole, rtol=1e-5)
