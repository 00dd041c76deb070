"""Easy questions and hard ones.

Four answers to each of some questions are judged: 1 for a right one, 0 for a wrong one. What makes
answers more likely is how much better they are than the others to the same question. The bars are
by how much each answer is pushed, above nought to be said more often; the black marks are its
reward less the average of its question.

What should happen where all four answers are right? Try other questions beside the same one.
"""

REWARDS = {
    "easy": [1.0, 1.0, 1.0, 1.0],
    "hard": [0.0, 0.0, 0.0, 0.0],
    "mixed": [1.0, 0.0, 0.0, 1.0],
    "nearly": [1.0, 1.0, 1.0, 0.0],
}


def experiment(seed, questions=REWARDS):
    """Return what the answers are pushed by, the mixed question alone and all together."""
    import random

    rng = random.Random(seed)
    questions = {name: rng.sample(row, len(row)) for name, row in questions.items()}
    steps = {"one question alone": {"mixed": questions["mixed"]}, "all in one step": questions}
    return {
        "rewards": steps,
        "pushed": {name: learned(rewards) for name, rewards in steps.items()},
    }


def learned(questions):
    """Return what each answer of a step is pushed by."""
    from playground import learned_batches

    from nanochat.rl import Group

    groups = [
        Group(ids=[[1, 2, 3]] * len(rewards), masks=[[0, 1, 1]] * len(rewards), rewards=rewards)
        for rewards in questions.values()
    ]
    return [push for *_, pushes in learned_batches(groups, size=100) for push in pushes.tolist()]


def picture(data):
    """Draw a panel for each step, a bar for each answer."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2.8), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True, width_ratios=(1, 3))
    for axes, (title, pushed) in zip(panels, data["pushed"].items(), strict=True):
        rewards = data["rewards"][title]
        expected = [it - sum(row) / len(row) for row in rewards.values() for it in row]
        places = [x + x // 4 for x in range(len(pushed))]
        axes.bar(places, pushed, color="#0072B2")
        axes.plot(places, expected, "_", color="black", markersize=12, markeredgewidth=2.5)
        names = [f"{name}\n{sum(row):.0f} of {len(row)} right" for name, row in rewards.items()]
        axes.set_xticks([5 * place + 1.5 for place in range(len(names))], names, fontsize=8)
        axes.axhline(0, color="black", linewidth=0.6)
        axes.set_title(title, fontsize=9)
    panels[0].set(ylim=(-1.05, 1.05), ylabel="push")
    return figure
