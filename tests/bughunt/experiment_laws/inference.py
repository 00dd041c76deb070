"""The experiments of the level inference."""

import pytest


def a_limit_beyond_the_vocabulary_lets_every_token_in(data):
    """No vocabulary is refused, and nothing is drawn beyond the best fifty."""
    return all(sum(run["counts"][:50]) == 600 for run in data["runs"])


def samples_differ_in_their_first_token(data):
    """Of 32 draws from 512 tokens, 31 are different on average, with a deviation of 0.9."""
    return min(len(set(column)) for column in data["columns"]) >= 26


def every_result_of_the_calculator_is_handed_over(data):
    """The model gets what is worked out by hand."""
    return all(it["given"] == it["by_hand"] for it in data["rows"])


def samples_follow_the_softmax_at_their_temperature(data):
    """Parts of 4000 draws have a deviation of 0.008 at most."""
    return all(it["found"] == pytest.approx(it["expected"], abs=0.04) for it in data["drawn"])


def a_growing_cache_keeps_what_it_holds(data):
    """With a cache and without differ by rounding."""
    return max(data["differences"]) < 1e-4


def a_chat_goes_on_as_one_document(data):
    """A chat continues what training shows, token for token."""
    in_training, in_the_chat = data["rows"].values()
    return in_training == in_the_chat


def loss_is_cross_entropy_of_the_logits(data):
    """Losses and scores tell of the same probabilities."""
    return data["computed"] == pytest.approx(data["reported"], rel=1e-3)
