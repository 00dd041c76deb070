"""What bugs cost in reinforcement learning."""

import math


def rollout_seeds_added_up(law):
    """Different seeds in a small run, and seeds."""
    seeds = law.observe(0)["seeds"]
    return len(set(seeds)), len(seeds)


def advantages_centred_over_all_groups(_law):
    """Advantages of four right answers to one question and four wrong ones to another."""
    import torch

    from nanochat.rl import group_advantages

    return group_advantages(torch.tensor([[1.0] * 4, [0.0] * 4]))[:, 0].tolist()


def advantages_of_the_first_rows_reused(law):
    """Of 12 answers, those with their own advantage, by the size of micro-batches."""
    seen = law.observe(0)
    own = dict(seen["learned"]["12"])
    return {
        size: sum(math.isclose(advantage, own[number]) for number, advantage in learned)
        for size, learned in seen["learned"].items()
    }
