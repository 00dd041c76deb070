"""How a row is filled up, and how far, is nothing to the loss."""

import numpy as np

MATCHES_CLEAN = ("losses", "counts")
END = 7


def observe(seed):
    """Take the loss of the same rows with more and more padding, of several kinds."""
    import torch
    from small_models import random_model

    from nanochat.sft import pad_rows, supervised_targets
    from nanochat.training import cross_entropy_sum

    rng = np.random.default_rng(seed)
    rows = [[*rng.integers(8, 61, size).tolist(), END] for size in (4, 9, 6)]
    masks = [[0, 0, *[1] * (len(row) - 2)] for row in rows]
    model = random_model(seed)
    losses, counts = [], []
    for length, filler in ((10, END), (10, 0), (13, END), (24, 3)):
        ids, mask = pad_rows(rows, length, filler), pad_rows(masks, length, 0)
        inputs, targets = supervised_targets(ids, mask)
        with torch.no_grad():
            losses.append(cross_entropy_sum(model, inputs, targets).item())
        counts.append([int((targets != -1).sum()), int((targets == END).sum())])
    return {"losses": losses, "counts": counts}


def test_padding_leaves_the_loss_alone(observed):
    """All ways to pad give the same sum."""
    np.testing.assert_allclose(observed["losses"], observed["losses"][0], rtol=1e-5)
    assert observed["losses"][0] > 0


def test_padding_leaves_the_number_of_targets_alone(observed):
    """Each row is learned but for its first two tokens, and its end once, whatever pads it."""
    assert observed["counts"] == [[3 + 8 + 5, 3]] * 4
