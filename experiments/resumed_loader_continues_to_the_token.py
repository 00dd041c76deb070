"""Going on after an interruption.

Two loaders read the same shards again and again; one of them was stopped on its way, and another
one took its place from where it stood. The dots are the documents that each of them meets after
that, in the order in which they come, over as many tokens.

The two should look alike. Stop elsewhere: what changes, and when does it begin?
"""

import tempfile

DOCUMENTS, GROUP, ROWS, TOKENS = 24, 6, 2, 16


def experiment(seed, stop=6, number=60):
    """Return the documents that are met after some batches, with and without an interruption."""
    from playground import small_tokenizer

    from nanochat.dataloader import tokenizing_distributed_data_loader

    tokenizer = small_tokenizer(seed)
    with tempfile.TemporaryDirectory() as folder:
        write_shards(folder)
        settings = {"tokenizer": tokenizer, "tokenizer_threads": 1, "data_dir": folder}
        loader = tokenizing_distributed_data_loader(ROWS, TOKENS, "train", **settings)
        for _ in range(stop):
            next(loader)
        place = loader.state_dict()
        again = tokenizing_distributed_data_loader(
            ROWS, TOKENS, "train", resume_from=place, **settings
        )
        return {
            "not interrupted": met(loader, tokenizer, number),
            "interrupted": met(again, tokenizer, number),
        }


def write_shards(folder):
    """Write documents that say their number, into one shard to read and one to leave out."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = [f"This is document number {number}, and it ends here." for number in range(DOCUMENTS)]
    for name in ("a", "b"):
        table = pa.table({"text": texts})
        pq.write_table(table, f"{folder}/{name}.parquet", row_group_size=GROUP)


def met(loader, tokenizer, number):
    """Return the numbers of the documents that begin in so many batches."""
    import re

    ids = [token for _ in range(number) for token in next(loader)[0].flatten().tolist()]
    return [int(it) for it in re.findall(r"number (\d+),", tokenizer.decode(ids))]


def picture(data):
    """Draw the documents of both."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2.8), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True, sharex=True)
    for axes, (name, numbers) in zip(panels, data.items(), strict=True):
        axes.plot(numbers, "o", color="#0072B2", markersize=3.5)
        axes.set_title(f"{name}: {len(set(numbers))} of {DOCUMENTS} documents", fontsize=9)
        axes.set(xlabel="documents in the order in which they come")
        axes.grid(alpha=0.25)
    panels[0].set(ylabel="number of the document", ylim=(-1, DOCUMENTS))
    return figure
