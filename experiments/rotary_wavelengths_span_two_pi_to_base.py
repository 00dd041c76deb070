"""How far apart two tokens seem.

A model knows how far apart two tokens stand because queries and keys are turned by an angle that
grows with the position, each pair of channels at a pace of its own. On the left, the same vector
stands at two places: how alike do its two versions look, as the distance grows? On the right, how
many positions each pair of channels takes for one full turn.

Try other head widths and distances. Which distances can this model tell apart?
"""

import math

import torch


def experiment(seed, head_dim=64):
    """Return the likeness of a token to itself at each distance, and the wavelengths."""
    from playground import small_model

    from nanochat.gpt import apply_rotary

    model = small_model(seed, n_layer=1, n_head=1, n_kv_head=1, n_embd=head_dim, sequence_len=512)
    vectors = torch.randn(64, 1, 1, head_dim)
    turned = apply_rotary(vectors, model.cos, model.sin)[:, :, 0]  # (64, positions, D)
    likeness = torch.cosine_similarity(turned, turned[:, :1], dim=-1).mean(dim=0)
    first_angles = torch.atan2(model.sin[0, 1, 0], model.cos[0, 1, 0])
    return {"likeness": likeness.tolist(), "wavelengths": (2 * math.pi / first_angles).tolist()}


def picture(data):
    """Draw both."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(data["likeness"], color="#0072B2", linewidth=1)
    left.axhline(0, color="black", linewidth=0.6)
    left.set(xscale="log", xlim=(1, len(data["likeness"])), ylim=(-0.45, 1.05))
    left.set(xlabel="distance in tokens", ylabel="likeness to itself at a distance")
    longest = len(data["likeness"])
    right.axhline(longest, color="black", linestyle=":", linewidth=1)
    right.text(0, 1.3 * longest, f"longest text: {longest} tokens", fontsize=8)
    right.plot(data["wavelengths"], "o", color="#D55E00", markersize=4)
    right.set(yscale="log", ylim=(3, 1e5), xlabel="pair of channels", ylabel="tokens for a turn")
    for axes in (left, right):
        axes.grid(alpha=0.25)
    return figure
