"""Two ways to ask a model.

With targets a model returns a loss, without them the scores from which samples are drawn. Both
should tell of the same probabilities. On the left, the loss of many tokens as the model reports it,
against the cross entropy of its scores: equal ones lie on the diagonal. On the right, the
probabilities of the likeliest tokens after one text, both ways.

Try models whose scores are larger or smaller than those of this one.
"""

import torch

SHOWN = 8


def experiment(seed, scale=6.0):
    """Return losses and probabilities, by the losses and by the scores."""
    from playground import small_model

    model = small_model(seed, n_layer=1)
    size = model.config.vocab_size
    with torch.inference_mode():
        model.lm_head.weight.mul_(scale)
        ids, targets = torch.randint(size, (2, 8, 24))
        chosen = model(ids).log_softmax(dim=-1).gather(-1, targets[..., None])
        reported = model(ids, targets, loss_reduction="none")

        # One text for each token of the vocabulary, with that token as its only target.
        text = ids[:1, :6]
        every = torch.full((size, 6), -1)
        every[:, -1] = torch.arange(size)
        losses = model(text.expand(size, -1), every, loss_reduction="none").view(size, 6)[:, -1]
        trained, best = losses.neg().exp().topk(SHOWN)
        sampled = model(text)[0, -1].softmax(dim=-1)[best]
    return {
        "reported": reported.tolist(),
        "computed": chosen.neg().flatten().tolist(),
        "trained": trained.tolist(),
        "sampled": sampled.tolist(),
    }


def picture(data):
    """Draw both."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3), layout="constrained")
    left, right = figure.subplots(1, 2)
    most = max(*data["reported"], *data["computed"])
    left.plot([0, most], [0, most], color="black", linewidth=0.8)
    left.plot(data["reported"], data["computed"], ".", color="#D55E00", markersize=4)
    left.set(xlabel="loss that the model reports", ylabel="cross entropy of its scores")
    places = range(SHOWN)
    right.bar([x - 0.2 for x in places], data["trained"], 0.4, color="#0072B2", label="by the loss")
    right.bar(
        [x + 0.2 for x in places], data["sampled"], 0.4, color="#E69F00", label="by the scores"
    )
    right.set(xlabel="token, by likelihood", ylabel="probability", xticks=places, ylim=(0, 1))
    right.legend(frameon=False, fontsize=9)
    return figure
