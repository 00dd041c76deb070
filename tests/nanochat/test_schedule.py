"""The learning-rate schedule against tables worked out by hand, and the laws of its shape."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nanochat.optim import AdamW
from nanochat.schedule import learning_rate_multiplier, muon_momentum, set_learning_rates


def multipliers(num_steps, **settings_of_the_run):
    """Multipliers of a whole run."""
    return [
        learning_rate_multiplier(step, num_steps, **settings_of_the_run)
        for step in range(num_steps)
    ]


@pytest.mark.parametrize(
    ("ratios", "expected"),
    [
        pytest.param(
            {"warmup_ratio": 0.4, "warmdown_ratio": 0.4, "final_fraction": 0.2},
            [0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 0.8, 0.6, 0.4, 0.2],
            id="warm-up, plateau, warm-down",
        ),
        pytest.param(
            {"warmup_ratio": 0.0, "warmdown_ratio": 0.5, "final_fraction": 0.0},
            [1.0, 1.0, 1.0, 1.0, 1.0, 0.8, 0.6, 0.4, 0.2, 0.0],
            id="no warm-up",
        ),
        pytest.param(
            {"warmup_ratio": 0.2, "warmdown_ratio": 0.0, "final_fraction": 0.0},
            [0.5] + [1.0] * 9,
            id="no warm-down",
        ),
        pytest.param(
            {"warmup_ratio": 0.5, "warmdown_ratio": 0.5, "final_fraction": 0.1},
            [0.2, 0.4, 0.6, 0.8, 1.0, 0.82, 0.64, 0.46, 0.28, 0.1],
            id="no plateau",
        ),
        pytest.param(
            {"warmup_ratio": 0.0, "warmdown_ratio": 0.0},
            [1.0] * 10,
            id="constant",
        ),
        pytest.param({}, [1.0] * 8 + [0.5, 0.0], id="a fifth falls to zero if nothing is said"),
        pytest.param(
            {"warmdown_ratio": 0.24},
            [1.0] * 8 + [0.5, 0.0],
            id="a part of a step is none",
        ),
    ],
)
def test_multipliers_of_ten_steps_match_the_table(ratios, expected):
    """Ten steps are few enough to be worked out by hand."""
    assert multipliers(10, **ratios) == pytest.approx(expected, abs=1e-12)


runs = st.fixed_dictionaries(
    {
        "warmup_ratio": st.floats(0, 0.5),
        "warmdown_ratio": st.floats(0, 0.5),
        "final_fraction": st.floats(0, 1),
    }
)


@given(num_steps=st.integers(1, 400), run=runs)
@settings(deadline=None, max_examples=100)
def test_multiplier_rises_from_above_zero_and_then_only_falls(num_steps, run):
    """The whole run stays in [0, 1] and has a single summit."""
    values = multipliers(num_steps, **run)
    warmup_steps = round(run["warmup_ratio"] * num_steps)
    rising, falling = values[:warmup_steps], values[warmup_steps:]
    assert all(0 <= value <= 1 for value in values)
    assert rising == sorted(rising)
    assert falling == sorted(falling, reverse=True)
    assert not rising or (rising[0] > 0 and rising[-1] == 1.0)


@given(num_steps=st.integers(2, 400), beyond=st.integers(0, 1000), run=runs)
@settings(deadline=None, max_examples=100)
def test_last_step_reaches_the_final_fraction_and_keeps_it(num_steps, beyond, run):
    """Counting in other units than steps never drives the multiplier below its end."""
    run["warmdown_ratio"] = 0.5
    last = learning_rate_multiplier(num_steps - 1 + beyond, num_steps, **run)
    assert last == pytest.approx(run["final_fraction"], abs=1e-12)


def test_warm_up_lasts_its_part_of_the_run():
    """A warm-up of 3 % of 1000 steps is over at step 30, not before and not later."""
    values = multipliers(1000, warmup_ratio=0.03)
    assert values.index(1.0) == 29
    assert values[14] == pytest.approx(0.5)


def test_ramps_longer_than_the_run_are_refused():
    """The error names both ratios and what to do."""
    with pytest.raises(ValueError, match=r"warmup_ratio 0.7 and warmdown_ratio 0.4 .* Lower one"):
        learning_rate_multiplier(0, 10, warmup_ratio=0.7, warmdown_ratio=0.4)


@pytest.mark.parametrize(
    ("step", "expected"),
    [(0, 0.85), (75, 0.875), (150, 0.9), (299, 0.95 - 0.1 / 300), (300, 0.95), (10_000, 0.95)],
)
def test_momentum_warms_up_over_three_hundred_steps(step, expected):
    """Linear between the two ends, constant afterwards."""
    assert muon_momentum(step) == pytest.approx(expected, abs=1e-12)


def test_setting_the_same_multiplier_twice_changes_nothing():
    """The multiplier refers to the initial rates, whatever the present ones are."""
    parameters = [torch.nn.Parameter(torch.zeros(2)) for _ in range(3)]
    first = AdamW([{"params": parameters[:1], "lr": 0.4}, {"params": parameters[1:2], "lr": 0.2}])
    second = AdamW(parameters[2:], lr=0.1)
    for multiplier in (0.1, 0.5, 0.5):
        set_learning_rates([first, second], multiplier)
    rates = [group["lr"] for group in first.param_groups + second.param_groups]
    assert rates == [0.2, 0.1, 0.05]
