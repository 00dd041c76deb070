"""The experiments of the level alignment."""

import pytest


def rows_take_what_fits_of_a_long_conversation(data):
    """A row takes as much of the conversation as it has room for."""
    return all(it["taken"] == min(it["row"], data["length"]) for it in data["found"])


def completion_prompt_opens_the_full_conversation(data):
    """Prompt and answer are the chat on which a model is trained."""
    return all(it["prompted"][0] == it["trained"][0] for it in data["pairs"])


def mask_covers_exactly_what_the_assistant_says(data):
    """Words and calls are learned, and nothing else."""
    said = [part in ("words", "python") for part in data["parts"]]
    return list(map(bool, data["learned"])) == said


def advantages_of_a_group_add_up_to_zero(data):
    """Four questions, each compared with its own average: 1, 0, 1/2 and 3/4."""
    pushed = data["pushed"]["all in one step"]
    groups = [sorted(pushed[first : first + 4]) for first in range(0, 16, 4)]
    expected = ([0] * 4, [0] * 4, [-0.5, -0.5, 0.5, 0.5], [-0.75, 0.25, 0.25, 0.25])
    return all(it == pytest.approx(law) for it, law in zip(groups, expected, strict=True))


def finished_answers_hold_the_token_that_ended_them(data):
    """What is learned from is what was chosen, and some answers end."""
    ended = [chosen[0][-1] == "<|assistant_end|>" for chosen, _ in data["answers"]]
    return any(ended) and all(kept == chosen for chosen, kept in data["answers"])


def answers_keep_their_advantages_in_micro_batches(data):
    """Every answer is pushed alike in micro-batches of any size."""
    return all(it == pytest.approx(data["expected"]) for it in data["pushed"].values())
