"""Draws of a run.

In reinforcement learning every rank answers questions of its own in every step, with random numbers
of its own. A cell is a question that a rank answers in a step; cells with the same number are
answered with the same random numbers, and where these were used before, the cell is orange.

How many different draws does the table have, and how many cells?
"""

RANKS, STEPS, QUESTIONS = 3, 4, 3


def experiment(seed, ranks=RANKS, steps=STEPS):
    """Return what the draws of each rank start from, step by step and question by question."""
    from unittest import mock

    from playground import on_ranks

    from nanochat.scripts import chat_rl
    from nanochat.settings import parse_settings

    options = ["--preset=smoke", f"--questions={ranks * QUESTIONS}", f"--seed={seed}"]
    settings = parse_settings(chat_rl.Settings, "chat_rl", options)
    questions, engine = [None], mock.MagicMock()
    engine.model.get_device.return_value.type = "cpu"

    def starts(_):
        groups = [chat_rl.sample_groups(engine, questions, step, settings) for step in range(steps)]
        return [str(start) for group in groups for start in group]

    with mock.patch.object(chat_rl, "sample_group", lambda *_, seed, **__: seed):
        return {"starts": on_ranks(ranks, starts)}


def picture(data):
    """Draw a row for each rank; equal numbers are equal draws."""
    from matplotlib.figure import Figure
    from playground import draw_table

    starts = data["starts"]
    in_order = [row[place] for place in range(len(starts[0])) for row in starts]
    names = {start: number for number, start in enumerate(dict.fromkeys(in_order), start=1)}
    known, marked = set(), [[False] * len(row) for row in starts]
    for place in range(len(starts[0])):
        for rank, row in enumerate(starts):
            marked[rank][place] = row[place] in known
            known.add(row[place])

    figure = Figure(figsize=(8, 2.4), layout="constrained")
    axes = figure.subplots()
    texts = [[names[start] for start in row] for row in starts]
    columns = [f"{step}.{number}" for step in range(STEPS) for number in range(QUESTIONS)]
    rows = [f"rank {rank}" for rank in range(len(starts))]
    draw_table(axes, texts, marked, rows=rows, columns=columns)
    axes.set(xlabel="step and question")
    cells = sum(map(len, starts))
    axes.set_title(f"{len(names)} different draws for {cells} questions", fontsize=9)
    return figure
