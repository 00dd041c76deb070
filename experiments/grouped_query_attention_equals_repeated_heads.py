"""Fewer keys and values than queries.

Query heads may share key/value heads, which saves most of a cache. The same model width is run with
eight query heads and eight, four, two and one key/value heads. Each map shows what every query head
of the last token attends to; where the model refuses, the map shows what it said.

Read the error to its end. Try other numbers of heads: which ones run?
"""

import torch

HEADS = 8


def experiment(seed, kv_heads=(8, 4, 2, 1)):
    """Return for each number of key/value heads what the last token attends to, or an error."""
    from playground import small_model

    from nanochat.looking import attention_weights

    runs = []
    for number in kv_heads:
        model = small_model(seed, n_layer=1, n_head=HEADS, n_kv_head=number)
        ids = torch.randint(model.config.vocab_size, (20,)).tolist()
        try:
            weights = attention_weights(model, ids)[0, :, -1].tolist()
            runs.append({"kv_heads": number, "weights": weights, "error": ""})
        except RuntimeError as error:
            text = f"{type(error).__name__}: {error}"
            runs.append({"kv_heads": number, "weights": [], "error": text})
    return {"runs": runs}


def picture(data):
    """Draw a map for each run."""
    import textwrap

    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.5, 2.6), layout="constrained")
    for axes, run in zip(figure.subplots(1, len(data["runs"])), data["runs"], strict=True):
        axes.set_title(f"key/value heads: {run['kv_heads']}", fontsize=9)
        axes.set(xlabel="token", ylabel="query head", xticks=(), yticks=range(HEADS))
        if run["error"]:
            text = textwrap.fill(run["error"], 24)
            axes.set(xlim=(0, 20), ylim=(HEADS, 0), facecolor="#F9E3DA")
            axes.text(0.6, 0.3, text, va="top", fontsize=7, color="#A02C00")
        else:
            axes.imshow(run["weights"], cmap="Blues", vmin=0, aspect="auto")
    return figure
