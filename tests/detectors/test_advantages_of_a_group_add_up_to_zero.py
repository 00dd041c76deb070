"""An answer is judged by the others to the same question, and by no others."""

import numpy as np

MATCHES_CLEAN = ("rewards", "advantages", "others_changed")


def observe(seed):
    """Compare answers, then again with other rewards in all groups but the first."""
    import torch

    from nanochat.rl import group_advantages

    rng = np.random.default_rng(seed)
    rewards = rng.integers(0, 3, (4, 4)).astype(np.float32)
    rewards[0] = [0.0, 1.0, 0.0, 0.0]
    changed = rewards.copy()
    changed[1:] += rng.random((3, 4), dtype=np.float32)
    return {
        "rewards": rewards,
        "advantages": group_advantages(torch.tensor(rewards)).numpy(),
        "others_changed": group_advantages(torch.tensor(changed)).numpy(),
    }


def test_each_group_adds_up_to_zero(observed):
    """What is won by some answers is lost by the others."""
    np.testing.assert_allclose(observed["advantages"].sum(axis=1), 0, atol=1e-5)


def test_a_group_does_not_know_of_the_others(observed):
    """Easy questions lend nothing to hard ones."""
    np.testing.assert_allclose(observed["advantages"][0], observed["others_changed"][0])


def test_an_advantage_is_the_reward_beyond_the_average(observed):
    """One right answer of four, and a failure is worth as little as it is."""
    np.testing.assert_allclose(observed["advantages"][0], [-0.25, 0.75, -0.25, -0.25], atol=1e-6)
    differences = observed["rewards"] - observed["rewards"][:, :1]
    advantages = observed["advantages"] - observed["advantages"][:, :1]
    np.testing.assert_allclose(advantages, differences, atol=1e-5)
