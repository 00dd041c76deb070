"""Draws at a temperature.

A model that expects the same eight tokens everywhere draws some thousand times, at a low and at a
high temperature, from all tokens and from the best four. The bars are how often each token came,
from the likeliest on; the dots are the softmax of the scores over the temperature.

Try other temperatures and limits. When do dots and bars agree?
"""

import torch

SIZE, SAMPLES = 8, 4000
CASES = ((0.6, None), (0.6, 4), (1.5, None), (1.5, 4))


def experiment(seed, cases=CASES):
    """Return for each case how often each token was drawn, and how often it should be."""
    from playground import small_model, small_tokenizer

    from nanochat.engine import Engine

    model = small_model(seed, n_layer=1, n_embd=16, vocab_size=SIZE)
    with torch.no_grad():  # then the same is expected after every token
        model.transformer.wte.weight[:] = model.transformer.wte.weight[0]
        scores = model(torch.tensor([[0]]))[0, -1].sort(descending=True)
    engine = Engine(model, small_tokenizer())
    drawn = []
    for temperature, limit in cases:
        settings = {"temperature": temperature, "top_k": limit, "seed": seed}
        *_, (column, _) = engine.generate([0], num_samples=SAMPLES, max_tokens=2, **settings)
        counts = torch.bincount(torch.tensor(column), minlength=SIZE)[scores.indices]
        expected = torch.zeros(SIZE)
        expected[:limit] = (scores.values[:limit] / temperature).softmax(dim=0)
        drawn.append(
            {
                "temperature": temperature,
                "limit": limit,
                "found": (counts / SAMPLES).tolist(),
                "expected": expected.tolist(),
            }
        )
    return {"drawn": drawn}


def picture(data):
    """Draw a panel for each case."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.5, 2.5), layout="constrained")
    panels = figure.subplots(1, len(data["drawn"]), sharey=True)
    for axes, it in zip(panels, data["drawn"], strict=True):
        axes.bar(range(SIZE), it["found"], color="#0072B2", label="drawn")
        axes.plot(it["expected"], "o", color="#D55E00", markersize=5, label="softmax")
        candidates = f"the best {it['limit']}" if it["limit"] else "all tokens"
        axes.set_title(f"at {it['temperature']}, from {candidates}", fontsize=9)
        axes.set(xlabel="token, by likelihood", xticks=range(SIZE), ylim=(0, 1))
    panels[0].set_ylabel("part of the draws")
    panels[-1].legend(frameon=False, fontsize=9)
    return figure
