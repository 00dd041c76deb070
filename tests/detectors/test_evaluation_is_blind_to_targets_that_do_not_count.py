"""What a model is not asked for changes neither its loss nor its bits per byte."""

import numpy as np

MATCHES_CLEAN = ("losses", "bits")


def observe(seed):
    """Evaluate the same targets alone, among some that do not count, and among many."""
    import torch
    from small_models import random_model

    from nanochat.loss_eval import evaluate_bits_per_byte, evaluate_loss

    model = random_model(seed, n_layer=1)
    vocab_size = model.config.vocab_size
    inputs, targets = torch.randint(vocab_size, (2, 3, 12))
    token_bytes = torch.randint(1, 5, (vocab_size,), dtype=torch.int32)
    losses, bits = [], []
    for others in (0, 3, 20):
        # Behind the text stands padding, which attention to what came before does not reach.
        padding = torch.randint(vocab_size, (3, others)), torch.full((3, others), -1)
        batch = torch.cat([inputs, padding[0]], 1), torch.cat([targets, padding[1]], 1)
        losses.append(evaluate_loss(model, [batch]))
        bits.append(evaluate_bits_per_byte(model, [batch], token_bytes))
    return {"losses": losses, "bits": bits}


def test_padding_does_not_improve_the_loss(observed):
    """The mean is over the targets that count."""
    np.testing.assert_allclose(
        observed["losses"],
        [observed["losses"][0]] * 3,
        rtol=1e-5,
        err_msg="mean losses with 0, 3 and 20 targets of -1 in each row of 12",
    )


def test_padding_does_not_improve_bits_per_byte(observed):
    """The bytes are those of the targets that count."""
    np.testing.assert_allclose(
        observed["bits"],
        [observed["bits"][0]] * 3,
        rtol=1e-5,
        err_msg="bits per byte with 0, 3 and 20 targets of -1 in each row of 12",
    )
