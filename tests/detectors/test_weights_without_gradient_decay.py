"""AdamW shrinks a weight in each step by learning rate times weight decay, gradient or none."""

import numpy as np

MATCHES_CLEAN = ("weights", "lr", "after")
STEPS = 3


def observe(seed):
    """Take steps without any gradient, for several strengths of the decay."""
    import torch

    from nanochat.optim import AdamW

    rng = np.random.default_rng(seed)
    weights, lr = rng.standard_normal((5, 4)), float(rng.uniform(0.05, 0.2))
    after = {}
    for decay in (0.0, 0.1, 0.5):
        parameter = torch.nn.Parameter(torch.tensor(weights, dtype=torch.float32))
        optimizer = AdamW([parameter], lr=lr, weight_decay=decay)
        for _ in range(STEPS):
            parameter.grad = torch.zeros_like(parameter)
            optimizer.step()
        after[str(decay)] = parameter.detach().numpy()
    return {"weights": weights, "lr": lr, "after": after}


def test_each_step_takes_its_share_of_every_weight(observed):
    """Decoupled weight decay, Loshchilov and Hutter (arXiv 1711.05101), algorithm 2."""
    for decay, after in observed["after"].items():
        share = 1 - observed["lr"] * float(decay)
        np.testing.assert_allclose(
            after,
            observed["weights"] * share**STEPS,
            rtol=1e-4,
            err_msg=f"weight_decay={decay}, {STEPS} steps without a gradient",
        )
