"""Reinforcement learning on questions with checkable answers.

Several answers to the same question are sampled, and each is judged. Those that do better than the
others of their group are made more likely, those that do worse less likely (REINFORCE, Williams,
1992; the group as its own baseline: Shao et al., DeepSeekMath, 2024, here without dividing by the
spread). Every answer is learned from once, by the model that gave it, so no ratio of old and new
probabilities comes in; answers are sampled at temperature 1 from all tokens, which is the very
distribution that is trained.

    G   groups, each of the answers to one question
    N   answers in a group
    B   rows in a micro-batch
    T   tokens in a row
"""

import random
from dataclasses import dataclass

import torch

from nanochat.sft import pad_rows, supervised_targets


@dataclass(frozen=True)
class Group:
    """The answers to one question, as they were sampled.

    Fields, each with an item for every answer:
        ids: token ids, the question included, up to and with the token that ended it.
        masks: for each id whether the model chose it; tool output and question were given to it.
        rewards: what the answer is worth.
    """

    ids: list
    masks: list
    rewards: list


def rollout_seed(seed: int, step: int, rank: int, index: int):
    """A seed for the answers to a question, another one for every question of a run.

    Args:
        seed: of the run.
        step, rank: when, and by which process, the answers are sampled.
        index: which of that process's questions in that step it is.
    """
    return random.Random(f"rollout/{seed}/{step}/{rank}/{index}").getrandbits(63)


def sample_group(engine, task, conversation, *, num_samples: int, max_tokens: int, seed: int):
    """Sample answers to the last question of a conversation, and have the task judge them.

    Args:
        engine: an Engine.
        task: what `conversation` is from.

    Returns:
        A Group.
    """
    prompt = engine.tokenizer.render_for_completion(conversation)
    ids, masks = engine.generate_batch(prompt, num_samples, max_tokens=max_tokens, seed=seed)
    completions = [engine.tokenizer.decode(row[len(prompt):]) for row in ids]
    rewards = [task.reward(conversation, completion) for completion in completions]
    return Group(ids=ids, masks=masks, rewards=rewards)


def group_advantages(rewards):
    """How much better each answer is than its group is on average.

    Args:
        rewards: (G, N) floating-point.

    Returns:
        (G, N).

    Raises:
        ValueError: an answer has nothing to be compared with.
    """
    if rewards.size(1) < 2:
        raise ValueError(f"group_advantages: the groups have {rewards.size(1)} answers. Sample at "
                         "least 2 to each question: an answer is judged by the others.")
    return rewards - rewards.mean(dim=1, keepdim=True)


def policy_batches(groups, batch_size: int, *, filler: int, device):
    """What is to be learned from some groups, in micro-batches of B rows at most.

    Args:
        groups: a list of Group, of N answers each.
        batch_size: B.
        filler: a token id to pad rows with.

    Returns:
        A list of (inputs, targets, advantages): (B, T) int32, (B, T) int64 that are -1 wherever
        the model did not choose the token, and (B,) float32.
    """
    rewards = torch.tensor([group.rewards for group in groups])             # (G, N)
    advantages = group_advantages(rewards).flatten()                        # (G * N,)
    all_ids = [ids for group in groups for ids in group.ids]
    all_masks = [mask for group in groups for mask in group.masks]

    batches = []
    for start in range(0, len(all_ids), batch_size):
        rows = slice(start, start + batch_size)
        longest = max(map(len, all_ids[rows]))
        ids = pad_rows(all_ids[rows], longest, filler)
        mask = pad_rows(all_masks[rows], longest, 0)
        inputs, targets = supervised_targets(ids, mask)
        batches.append((inputs.to(device), targets.to(device), advantages[rows].to(device)))
    return batches


def policy_loss_sum(model, inputs, targets, advantages):
    """The loss whose gradient is the policy gradient, summed over the tokens the model chose.

    As `loss_sum` of `training_step` it is divided by the number of these tokens in the whole step,
    so that a token of a long answer weighs as much as one of a short answer.

    Args:
        inputs, targets, advantages: an item of `policy_batches`.

    Returns:
        A scalar.
    """
    surprise = model(inputs, targets, loss_reduction="none").view_as(targets)       # (B, T)
    return (surprise * advantages[:, None]).sum()
