"""Rotary wavelengths rise by equal ratios from 2 pi; one step more would reach 2 pi * base."""

import numpy as np

MATCHES_CLEAN = ("cos", "sin")
BASE = 10000.0


def observe(seed):
    """Read the rotary tables of a model."""
    from small_models import random_model

    head_dim = (8, 16, 64)[seed % 3]
    model = random_model(seed, n_head=2, n_kv_head=2, n_embd=2 * head_dim, sequence_len=24)
    return {"cos": model.cos[0, :, 0].numpy(), "sin": model.sin[0, :, 0].numpy()}


def wavelengths(observed):
    """Positions that each channel pair takes for a full turn, from its angle at position 1."""
    return 2 * np.pi / np.arctan2(observed["sin"][1], observed["cos"][1])


def test_the_fastest_pair_takes_two_pi_positions_for_a_turn(observed):
    """The first pair turns by one radian at each position."""
    np.testing.assert_allclose(wavelengths(observed)[0], 2 * np.pi, rtol=1e-4)


def test_wavelengths_rise_by_equal_ratios_towards_the_base(observed):
    """D/2 equal steps lead from 2 pi to 2 pi * base (RoFormer, section 3.2.2)."""
    waves = wavelengths(observed)
    ratio = BASE ** (1 / len(waves))
    np.testing.assert_allclose(waves[1:] / waves[:-1], ratio, rtol=1e-3)
    np.testing.assert_allclose(waves[-1] * ratio, 2 * np.pi * BASE, rtol=2e-5)


def test_angles_are_proportional_to_the_position(observed):
    """At any position each pair has turned by position times its angle at position 1."""
    positions = np.arange(len(observed["cos"]))[:, None]
    angles = positions * 2 * np.pi / wavelengths(observed)
    np.testing.assert_allclose(observed["cos"], np.cos(angles), atol=1e-3)
    np.testing.assert_allclose(observed["sin"], np.sin(angles), atol=1e-3)
