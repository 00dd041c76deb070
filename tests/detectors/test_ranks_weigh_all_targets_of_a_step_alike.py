"""A step over several ranks is the step of one rank that has all their rows."""

import numpy as np
from small_ranks import on_ranks

MATCHES_CLEAN = ("alone", "together", "losses")


def observe(seed):
    """Take the gradients of rows with uneven numbers of targets, on one rank and on three."""
    import torch
    from small_models import random_model

    from nanochat.training import accumulate_gradients

    def gradients_of(rows, model):
        loss = accumulate_gradients(model, [rows])
        return float(loss), torch.cat([p.grad.flatten() for p in model.parameters()]).numpy()

    generator = torch.Generator().manual_seed(seed)
    inputs, targets = torch.randint(61, (2, 6, 10), generator=generator)
    for row in range(6):
        targets[row, : row + row // 3] = -1
    shares = list(zip(inputs.split(2), targets.split(2), strict=True))
    models = [random_model(seed, n_layer=1) for _ in range(4)]
    loss, alone = gradients_of((inputs, targets), models[3])
    results = on_ranks(3, lambda rank: gradients_of(shares[rank], models[rank]))
    return {
        "alone": alone,
        "together": np.mean([gradient for _, gradient in results], axis=0),
        "losses": [loss, *(loss for loss, _ in results)],
    }


def test_ranks_together_have_the_gradient_of_one(observed):
    """Optimizers take the mean over the ranks; that has to be the gradient of all targets."""
    lengths = [float(np.linalg.norm(observed[name])) for name in ("together", "alone")]
    np.testing.assert_allclose(
        observed["together"],
        observed["alone"],
        atol=1e-5,
        err_msg="the gradient is {:.4f} long on three ranks and {:.4f} on one".format(*lengths),
    )


def test_ranks_report_the_loss_of_all(observed):
    """The mean over the targets of the whole step, on every rank."""
    np.testing.assert_allclose(observed["losses"], observed["losses"][0], rtol=1e-5)
