"""One step, divided.

A step that does not fit into memory is divided into micro-batches, whose gradients add up. However
it is divided, it should be the same step. The same rows are taken at once and in two, four and
eight parts: on the left the length of the gradient, on the right what is left of it after clipping
to a length of one.

Try rows with uneven numbers of targets, and look at the loss that is reported.
"""

import torch

ROWS, TOKENS = 8, 32


def experiment(seed, parts=(1, 2, 4, 8)):
    """Return the length of the gradient for each number of parts."""
    from playground import small_model

    from nanochat.training import training_step

    model = small_model(seed, n_layer=2)
    inputs, targets = torch.randint(model.config.vocab_size, (2, ROWS, TOKENS))
    lengths, losses = [], []
    for number in parts:
        micro_batches = list(zip(inputs.chunk(number), targets.chunk(number), strict=True))
        loss = training_step(model, [], micro_batches)
        gradients = [weight.grad.norm() for weight in model.parameters()]
        lengths.append(torch.stack(gradients).norm().item())
        losses.append(loss.item())
    return {"parts": list(parts), "lengths": lengths, "losses": losses}


def picture(data):
    """Draw the lengths before and after clipping."""
    from matplotlib.figure import Figure

    parts, lengths = data["parts"], data["lengths"]
    names = list(map(str, parts))
    figure = Figure(figsize=(8, 2.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.bar(names, lengths, color="#0072B2", width=0.6)
    left.axhline(lengths[0], color="black", linestyle="--", linewidth=1, label="in one piece")
    left.set(ylim=(0, 9 * lengths[0]), ylabel="length of the gradient")
    left.legend(frameon=False, fontsize=9)
    right.bar(names, [min(1, 1 / length) for length in lengths], color="#D55E00", width=0.6)
    right.set(ylim=(0, 1.05), ylabel="part that clipping leaves")
    for axes in (left, right):
        axes.set_xlabel("micro-batches in the step")
    return figure
