"""The experiments of the level attention."""

import pytest


def init_weights_leaves_no_memory_unset(data):
    """Attention is the same in any memory."""
    plain, *others = data["maps"]
    return all(it["finite"] and it["weights"] == plain["weights"] for it in others)


def neighbours_are_told_apart_at_every_position(data):
    """Rotation knows distances alone, so neighbours are as alike as the first two everywhere."""
    first, *others = data["neighbours"]
    return others == pytest.approx([first] * len(others), abs=1e-3)
