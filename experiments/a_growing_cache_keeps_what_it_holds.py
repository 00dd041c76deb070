"""A text that grows and grows.

A long text is read twice: all at once, and bit by bit with a cache that remembers what came before,
as in a chat. The cache was planned for a shorter text and takes more memory when it has to. The
upper part shows the largest difference of the logits after each token, which should be rounding;
the lower part whether both ways think the same token the likeliest.

Try other plans for the cache. Where does it begin now?
"""

import torch

TOKENS, PIECE = 640, 16


def experiment(seed, planned=208):
    """Return for each token how far the logits are apart, and whether the best one is the same."""
    from playground import small_model

    from nanochat.looking import cache_for

    model = small_model(seed, n_layer=2, n_head=2, n_kv_head=2)
    ids = torch.randint(model.config.vocab_size, (1, TOKENS))
    cache = cache_for(model, planned)
    with torch.inference_mode():
        full = model(ids)[0]
        pieces = [model(piece, kv_cache=cache)[0] for piece in ids.split(PIECE, dim=1)]
    cached = torch.cat(pieces).nan_to_num(30).clamp(-30, 30)
    same = cached.argmax(dim=-1) == full.argmax(dim=-1)
    differences = (cached - full).abs().amax(dim=-1)
    return {"planned": planned, "differences": differences.tolist(), "same": same.int().tolist()}


def picture(data):
    """Draw both along the text."""
    from matplotlib.colors import ListedColormap
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3), layout="constrained")
    upper, lower = figure.subplots(2, sharex=True, height_ratios=(5, 1))
    upper.plot([max(value, 1e-8) for value in data["differences"]], color="#0072B2", linewidth=1)
    upper.axhspan(1e-8, 1e-4, color="#8FD4B8", alpha=0.4, linewidth=0)
    upper.text(6, 2e-8, "rounding", fontsize=9)
    upper.axvline(data["planned"], color="black", linestyle=":", linewidth=1)
    upper.text(data["planned"] + 5, 12, "planned length", fontsize=8, va="center")
    upper.set(yscale="log", ylim=(1e-8, 100), ylabel="difference of logits")
    colours = ListedColormap(["#D55E00", "#8FD4B8"])
    lower.imshow([data["same"]], cmap=colours, vmin=0, vmax=1, aspect="auto")
    lower.set(yticks=(), xlabel="token; below, green: the same token is the likeliest")
    return figure
