"""With a cache, and without.

The same tokens are read twice: all at once, and one by one with a cache that remembers the earlier
ones. Both should give the same logits but for rounding. On the left, the largest difference after
each token, for models of one, two and four layers. On the right, some logits of the deepest model,
one way against the other: equal ones lie on the diagonal.

Try other depths, other lengths, several tokens at a time. When does it start, and with what?
"""

import torch

TOKENS = 24


def experiment(seed, depths=(1, 2, 4)):
    """Return the difference by token for each depth, and some logits of the deepest model."""
    from playground import small_model

    from nanochat.looking import cache_for

    differences = {}
    for depth in depths:
        model = small_model(seed, n_layer=depth)
        ids = torch.randint(model.config.vocab_size, (1, TOKENS))
        cache = cache_for(model, TOKENS)
        with torch.inference_mode():
            full = model(ids)[0]
            steps = [model(token, kv_cache=cache)[0] for token in ids.split(1, dim=1)]
        stepwise = torch.cat(steps).nan_to_num(30)
        differences[depth] = (stepwise - full).abs().amax(dim=-1).tolist()
    some = slice(None, None, 16)
    logits = {"full": full[:, some].flatten(), "cached": stepwise[:, some].flatten()}
    return {"differences": differences, **{name: it.tolist() for name, it in logits.items()}}


def picture(data):
    """Draw both."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3), layout="constrained")
    left, right = figure.subplots(1, 2)
    for (depth, values), marker in zip(data["differences"].items(), "osD", strict=False):
        shown = [max(value, 1e-8) for value in values]
        left.plot(shown, marker=marker, markersize=4, linewidth=1, label=f"layers: {depth}")
    left.axhspan(1e-8, 1e-4, color="#8FD4B8", alpha=0.4, linewidth=0)
    left.text(0.3, 2e-8, "rounding", fontsize=9)
    left.set(yscale="log", ylim=(1e-8, 100), xlabel="token", ylabel="largest difference of logits")
    left.legend(frameon=False, fontsize=8, loc="center right")
    right.plot([-4, 4], [-4, 4], color="black", linewidth=0.6)
    right.plot(data["full"], data["cached"], ".", color="#D55E00", markersize=3)
    right.set(xlabel="logits without a cache", ylabel="logits with a cache")
    right.set(xlim=(-4, 4), ylim=(-4, 4), aspect="equal")
    return figure
