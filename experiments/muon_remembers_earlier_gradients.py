"""What a step remembers.

Muon steps along a running average of its gradients. A matrix gets one random gradient after the
other, which have nothing in common. Then the last update is held against each of them: how much of
the gradient of so many steps ago is in it? The bars are what Muon does, with and without its look
ahead; the dots are what the average says.

Try other momenta. How long is the memory that you set, and how long the one that you get?
"""

import torch

MOMENTUM, STEPS, SIZE = 0.8, 10, 32


def experiment(seed):
    """Return, with and without looking ahead, how like each gradient the last update is."""
    from nanochat.optim import Muon

    torch.manual_seed(seed)
    gradients = torch.randn(STEPS, SIZE, SIZE)
    likeness = {}
    for name, nesterov in (("looking ahead", True), ("without looking ahead", False)):
        matrix = torch.nn.Parameter(torch.zeros(SIZE, SIZE))
        optimizer = Muon([matrix], lr=1.0, momentum=MOMENTUM, nesterov=nesterov)
        for gradient in gradients:
            matrix.data.zero_()
            matrix.grad = gradient.clone()
            optimizer.step()
        ages = torch.arange(STEPS - 1, -1, -1)
        shares = (1 - MOMENTUM) * MOMENTUM**ages
        if nesterov:
            shares = MOMENTUM * shares + (1 - MOMENTUM) * (ages == 0)
        average = torch.einsum("n,nrc->rc", shares, gradients)
        left, _, right = torch.linalg.svd(average)
        likeness[name] = {
            "found": cosines(-matrix.detach(), gradients),
            "expected": cosines(left @ right, gradients),
        }
    return {"likeness": likeness}


def cosines(update, gradients):
    """Return the cosine of an update with each gradient, the newest first."""
    pairs = torch.cosine_similarity(update.flatten()[None], gradients.flatten(1), dim=-1)
    return pairs.flip(0).tolist()


def picture(data):
    """Draw bars and dots for both ways."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2.8), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    for axes, (name, it) in zip(panels, data["likeness"].items(), strict=True):
        axes.bar(range(STEPS), it["found"], color="#0072B2", label="update")
        axes.plot(it["expected"], "o", color="#D55E00", markersize=5, label="expected")
        axes.axhline(0, color="black", linewidth=0.6)
        axes.set_title(name, fontsize=9)
        axes.set(xlabel="gradient of so many steps ago", xticks=range(STEPS), ylim=(-0.12, 1))
        axes.legend(frameon=False, fontsize=9)
    panels[0].set_ylabel("cosine with the update")
    return figure
