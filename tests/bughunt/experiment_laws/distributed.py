"""The experiments of the level distributed."""

from itertools import chain

import pytest


def no_two_ranks_learn_from_the_same_conversation(data):
    """In three shares of eight turns, 24 conversations come."""
    return len({number for row in data["met"] for number in row}) == 24


def ranks_judge_each_conversation_once(data):
    """A model that is always right scores 100 %, and 17 questions are asked."""
    full = all(set(told) == {1} for told in data["scores"].values())
    judged = [sorted(chain(*shares)) for shares in data["judged"].values()]
    return full and all(questions == list(range(17)) for questions in judged)


def rollouts_never_repeat_their_seed(data):
    """Three ranks, four steps and three questions take 36 draws."""
    return len({start for row in data["starts"] for start in row}) == 36


def clipping_takes_parameters_as_a_model_gives_them(data):
    """No gradient is longer than one, and what is shorter stays as it is."""
    allowed = pytest.approx([min(1, length) for length in data["before"]], rel=1e-3)
    return max(data["before"]) > 3 and all(it == allowed for it in data["after"].values())


def ranks_weigh_all_targets_of_a_step_alike(data):
    """A token counts for as much as on one rank, wherever it is."""
    return data["counts"] == pytest.approx([1, 1, 1], rel=1e-3)


def each_rank_resumes_what_it_saved(data):
    """Each rank has what it had."""
    return data["after"] == data["before"]
