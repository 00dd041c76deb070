"""The experiments of the level optimizers."""

import pytest


def weights_without_gradient_decay(data):
    """After 60 steps at a rate of 0.1 (Loshchilov and Hutter, 2019)."""
    return all(
        lengths[-1] == pytest.approx((1 - 0.1 * float(decay)) ** 60, rel=1e-3)
        for decay, lengths in data["lengths"].items()
    )


def every_rank_gets_an_equal_share(data):
    """What is divided is the next multiple of the ranks."""
    return all(
        it["divided"] == -(-it["things"] // it["ranks"]) * it["ranks"] for it in data["cells"]
    )


def muon_remembers_earlier_gradients(data):
    """An update is as like each gradient as their average, brought to one scale."""
    both = data["likeness"].values()
    return all(it["found"] == pytest.approx(it["expected"], abs=0.1) for it in both)


def tall_matrices_are_updated_harder_than_wide_ones(data):
    """By the root of rows over columns; the iteration ends between 0.7 and 1.2."""
    scales = [max(1, rows / columns) ** 0.5 for rows, columns in data["shapes"]]
    pairs = zip(data["strengths"], scales, strict=True)
    return all(0.7 < strength / scale < 1.2 for strength, scale in pairs)


def a_matrix_moves_alike_alone_and_in_a_stack(data):
    """Company makes no difference."""
    return data["together"] == pytest.approx(data["alone"], rel=1e-3)


def adamw_directions_are_those_of_the_paper(data):
    """With one gradient all the time, each step is g / (g + eps) long (Kingma and Ba, 2015)."""
    expected = [size / (size + 1e-10) for size in data["sizes"]]
    return all(it == pytest.approx(expected, rel=1e-2) for it in data["lengths"].values())


def tall_and_wide_matrices_start_with_their_own_spread(data):
    """Sizes are kept, or fall by the root of outputs over inputs (Yang et al., 2023)."""
    spreads = [it["spread"] for it in data["matrices"]]
    return spreads == pytest.approx([1, 0.5, 0.5, 1], rel=0.1)
