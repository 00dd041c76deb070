"""In company, and alone.

Muon does not care how large a gradient is: whatever its size, the update is as long. And since it
works on all matrices of a shape at once, it must not matter which others there are. Matrices with
gradients of very different sizes take a step, each on its own and then all together.

Try two matrices, and bring their sizes closer and closer.
"""

import torch

SIZE = 16


def experiment(seed, exponents=range(-6, 1)):
    """Return the lengths of the updates of matrices, alone and together."""
    torch.manual_seed(seed)
    sizes = [10.0**exponent for exponent in exponents]
    gradients = [size * torch.randn(SIZE, SIZE) for size in sizes]
    return {
        "sizes": sizes,
        "alone": [update_lengths([gradient])[0] for gradient in gradients],
        "together": update_lengths(gradients),
    }


def update_lengths(gradients):
    """Return how far matrices with these gradients move in a step."""
    from nanochat.optim import Muon

    matrices = [torch.nn.Parameter(torch.zeros_like(gradient)) for gradient in gradients]
    for matrix, gradient in zip(matrices, gradients, strict=True):
        matrix.grad = gradient.clone()
    Muon(matrices, lr=1.0).step()
    return [matrix.norm().item() for matrix in matrices]


def picture(data):
    """Draw both against the size of the gradient."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 2.8), layout="constrained")
    axes = figure.subplots()
    axes.plot(data["sizes"], data["alone"], "o", color="#0072B2", markersize=11, label="alone")
    style = {"color": "#D55E00", "markersize": 8, "markeredgewidth": 2, "linewidth": 0.8}
    axes.plot(data["sizes"], data["together"], "x-", label="together", **style)
    axes.axhline(SIZE**0.5, color="black", linestyle="--", linewidth=0.8)
    axes.text(4e-7, 1.02 * SIZE**0.5, "all singular values one", fontsize=8, va="bottom")
    axes.set(xscale="log", xlim=(3e-7, 3), ylim=(0, 1.15 * SIZE**0.5))
    axes.set(xlabel="typical size of the gradient", ylabel="length of the update")
    axes.legend(frameon=False, fontsize=9, loc="lower right")
    axes.grid(alpha=0.25)
    return figure
