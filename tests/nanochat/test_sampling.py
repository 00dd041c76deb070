"""The choice of the next token, at the edges of what may be asked for."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nanochat.sampling import sample_next_token


def choose(logits, seed=0, **how):
    """Sample with a random state of its own."""
    return sample_next_token(logits, torch.Generator().manual_seed(seed), **how)


def test_there_is_one_int64_token_for_each_row():
    """Shape (B, 1), however it is chosen."""
    for how in ({}, {"temperature": 0}, {"top_k": 3}):
        chosen = choose(torch.randn(5, 7), **how)
        assert (chosen.shape, chosen.dtype) == ((5, 1), torch.int64)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.integers(1, 12), st.floats(0.01, 100))
def test_the_token_is_among_the_k_best_at_any_temperature(seed, k, temperature):
    """The k best of distinct scores are known."""
    logits = torch.randperm(12, generator=torch.Generator().manual_seed(seed)).float()[None]
    chosen = choose(logits, seed, temperature=temperature, top_k=k)
    assert logits[0, chosen.item()] >= 12 - k


def test_a_top_k_of_one_takes_the_best_token():
    """There is nothing to draw."""
    logits = torch.randn(50, 7)
    assert torch.equal(choose(logits, top_k=1)[:, 0], logits.argmax(dim=-1))


def test_the_temperature_is_one_when_nothing_is_said():
    """The model's own distribution."""
    logits = 3 * torch.randn(200, 50, generator=torch.Generator().manual_seed(2))
    assert torch.equal(choose(logits), choose(logits, temperature=1.0))
    assert not torch.equal(choose(logits), choose(logits, temperature=2.0))


def test_the_same_random_state_gives_the_same_tokens_and_moves_on():
    """Two draws in a row are not the same one."""
    logits = torch.zeros(20, 100)
    rng = torch.Generator().manual_seed(1)
    first, second = sample_next_token(logits, rng), sample_next_token(logits, rng)
    assert torch.equal(first, choose(logits, seed=1))
    assert not torch.equal(first, second)


def test_the_scores_stay_as_they_were():
    """Nothing is written into them."""
    logits = torch.randn(3, 7)
    before = logits.clone()
    for how in ({"temperature": 0.5}, {"top_k": 2}, {"temperature": 0}):
        choose(logits, **how)
    assert torch.equal(logits, before)


def test_an_impossible_token_is_never_drawn():
    """A score of minus infinity has no share, at any temperature."""
    logits = torch.zeros(500, 4)
    logits[:, 2] = -math.inf
    for temperature in (0.1, 1.0, 1e30):
        assert 2 not in choose(logits, temperature=temperature)


def test_a_tiny_temperature_takes_the_best_token():
    """Capped scores divided by it do not overflow."""
    logits = torch.randn(20, 7).clamp(-15, 15)
    assert torch.equal(choose(logits, temperature=1e-30)[:, 0], logits.argmax(dim=-1))


@pytest.mark.parametrize(
    ("how", "message"),
    [
        pytest.param({"temperature": -0.1}, "temperature is -0.1", id="negative temperature"),
        pytest.param({"temperature": math.nan}, "temperature is nan", id="no number"),
        pytest.param({"temperature": math.inf}, "temperature is inf", id="infinite temperature"),
        pytest.param({"top_k": -1}, "top_k is -1", id="negative top_k"),
    ],
)
def test_an_impossible_wish_is_refused(how, message):
    """The message has the value."""
    with pytest.raises(ValueError, match=message):
        choose(torch.zeros(1, 3), **how)
