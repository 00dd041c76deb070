"""How fast a run learns, step by step.

A run of 400 steps is asked to warm up for its first tenth and to cool down for its last fifth. The
curves are the learning rates that the parameter groups of its optimizers are given, each as a part
of its own rate; the grey bands are where the run is meant to warm up and to cool down.

Try longer and shorter runs, and other ratios.
"""

STEPS, WARM_UP, COOL_DOWN = 400, 0.1, 0.2


def experiment(seed, num_steps=STEPS):
    """Return the learning rates of each group over the run, as parts of the initial ones."""
    from nanochat.looking import learning_rates
    from nanochat.scripts.base_train import Settings, fresh_model
    from nanochat.settings import parse_settings

    options = ["--preset=smoke", f"--seed={seed}"]
    options += [f"--warmup-ratio={WARM_UP}", f"--warmdown-ratio={COOL_DOWN}"]
    settings = parse_settings(Settings, "base_train", options)
    _, optimizers = fresh_model(settings, 300, "cpu")
    initial = [group["initial_lr"] for it in optimizers for group in it.param_groups]
    rates = learning_rates(optimizers, num_steps, settings)
    parts = {
        name: [rate / full for rate in values]
        for (name, values), full in zip(rates.items(), initial, strict=True)
    }
    return {"num_steps": num_steps, "rates": parts}


def picture(data):
    """Draw a curve for each group."""
    from matplotlib.figure import Figure

    from nanochat.looking import draw_learning_rates

    steps = data["num_steps"]
    figure = Figure(figsize=(8, 3), layout="constrained")
    axes = figure.subplots()
    axes.axvspan(0, WARM_UP * steps, color="#DDDDDD", linewidth=0)
    axes.axvspan((1 - COOL_DOWN) * steps, steps, color="#DDDDDD", linewidth=0)
    axes.text(2, 1.05, "warm-up", fontsize=8)
    axes.text((1 - COOL_DOWN) * steps + 2, 1.05, "cool-down", fontsize=8)
    draw_learning_rates(axes, data["rates"])
    axes.set(ylim=(0, 1.15), xlim=(0, steps), ylabel="part of the learning rate")
    return figure
