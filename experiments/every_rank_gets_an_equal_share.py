"""Shares for all.

Ranks divide what an optimizer works on among themselves, so many things for each. A collective
takes that only if all shares are equal, so what does not come out even is filled up. The table has
a cell for each number of things and of ranks, and in it how many things there are when they are
divided: it should be the next multiple of the ranks. A cell is orange if the shares do not come out
even, which is where the collective ends with an error.

Take the sizes of a model from its configuration. On how many ranks does it train?
"""

from unittest import mock

import torch


def experiment(seed, most_ranks=6, most_things=18):
    """Return for each number of ranks and of things what is divided, and the share of a rank."""
    from nanochat.optim import average_into_share

    cells = []
    for ranks in range(1, most_ranks + 1):
        for things in range(1, most_things + 1):
            whole = torch.ones(things, 1)
            with mock.patch("torch.distributed.reduce_scatter_tensor") as collective:
                share = average_into_share(whole, ranks)
            divided = collective.call_args.args[1] if collective.called else whole
            sizes = {"divided": len(divided), "share": len(share)}
            cells.append({"ranks": ranks, "things": things, **sizes})
    return {"cells": cells}


def picture(data):
    """Draw the table."""
    from matplotlib.figure import Figure
    from playground import draw_table

    figure = Figure(figsize=(8, 2.6), layout="constrained")
    axes = figure.subplots()
    ranks = sorted({it["ranks"] for it in data["cells"]})
    things = sorted({it["things"] for it in data["cells"]})
    rows = [[it for it in data["cells"] if it["ranks"] == number] for number in ranks]
    texts = [[it["divided"] for it in row] for row in rows]
    uneven = [[it["divided"] != it["ranks"] * it["share"] for it in row] for row in rows]
    draw_table(axes, texts, uneven, rows=ranks, columns=things)
    axes.set(xlabel="things", ylabel="ranks")
    return figure
