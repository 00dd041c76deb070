"""Born in used memory.

A large model is built on the meta device, without memory; then it is given some, and only then its
values. What that memory held before must not matter. The same model, from the same seed, is made in
the plain way and in memory full of zeros, of ones, of random numbers and of NaN. The text is one
token many times over, so that attention can go by places alone; each map shows one head.

Give the model a text of different tokens, and compare its logits too.
"""

import math

import torch

TOKENS = 16
FILLS = {"zeros": (0, 0), "ones": (1, 0), "random numbers": (0, 1), "NaN": (math.nan, 0)}


def experiment(seed):
    """Return for each memory what a text attends to; zeros where that is no number."""
    from nanochat.looking import attention_weights

    maps = []
    for memory in ("built the plain way", *FILLS):
        weights = attention_weights(model_in(memory, seed), [7] * TOKENS)[0, 0]
        shown = weights.nan_to_num(0).tolist()
        maps.append({"memory": memory, "weights": shown, "finite": bool(weights.isfinite().all())})
    return {"maps": maps}


def model_in(memory, seed):
    """Build a model where the memory holds this, and let it initialise itself."""
    from nanochat.gpt import GPT, GPTConfig

    shape = {"n_layer": 1, "n_head": 2, "n_kv_head": 2, "n_embd": 32}
    with torch.device("meta" if memory in FILLS else "cpu"):
        model = GPT(GPTConfig(sequence_len=8, vocab_size=50, **shape))
    torch.manual_seed(seed)
    if memory in FILLS:
        model.to_empty(device="cpu")
        mean, spread = FILLS[memory]
        for tensor in (*model.parameters(), *model.buffers()):
            tensor.data.normal_().mul_(spread).add_(mean)
    torch.manual_seed(seed)
    model.init_weights()
    return model.eval()


def picture(data):
    """Draw the maps side by side."""
    from matplotlib.figure import Figure

    from nanochat.looking import draw_attention

    figure = Figure(figsize=(9, 2.3), layout="constrained")
    for axes, it in zip(figure.subplots(1, len(data["maps"])), data["maps"], strict=True):
        draw_attention(axes, it["weights"], title=it["memory"])
        axes.images[0].set_clim(0, 0.4)
        axes.set(xticks=(), yticks=())
        if not it["finite"]:
            place = {"ha": "center", "va": "center", "color": "#A02C00"}
            axes.text(TOKENS / 2, TOKENS / 2, "NaN", fontsize=14, **place)
    return figure
