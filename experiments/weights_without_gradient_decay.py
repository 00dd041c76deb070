"""What weight decay does on its own.

Weight decay takes a share of every weight in each step, whatever the gradients say. Here all
gradients are zero, so that nothing else moves the weights. Each curve is the length of the weights
over the steps, for one setting; the dashed lines are what decoupled weight decay (Loshchilov and
Hutter, 2019) makes of that length.

Try other learning rates, or give the weights a gradient.
"""

import torch

LEARNING_RATE, STEPS = 0.1, 60


def experiment(seed, decays=(0.0, 0.1, 0.3, 1.0)):
    """Return for each setting the length of the weights at the beginning and after each step."""
    from nanochat.optim import AdamW

    torch.manual_seed(seed)
    start = torch.randn(8, 8)
    lengths = {}
    for decay in decays:
        weights = torch.nn.Parameter(start / start.norm())
        optimizer = AdamW([weights], lr=LEARNING_RATE, weight_decay=decay)
        weights.grad = torch.zeros_like(weights)
        lengths[decay] = [weights.norm().item()]
        for _ in range(STEPS):
            optimizer.step()
            lengths[decay].append(weights.norm().item())
    return {"lengths": lengths}


def picture(data):
    """Draw a curve and its expectation for each setting."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 2.6), layout="constrained")
    axes = figure.subplots()
    colours = ("#999999", "#56B4E9", "#0072B2", "#D55E00")
    steps = range(STEPS + 1)
    for (decay, lengths), colour in zip(data["lengths"].items(), colours, strict=False):
        expected = [(1 - LEARNING_RATE * float(decay)) ** step for step in steps]
        axes.plot(lengths, color=colour, linewidth=3, label=f"weight decay {decay}")
        axes.plot(expected, color="black", linestyle="--", linewidth=0.8)
    axes.plot([], color="black", linestyle="--", linewidth=0.8, label="expected")
    axes.set(xlabel="step", ylabel="length of the weights", ylim=(0, 1.08), xlim=(0, STEPS))
    figure.legend(loc="outside right", frameon=False, fontsize=9)
    return figure
