"""What is asked of the model.

A batch pairs every token with a target. The two rows are the beginning of a batch, inputs above and
targets below; a line leads from each input to the same token among the targets. Below, all targets
of the batch are compared with the inputs so many places away: where are they the same?

What would a model have to do to get all of these targets right?
"""

import tempfile

ROWS, TOKENS, SHOWN = 8, 64, 16
OFFSETS = range(-3, 4)


def experiment(seed):
    """Return the first tokens of a batch, and how often targets equal inputs some places away."""
    from playground import small_tokenizer

    from nanochat.corpus import write_corpus
    from nanochat.dataloader import tokenizing_distributed_data_loader
    from nanochat.looking import token_texts

    tokenizer = small_tokenizer(seed)
    with tempfile.TemporaryDirectory() as folder:
        write_corpus(folder, characters=20_000, shards=2, seed=seed)
        loader = tokenizing_distributed_data_loader(
            ROWS, TOKENS, "train", tokenizer_threads=1, tokenizer=tokenizer, data_dir=folder
        )
        inputs, targets = next(loader)
    edge = max(OFFSETS)
    middle = targets[:, edge:-edge]
    shifted = (inputs[:, edge + it : TOKENS - edge + it] for it in OFFSETS)
    return {
        "inputs": token_texts(tokenizer, inputs[0, :SHOWN].tolist()),
        "targets": token_texts(tokenizer, targets[0, :SHOWN].tolist()),
        "equal": [(middle == it).float().mean().item() for it in shifted],
    }


def picture(data):
    """Draw the rows and the comparison."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), layout="constrained")
    upper, lower = figure.subplots(2, height_ratios=(1.2, 1))
    for y, name in ((1, "inputs"), (0, "targets")):
        upper.text(-0.7, y, name, ha="right", va="center", fontsize=9)
        for x, text in enumerate(data[name]):
            box = {"facecolor": "#EDEDED", "edgecolor": "none", "pad": 2}
            place = {"ha": "center", "va": "center", "rotation": 35}
            upper.text(x, y, text, fontsize=8, family="monospace", bbox=box, **place)
    for x, text in enumerate(data["inputs"]):
        nearby = [it for it in range(max(0, x - 2), x + 3) if it < len(data["targets"])]
        same = [it for it in nearby if data["targets"][it] == text]
        if same:
            nearest = min(same, key=lambda it: abs(it - x))
            upper.plot([x, nearest], [0.75, 0.25], color="#D55E00", linewidth=1.2)
    upper.set(xlim=(-2.2, len(data["inputs"])), ylim=(-0.5, 1.5))
    upper.set_axis_off()
    lower.bar(OFFSETS, data["equal"], color="#0072B2")
    lower.set(ylim=(0, 1.05), xlabel="target = input so many places later", ylabel="part")
    return figure
