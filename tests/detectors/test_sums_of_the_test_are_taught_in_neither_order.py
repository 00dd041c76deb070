"""Who was taught a + b has been taught b + a: neither of them is asked for in the test.

What is held out may be chosen in many ways; so no data of an observation are the same in all.
"""

import re

MAY_DIFFER = ("pairs",)
SIZE = {"train": 1500, "test": 300}


def observe(seed):
    """Read the pairs of numbers off the questions of both splits."""
    from nanochat.tasks.arithmetic import Arithmetic

    operations = ("+", "*", "+*")[seed % 3]
    pairs = {}
    for split, size in SIZE.items():
        task = Arithmetic(split, size, operations=operations, digits=(2,))
        questions = [task[index]["messages"][0]["content"] for index in range(size)]
        pairs[split] = [[int(n) for n in re.findall(r"\d+", question)] for question in questions]
    return {"pairs": pairs}


def unordered(pairs):
    """Each pair with its smaller number first."""
    return {tuple(sorted(pair)) for pair in pairs}


def test_no_pair_is_in_both_splits_in_whatever_order(observed):
    """Else a score says how much was memorised."""
    pairs = observed["pairs"]
    shared = sorted(unordered(pairs["train"]) & unordered(pairs["test"]))
    assert shared == [], f"{len(shared)} pairs are taught and tested, such as {shared[0]}"


def test_each_split_asks_for_many_pairs(observed):
    """A few would be kept apart easily."""
    numbers = {split: len(unordered(pairs)) for split, pairs in observed["pairs"].items()}
    assert min(numbers.values()) > 100, f"there are so many different pairs: {numbers}"
