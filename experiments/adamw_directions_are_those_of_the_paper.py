"""Steps from the smallest gradients.

Adam makes steps of one size from gradients of any size, down to where the small number in its
denominator, eps, takes over. Each weight here gets the same gradient in all steps, so both averages
of the algorithm are exact from the beginning, and every step of a weight is as long: g / (g + eps),
the black line (Kingma and Ba, 2015, algorithm 1). The marks are the steps that the optimizer takes.

Try other betas. Which steps are off the line, and by how much?
"""

import torch

EPS, SHOWN = 1e-10, (1, 2, 5, 40)


def experiment(seed, betas=(0.8, 0.95)):
    """Return the lengths of some steps for gradients of many sizes."""
    from nanochat.optim import AdamW

    sizes = 10.0 ** torch.arange(-12.5, -6, 0.5)
    weights = torch.nn.Parameter(torch.zeros_like(sizes))
    optimizer = AdamW([weights], lr=1.0, betas=betas, eps=EPS, weight_decay=0.0)
    lengths = {}
    for step in range(1, max(SHOWN) + 1):
        weights.data.zero_()
        weights.grad = sizes.clone()
        optimizer.step()
        if step in SHOWN:
            lengths[step] = weights.abs().tolist()
    return {"sizes": sizes.tolist(), "lengths": lengths}


def picture(data):
    """Draw the steps on the line that they should lie on."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 3), layout="constrained")
    axes = figure.subplots()
    sizes = data["sizes"]
    axes.plot(sizes, [size / (size + EPS) for size in sizes], color="black", linewidth=1)
    colours = ("#D55E00", "#E69F00", "#0072B2", "#009E73")
    marks = zip(data["lengths"].items(), "osD^", colours, strict=True)
    for (step, lengths), marker, colour in marks:
        style = {"marker": marker, "color": colour, "fillstyle": "none", "linestyle": "none"}
        axes.plot(sizes, lengths, label=f"step {step}", **style)
    axes.axvline(EPS, color="black", linestyle=":", linewidth=1)
    axes.text(1.1 * EPS, 0.02, "eps", fontsize=9)
    axes.set(xscale="log", ylim=(0, 1.08), xlabel="size of the gradient, g", ylabel="length")
    axes.legend(frameon=False, fontsize=9, loc="lower right")
    axes.grid(alpha=0.25)
    return figure
