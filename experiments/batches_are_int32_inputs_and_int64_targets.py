"""What a batch weighs.

A batch of token ids is small beside a model, but it crosses over to the device at every step. The
bars show the bytes that each id takes, as input and as target, in a batch for training and in one
for validation; the lines are whole numbers of 32 and of 64 bits.

Compare with what the loader's docstring promises.
"""

import tempfile

ROWS, TOKENS = 4, 64


def experiment(seed):
    """Return dtype and bytes of the two parts of batches."""
    from playground import small_tokenizer

    from nanochat.corpus import write_corpus
    from nanochat.dataloader import tokenizing_distributed_data_loader

    tokenizer = small_tokenizer(seed)
    tensors = []
    with tempfile.TemporaryDirectory() as folder:
        write_corpus(folder, characters=20_000, shards=2, seed=seed)
        for split in ("train", "val"):
            loader = tokenizing_distributed_data_loader(
                ROWS, TOKENS, split, tokenizer_threads=1, tokenizer=tokenizer, data_dir=folder
            )
            for name, tensor in zip(("inputs", "targets"), next(loader), strict=True):
                tensors.append(
                    {
                        "name": f"{name}, {split}",
                        "dtype": str(tensor.dtype).removeprefix("torch."),
                        "bytes": tensor.numel() * tensor.element_size(),
                        "ids": tensor.numel(),
                    }
                )
    return {"tensors": tensors}


def picture(data):
    """Draw a bar for each tensor."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2.6), layout="constrained")
    axes = figure.subplots()
    names = [it["name"] for it in data["tensors"]]
    sizes = [it["bytes"] / it["ids"] for it in data["tensors"]]
    bars = axes.barh(names, sizes, color=["#D55E00", "#0072B2"] * 2, height=0.6)
    labels = [f"{it['dtype']}: {it['bytes']:,} bytes" for it in data["tensors"]]
    axes.bar_label(bars, labels, padding=4, fontsize=9)
    for size, text in ((4, "32 bits"), (8, "64 bits")):
        axes.axvline(size, color="black", linestyle=":", linewidth=1)
        axes.text(size, -0.75, text, ha="center", fontsize=8)
    axes.set(xlim=(0, 11), xlabel="bytes for each id")
    axes.invert_yaxis()
    return figure
