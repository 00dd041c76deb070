"""However small the gradients are, AdamW goes where its algorithm says, from the first step on."""

import numpy as np

MATCHES_CLEAN = ("gradients", "directions")
BETAS, EPS, STEPS = (0.8, 0.95), 1e-10, 6


def observe(seed):
    """Follow parameters of which the gradients have very different sizes, without weight decay."""
    import torch

    from nanochat.optim import AdamW

    rng = np.random.default_rng(seed)
    sizes = 10.0 ** np.arange(-11, 2)
    gradients = rng.standard_normal((STEPS, len(sizes), 5)) * sizes[:, None]
    directions = []
    parameter = torch.nn.Parameter(torch.zeros(gradients.shape[1:]))
    optimizer = AdamW([parameter], lr=1.0, betas=BETAS, eps=EPS, weight_decay=0.0)
    for gradient in gradients:
        parameter.data.zero_()
        parameter.grad = torch.tensor(gradient, dtype=torch.float32)
        optimizer.step()
        directions.append(-parameter.detach().numpy())
    return {"gradients": gradients, "directions": np.stack(directions)}


def directions_of_the_paper(gradients):
    """Algorithm 1 of Kingma and Ba in float64, line by line, with a learning rate of one."""
    mean, square = np.zeros_like(gradients[0]), np.zeros_like(gradients[0])
    for step, gradient in enumerate(gradients, start=1):
        mean = BETAS[0] * mean + (1 - BETAS[0]) * gradient
        square = BETAS[1] * square + (1 - BETAS[1]) * gradient**2
        unbiased = mean / (1 - BETAS[0] ** step), square / (1 - BETAS[1] ** step)
        yield unbiased[0] / (np.sqrt(unbiased[1]) + EPS)


def test_directions_equal_those_of_the_algorithm(observed):
    """Row by row, each of which has gradients ten times as large as the one above it."""
    expected = np.stack(list(directions_of_the_paper(observed["gradients"])))
    for row in range(expected.shape[1]):
        np.testing.assert_allclose(
            observed["directions"][:, row],
            expected[:, row],
            rtol=1e-3,
            atol=1e-5,
            err_msg=f"gradients of about 1e{row - 11}",
        )
