"""Many samples of one prompt.

A model that finds all tokens equally likely continues one prompt many times. On the left, each row
is a sample, each column a step, and each colour a token. On the right, the number of different
tokens in each column; the dashed line is how many so many independent draws give on average.

Try other prompts, seeds and numbers of samples.
"""

import torch

SAMPLES, STEPS = 32, 8


def experiment(seed, prompt="Once upon a time"):
    """Return the tokens of the samples, and how many different ones to expect in a column."""
    from playground import small_model, small_tokenizer

    from nanochat.engine import Engine

    tokenizer = small_tokenizer()
    size = tokenizer.get_vocab_size()
    model = small_model(seed, n_layer=1, vocab_size=size)
    with torch.no_grad():
        model.lm_head.weight.zero_()
    settings = {"num_samples": SAMPLES, "max_tokens": STEPS, "seed": seed}
    columns = [
        column
        for column, _ in Engine(model, tokenizer).generate(tokenizer.encode(prompt), **settings)
    ]
    return {"columns": columns, "expected": size * (1 - (1 - 1 / size) ** SAMPLES)}


def picture(data):
    """Draw the samples, and the counts."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 3), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.4))
    rows = list(zip(*data["columns"], strict=True))
    left.imshow(rows, cmap="turbo", aspect="auto", interpolation="nearest")
    left.set(xlabel="step", ylabel="sample", xticks=range(STEPS), yticks=())
    different = [len(set(column)) for column in data["columns"]]
    right.bar(range(STEPS), different, color="#0072B2", width=0.6)
    right.axhline(data["expected"], color="black", linestyle="--", linewidth=1)
    right.set(xlabel="step", ylabel="different tokens", xticks=range(STEPS), ylim=(0, SAMPLES + 1))
    return figure
