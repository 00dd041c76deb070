"""Bad batches.

Now and then a batch has a gradient that is far too long. A step may say how long a gradient may be,
and is to shorten what is longer. Gradients of growing length meet a limit of one: in a process by
itself, and on several ranks that all have the same batch. The lines are how long they are after it.

The grey line is what the limit makes of them. Try other limits.
"""

LIMIT = 1.0


def experiment(seed, ranks=(2, 3), factors=(0.1, 0.3, 1, 3, 10, 30)):
    """Return the lengths of gradients before and after, for each number of ranks."""
    import torch
    from playground import on_ranks

    from nanochat.training import training_step

    torch.manual_seed(seed)
    start, batch = torch.nn.Linear(6, 4).state_dict(), (torch.randn(8, 6), torch.zeros(8, 1))

    def lengths(limit):
        found = []
        for factor in factors:
            model = torch.nn.Linear(6, 4)
            model.load_state_dict(start)
            loss = scaled_loss(factor)
            training_step(model, [], [batch], loss_sum=loss, max_norm=limit)
            parts = [weight.grad.norm() for weight in model.parameters()]
            found.append(torch.stack(parts).norm().item())
        return found

    after = {"one process": lengths(LIMIT)}
    for count in ranks:
        after[f"{count} ranks"] = on_ranks(count, lambda _: lengths(LIMIT))[0]
    return {"before": lengths(None), "after": after}


def scaled_loss(factor):
    """Return a loss whose gradient is so many times as long."""
    return lambda model, inputs, _: factor * model(inputs).square().sum()


def picture(data):
    """Draw the lengths after a step over those before."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3), layout="constrained")
    axes = figure.subplots()
    allowed = [min(LIMIT, length) for length in data["before"]]
    axes.plot(data["before"], allowed, color="#CCCCCC", linewidth=7, label="by the limit")
    styles = zip("osD", (9, 6, 3), ("#0072B2", "#E69F00", "#D55E00"), strict=True)
    for (name, after), (marker, size, colour) in zip(data["after"].items(), styles, strict=True):
        style = {"marker": marker, "markersize": size, "color": colour, "fillstyle": "none"}
        axes.plot(data["before"], after, **style, linewidth=1, label=name)
    axes.set(xscale="log", yscale="log", xlabel="length of the gradient", ylabel="after a step")
    axes.set(ylim=(0.2, 2 * max(data["before"])))
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    axes.grid(alpha=0.25)
    return figure
