"""Before and after an interruption.

Every rank of a run has a place in its own data and moments for its own share of the weights. A run
on three ranks writes a checkpoint and ends; then it goes on from there. The table shows what each
rank had before, and what it has after; what is not as it was is orange.

Try other numbers of ranks. Is the step the right one, are the weights?
"""

RANKS = 3


def experiment(seed, ranks=RANKS):
    """Return place and moment of each rank before and after an interruption."""
    import os
    import random
    import tempfile
    from unittest import mock

    import torch
    from playground import on_ranks

    torch.optim.SGD([torch.zeros(1)])  # the first optimizer loads what threads may not all load
    rng = random.Random(seed)
    had = [{"place": rng.randint(100, 999), "moment": rng.randint(10, 99)} for _ in range(ranks)]
    places = tempfile.TemporaryDirectory()
    with places as home, mock.patch.dict(os.environ, {"NANOCHAT_BASE_DIR": home}):
        on_ranks(ranks, lambda rank: run(had[rank], seed, goes_on=False))
        after = on_ranks(ranks, lambda _: run(None, seed, goes_on=True))
    return {"before": had, "after": after}


def run(had, seed, *, goes_on):
    """Save what a rank has, or go on with the run and return what it has then."""
    from types import SimpleNamespace

    import torch
    from playground import small_model

    from nanochat.optim import AdamW
    from nanochat.tokenizer import RustBPETokenizer
    from nanochat.training_run import Run, RunSettings

    tokenizer = RustBPETokenizer([bytes([value]) for value in range(256)], r"\w+|\W+")
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = AdamW([weight])
    run = Run(
        RunSettings("interrupted", goes_on, checkpoint_every=1),
        num_steps=1,
        model=small_model(seed, n_layer=1, n_embd=8, vocab_size=tokenizer.get_vocab_size()),
        optimizers=[optimizer],
        tokenizer=tokenizer,
    )
    if goes_on:
        moment = optimizer.state[weight]["exp_avg"].item()
        return {"place": run.loader_state["next_turn"], "moment": round(moment)}
    optimizer.state[weight]["exp_avg"] = torch.tensor([float(had["moment"])])
    run.save_if_due(1, SimpleNamespace(state_dict=lambda: {"next_turn": had["place"]}))
    return had


def picture(data):
    """Draw a row for each rank."""
    from matplotlib.figure import Figure
    from playground import draw_table

    figure = Figure(figsize=(8, 2), layout="constrained")
    axes = figure.subplots()
    texts, marked = [], []
    for before, after in zip(data["before"], data["after"], strict=True):
        texts.append([it[name] for name in ("place", "moment") for it in (before, after)])
        wrong = [before[name] != after[name] for name in ("place", "moment")]
        marked.append([False, wrong[0], False, wrong[1]])
    columns = [f"{it}, {when}" for it in ("place", "moment") for when in ("before", "after")]
    rows = [f"rank {rank}" for rank in range(len(texts))]
    draw_table(axes, texts, marked, rows=rows, columns=columns)
    return figure
