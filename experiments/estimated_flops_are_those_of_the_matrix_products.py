"""The work of a token.

A model estimates how many operations it takes to train on a token; with that, a run says how well
it uses the hardware. The same small model gets larger and larger vocabularies. The line is its
estimate; the crosses are three times what a counter sees in a forward pass over a full window, for
the backward pass takes two more. On the right, one divided by the other.

Try wider and deeper models.
"""

import torch

WINDOW = 32


def experiment(seed, sizes=(64, 256, 1024, 4096, 16384)):
    """Return for each size of the vocabulary the estimate and the count."""
    from playground import small_model
    from torch.utils.flop_counter import FlopCounterMode

    estimated, counted = [], []
    for size in sizes:
        model = small_model(seed, n_layer=2, vocab_size=size, sequence_len=WINDOW)
        with FlopCounterMode(display=False) as counter, torch.inference_mode():
            model(torch.zeros(1, WINDOW, dtype=torch.long))
        counted.append(3 * counter.get_total_flops() / WINDOW)
        estimated.append(model.estimate_flops())
    return {"sizes": list(sizes), "estimated": estimated, "counted": counted}


def picture(data):
    """Draw both, and their quotient."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    sizes = data["sizes"]
    left.plot(sizes, data["estimated"], "o-", color="#0072B2", fillstyle="none", label="estimated")
    style = {"color": "#D55E00", "markersize": 8, "markeredgewidth": 1.5}
    left.plot(sizes, data["counted"], "x", label="counted", **style)
    left.set(yscale="log", ylim=(3e5, 3e7), ylabel="operations for a token")
    left.legend(frameon=False, fontsize=9)
    pairs = zip(data["estimated"], data["counted"], strict=True)
    right.plot(sizes, [estimated / counted for estimated, counted in pairs], "o-", color="#0072B2")
    right.axhline(1, color="black", linestyle="--", linewidth=1)
    right.set(ylabel="estimated / counted", ylim=(0, 2.2))
    for axes in (left, right):
        axes.set(xscale="log", xlabel="tokens in the vocabulary")
        axes.grid(alpha=0.25)
    return figure
