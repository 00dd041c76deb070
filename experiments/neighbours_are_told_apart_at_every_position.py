"""A word and its neighbour, here and far on.

The same vector is turned to every position of a long text, as queries and keys are. On the left:
how alike are its versions at a position and at the next one? That distance is always one, so the
likeness should be always the same. On the right, all pairs within short stretches of the text, one
near its beginning and one further on; dark is alike.

Look at other stretches. What can attention know of the order of words there?
"""

import torch

STRETCHES, LENGTH = (40, 640), 16


def experiment(seed, head_dim=64):
    """Return the likeness of neighbours at each position, and of all pairs within stretches."""
    from playground import small_model

    from nanochat.gpt import apply_rotary

    model = small_model(seed, n_layer=1, n_head=1, n_kv_head=1, n_embd=head_dim)
    vectors = torch.randn(64, 1, 1, head_dim)
    turned = apply_rotary(vectors, model.cos, model.sin)[:, :, 0]  # (64, positions, D)
    neighbours = torch.cosine_similarity(turned[:, 1:], turned[:, :-1], dim=-1).mean(dim=0)
    pairs = {}
    for start in STRETCHES:
        part = turned[:, start : start + LENGTH]  # (64, LENGTH, D)
        pairs[start] = torch.cosine_similarity(part[:, :, None], part[:, None], dim=-1).mean(dim=0)
    return {
        "neighbours": neighbours.tolist(),
        "pairs": {start: likeness.tolist() for start, likeness in pairs.items()},
    }


def picture(data):
    """Draw the curve and the maps."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.5, 2.8), layout="constrained")
    left, *maps = figure.subplots(1, 3, width_ratios=(2, 1, 1))
    left.plot(data["neighbours"], ".", color="#0072B2", markersize=2)
    left.axhline(data["neighbours"][0], color="black", linestyle="--", linewidth=0.8)
    left.set(xlabel="position", ylabel="likeness to the next place", ylim=(0.4, 1.04))
    for axes, (start, likeness) in zip(maps, data["pairs"].items(), strict=True):
        first, last = int(start), int(start) + LENGTH - 1
        extent = (first - 0.5, last + 0.5, last + 0.5, first - 0.5)
        axes.imshow(likeness, cmap="Blues", vmin=0.2, vmax=1, extent=extent)
        axes.set(xticks=(first, last), yticks=(first, last))
        axes.set_title(f"positions {first} to {last}", fontsize=9)
    return figure
