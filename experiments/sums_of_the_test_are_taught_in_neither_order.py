"""What was asked before.

Sums with two numbers are taught, and others are kept for the test. Every sum is a dot at its two
numbers, as far as these are below 40: light ones are taught, dark ones are of the test, and orange
ones are of the test although training has the same two numbers, in whatever order. On the right,
how many of the whole test these are.

Do dots have a mirror image on the other side of the diagonal? Should they?
"""

TAUGHT, TESTED, SHOWN = 5000, 600, 40


def experiment(seed, operations="+"):
    """Return the pairs of numbers of both splits, and how many of the test are taught."""
    import re

    from nanochat.tasks.arithmetic import Arithmetic

    pairs = {}
    for split, size in (("train", TAUGHT), ("test", TESTED)):
        task = Arithmetic(split, size + seed, operations=operations, digits=(2,))
        questions = [task[seed + index]["messages"][0]["content"] for index in range(size)]
        pairs[split] = [[int(it) for it in re.findall(r"\d+", question)] for question in questions]
    taught = {tuple(pair) for pair in pairs["train"]}
    tested = {tuple(pair) for pair in pairs["test"]}
    return {
        "pairs": pairs,
        "different": len(tested),
        "same_order": len(tested & taught),
        "other_order": len({(b, a) for a, b in tested} & taught),
    }


def picture(data):
    """Draw the pairs, and the counts."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.2, 1))
    taught = {tuple(sorted(pair)) for pair in data["pairs"]["train"]}
    fresh, known = [], []
    for pair in data["pairs"]["test"]:
        (known if tuple(sorted(pair)) in taught else fresh).append(pair)
    dots = ((data["pairs"]["train"], "#C9DDEE"), (fresh, "#0072B2"), (known, "#D55E00"))
    for pairs, colour in dots:
        near = [pair for pair in pairs if max(pair) < SHOWN]
        left.plot([a for a, _ in near], [b for _, b in near], "s", color=colour, markersize=4.5)
    left.plot([10, SHOWN], [10, SHOWN], color="black", linewidth=0.6)
    left.set(xlabel="first number", ylabel="second number", aspect="equal")
    names = ("in this order", "exchanged")
    bars = right.bar(names, (data["same_order"], data["other_order"]), color="#D55E00", width=0.5)
    right.bar_label(bars, fontsize=9)
    right.set(ylim=(0, data["different"]), ylabel=f"of {data['different']} sums of the test")
    right.set_title("taught, too", fontsize=9)
    return figure
