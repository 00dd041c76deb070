"""Each answer is learned with its own advantage, however a step is divided into micro-batches."""

import numpy as np

MATCHES_CLEAN = ("rewards", "learned")
GROUPS, ANSWERS = 3, 4


def observe(seed):
    """Divide the answers of a step, the first tokens of which are their numbers."""
    from nanochat.rl import Group, policy_batches

    rng = np.random.default_rng(seed)
    rewards = rng.permutation(GROUPS * ANSWERS).reshape(GROUPS, ANSWERS).astype(float)
    groups = [
        Group(
            ids=[[number, 50, 51] for number in range(g * ANSWERS, (g + 1) * ANSWERS)],
            masks=[[0, 1, 1]] * ANSWERS,
            rewards=rewards[g].tolist(),
        )
        for g in range(GROUPS)
    ]
    learned = {}
    for batch_size in (GROUPS * ANSWERS, 6, 5, 1):
        learned[str(batch_size)] = [
            [int(row[0]), float(advantage)]
            for inputs, _, advantages in policy_batches(groups, batch_size, filler=0, device="cpu")
            for row, advantage in zip(inputs, advantages, strict=True)
        ]
    return {"rewards": rewards, "learned": learned}


def test_every_answer_comes_once_with_what_it_is_worth(observed):
    """As much more than the first of its group as its reward is, in micro-batches of any size."""
    rewards = observed["rewards"]
    for batch_size, learned in observed["learned"].items():
        numbers, advantages = zip(*learned, strict=True)
        assert list(numbers) == list(range(GROUPS * ANSWERS))
        by_group = np.reshape(advantages, rewards.shape)
        np.testing.assert_allclose(
            by_group - by_group[:, :1],
            rewards - rewards[:, :1],
            atol=1e-4,
            err_msg=f"micro-batches of {batch_size} answers",
        )
