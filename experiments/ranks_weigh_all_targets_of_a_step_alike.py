"""What a token counts for.

A step of fine-tuning is divided among three ranks, whose conversations are of different lengths. On
the left, how many tokens each rank learns from. On the right, how much one of these tokens counts
in the gradient of the step, where 1 is what it counts for if all conversations are on one rank.

Try shares that are alike, and shares that differ more.
"""

import torch

TOKENS = 24


def experiment(seed, targets=(4, 12, 24)):
    """Return how many targets the ranks have, and what one of them counts for."""
    from playground import on_ranks, small_model

    from nanochat.training import training_step

    models = [small_model(seed, n_layer=1) for _ in targets]
    inputs, answers = torch.randint(512, (2, len(targets), 1, TOKENS))
    for row, number in zip(answers, targets, strict=True):
        row[:, number:] = -1

    def gradient(rank):
        training_step(models[rank], [], [(inputs[rank], answers[rank])])
        return torch.cat([weight.grad.flatten() for weight in models[rank].parameters()])

    counts = []
    for rank, taken in enumerate(on_ranks(len(targets), gradient)):
        models[rank].zero_grad()
        models[rank](inputs[rank], answers[rank], loss_reduction="sum").backward()
        whole = torch.cat([weight.grad.flatten() for weight in models[rank].parameters()])
        counts.append((taken.norm() / whole.norm()).item() * sum(targets) / len(targets))
    return {"targets": list(targets), "counts": counts}


def picture(data):
    """Draw both, a bar for each rank."""
    from matplotlib.figure import Figure

    names = [f"rank {rank}" for rank in range(len(data["targets"]))]
    figure = Figure(figsize=(8, 2.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.bar(names, data["targets"], color="#999999", width=0.6)
    left.set(ylabel="tokens to learn")
    bars = right.bar(names, data["counts"], color="#0072B2", width=0.6)
    right.bar_label(bars, fmt="{:.2f}", fontsize=8)
    right.axhline(1, color="black", linestyle="--", linewidth=1, label="on one rank")
    right.set(ylabel="what one of them counts for", ylim=(0, max(1.5, 1.2 * max(data["counts"]))))
    right.legend(frameon=False, fontsize=8)
    return figure
