"""One loss, asked of every rank.

Three ranks evaluate the same model, each on batches of its own, and each says what the loss of all
of them is. One rank that has all the batches says it too: that is the dashed line. On the left, all
rows are full, as in pretraining; on the right, the ranks have few, some and many targets, as with
conversations.

Try more ranks, and other numbers of targets.
"""

from functools import partial

import torch

ROWS, TOKENS = 2, 24


def experiment(seed, uneven=(3, 10, 24)):
    """Return for full and for uneven batches what one rank says of all, and what each one says."""
    from playground import on_ranks, small_model

    from nanochat.loss_eval import evaluate_loss

    model = small_model(seed, n_layer=1)
    with torch.no_grad():
        model.lm_head.weight.mul_(4)
    told = {}
    for name, targets in (("full rows", (TOKENS,) * len(uneven)), ("uneven targets", uneven)):
        batches = [batch_with(number, model.config.vocab_size) for number in targets]
        told[name] = {
            "targets": [ROWS * number for number in targets],
            "alone": evaluate_loss(model, batches),
            "ranks": on_ranks(len(batches), partial(evaluated, model, batches)),
        }
    return {"told": told}


def evaluated(model, batches, rank):
    """Return what a rank says that has one of the batches."""
    from nanochat.loss_eval import evaluate_loss

    return evaluate_loss(model, [batches[rank]])


def batch_with(number, vocab_size):
    """Return random rows, of which the first so many tokens have targets."""
    inputs, targets = torch.randint(vocab_size, (2, ROWS, TOKENS))
    targets[:, number:] = -1
    return inputs, targets


def picture(data):
    """Draw a bar for each rank."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 2.8), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    most = max(max(it["ranks"]) for it in data["told"].values())
    for axes, (name, it) in zip(panels, data["told"].items(), strict=True):
        labels = [f"rank {rank}:\n{number} targets" for rank, number in enumerate(it["targets"])]
        bars = axes.bar(labels, it["ranks"], color="#0072B2", width=0.6)
        axes.bar_label(bars, fmt="%.2f", fontsize=8, padding=2)
        axes.axhline(
            it["alone"], color="black", linestyle="--", linewidth=1, label="one rank with all"
        )
        axes.set_title(name, fontsize=9)
        axes.tick_params(labelsize=8)
        axes.set(ylim=(0, 1.35 * most))
        axes.legend(frameon=False, fontsize=9, loc="upper right")
    panels[0].set_ylabel("loss")
    return figure
