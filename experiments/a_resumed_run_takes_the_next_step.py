"""A run in three parts.

A run of 20 steps is stopped twice, and resumed each time from the checkpoint that it wrote. The
upper part shows which steps each part takes, the lower part how often each step is taken over all:
once, whatever happens in between.

Try other places to stop. Where does a part begin?
"""

import os
import tempfile
from unittest import mock

STEPS = 20


def experiment(seed, stops=(7, 12, STEPS)):
    """Return the steps that each part of the run takes."""
    from playground import small_model, small_tokenizer

    from nanochat.training_run import Run, RunSettings

    tokenizer = small_tokenizer()
    model = small_model(seed, n_layer=1, n_embd=16, vocab_size=tokenizer.get_vocab_size())
    parts = {"model": model, "optimizers": model.setup_optimizers(), "tokenizer": tokenizer}
    taken = []
    folder = tempfile.TemporaryDirectory()
    with folder as path, mock.patch.dict(os.environ, NANOCHAT_BASE_DIR=path):
        for stop in stops:
            run = Run(RunSettings(resume=bool(taken), checkpoint_every=1), STEPS, **parts)
            taken.append(list(range(run.first_step, stop)))
            run.save_if_due(stop)
    return {"stops": list(stops), "taken": taken}


def picture(data):
    """Draw the parts, and the counts."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 3), layout="constrained")
    upper, lower = figure.subplots(2, sharex=True, height_ratios=(1.4, 1))
    colours = ("#0072B2", "#E69F00", "#009E73")
    for place, steps in enumerate(data["taken"]):
        upper.barh(
            [place] * len(steps),
            0.9,
            left=[step - 0.45 for step in steps],
            height=0.7,
            color=colours[place % len(colours)],
        )
    for axes in (upper, lower):
        for stop in data["stops"][:-1]:
            axes.axvline(stop - 0.5, color="black", linestyle=":", linewidth=1)
    names = [f"part {number}" for number in range(1, len(data["taken"]) + 1)]
    upper.set_yticks(range(len(names)), names)
    upper.invert_yaxis()
    steps = [step for part in data["taken"] for step in part]
    counts = [steps.count(step) for step in range(STEPS)]
    lower.bar(range(STEPS), counts, color="#999999", width=0.9)
    lower.axhline(1, color="black", linestyle="--", linewidth=1)
    lower.set(xlabel="step", ylabel="taken", yticks=range(3), ylim=(0, 2.2), xticks=range(STEPS))
    return figure
