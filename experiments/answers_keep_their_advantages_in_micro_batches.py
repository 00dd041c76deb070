"""One step of praise and blame, divided.

Twelve answers to three questions are learned from in one step, which may be divided into
micro-batches. The bars are by how much each answer is pushed, above nought to be said more often;
the black marks are its reward less the average of its question.

Each panel divides the same step in another way. What should change from one to the next?
"""

GROUPS, ANSWERS = 3, 4


def experiment(seed, sizes=(12, 6, 4)):
    """Return by how much each answer is pushed, for each size of the micro-batches."""
    import random

    from playground import learned_batches

    from nanochat.rl import Group

    rng = random.Random(seed)
    rewards = [[rng.randint(0, 8) / 4 for _ in range(ANSWERS)] for _ in range(GROUPS)]
    groups = [
        Group(ids=[[1, 2, 3]] * ANSWERS, masks=[[0, 1, 1]] * ANSWERS, rewards=row)
        for row in rewards
    ]
    pushed = {
        size: [push for *_, pushes in learned_batches(groups, size) for push in pushes.tolist()]
        for size in sizes
    }
    expected = [it - sum(row) / ANSWERS for row in rewards for it in row]
    return {"pushed": pushed, "expected": expected}


def picture(data):
    """Draw a panel for each size, a bar for each answer."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2.8), layout="constrained")
    panels = figure.subplots(1, len(data["pushed"]), sharey=True)
    for axes, (size, pushed) in zip(panels, data["pushed"].items(), strict=True):
        places = range(1, len(pushed) + 1)
        axes.bar(places, pushed, color="#0072B2")
        axes.plot(places, data["expected"], "_", color="black", markersize=9, markeredgewidth=2.5)
        for edge in range(int(size), len(pushed), int(size)):
            axes.axvline(edge + 0.5, color="black", linestyle=":", linewidth=1)
        axes.axhline(0, color="black", linewidth=0.6)
        axes.set_title(f"micro-batches of {size}", fontsize=9)
        axes.set(xlabel="answer", xticks=(1, 4, 8, 12))
    panels[0].set_ylabel("push")
    return figure
