"""The best fifty.

A chat draws each token from the best fifty. Models with vocabularies of several sizes draw many
samples; the bars say how often each token came, from the likeliest on. Only tokens on the grey may
come. Where the model refuses, the panel shows what it said.

Read the error to its end. Try other limits: which ones work with which vocabulary?
"""

import textwrap

import torch

LIMIT, SAMPLES = 50, 600


def experiment(seed, sizes=(20, 40, 60, 400)):
    """Return for each vocabulary how often each token was drawn, the likeliest first."""
    from playground import small_model, small_tokenizer

    from nanochat.engine import Engine

    tokenizer = small_tokenizer()
    runs = []
    for size in sizes:
        model = small_model(seed, n_layer=1, n_embd=16, vocab_size=size)
        with torch.no_grad():  # then the same is expected after every token
            model.transformer.wte.weight[:] = model.transformer.wte.weight[0]
            best_first = model(torch.tensor([[0]]))[0, -1].argsort(descending=True)
        engine = Engine(model, tokenizer)
        settings = {"num_samples": SAMPLES, "max_tokens": 2, "top_k": LIMIT, "seed": seed}
        try:
            *_, (column, _) = engine.generate([0], **settings)
            counts = torch.bincount(torch.tensor(column), minlength=size)[best_first].tolist()
            runs.append({"size": size, "counts": counts, "error": ""})
        except RuntimeError as error:
            text = f"{type(error).__name__}: {error}"
            runs.append({"size": size, "counts": [], "error": text})
    return {"runs": runs}


def picture(data):
    """Draw a panel for each vocabulary."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.5, 2.4), layout="constrained")
    panels = figure.subplots(1, len(data["runs"]), sharey=True)
    for axes, run in zip(panels, data["runs"], strict=True):
        axes.set_title(f"{run['size']} tokens", fontsize=9)
        axes.set(xlabel="token, by likelihood", xlim=(-1, 80), ylim=(0, 100))
        if run["error"]:
            axes.set_facecolor("#F9E3DA")
            text = textwrap.fill(run["error"], 24)
            axes.text(2, 95, text, va="top", fontsize=7, color="#A02C00")
        else:
            axes.axvspan(-0.5, min(LIMIT, run["size"]) - 0.5, color="#E0E0E0", linewidth=0)
            axes.bar(range(run["size"]), run["counts"], color="#0072B2", width=0.9)
    panels[0].set_ylabel(f"of {SAMPLES} samples")
    return figure
