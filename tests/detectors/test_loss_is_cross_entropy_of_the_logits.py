"""The loss of training is the cross entropy of the logits that inference returns."""

import numpy as np

MATCHES_CLEAN = ("logits", "targets", "mean", "sum", "none")


def observe(seed):
    """Ask for logits, and for the loss in each of its forms; some targets do not count."""
    import torch
    from small_models import random_model

    model = random_model(seed, head_scale=8.0)
    tokens, targets = torch.randint(model.config.vocab_size, (2, 3, 7))
    targets[torch.rand(targets.shape) < 0.3] = -1
    targets[0, 0], targets[1, 1] = 5, -1
    with torch.inference_mode():
        losses = {form: model(tokens, targets, loss_reduction=form) for form in FORMS}
        return {
            "logits": model(tokens).numpy(),
            "targets": targets.numpy(),
            **{form: loss.numpy() for form, loss in losses.items()},
        }


FORMS = ("mean", "sum", "none")


def cross_entropies(observed):
    """Minus the logarithm of the probability of each target, and 0 where there is none."""
    logits = observed["logits"].astype(np.float64)
    targets = observed["targets"]
    log_total = np.log(np.exp(logits).sum(axis=-1))
    chosen = np.take_along_axis(logits, np.maximum(targets, 0)[..., None], axis=-1)[..., 0]
    return np.where(targets == -1, 0.0, log_total - chosen).flatten()


def test_loss_of_each_target_is_its_cross_entropy(observed):
    """With no reduction there is one number for each position, in order."""
    np.testing.assert_allclose(observed["none"], cross_entropies(observed), atol=1e-4)


def test_sum_adds_over_the_targets_that_count(observed):
    """Ignored targets add nothing."""
    np.testing.assert_allclose(observed["sum"], cross_entropies(observed).sum(), rtol=1e-5)


def test_mean_divides_by_the_number_of_targets_that_count(observed):
    """Ignored targets do not water the mean down."""
    expected = cross_entropies(observed).sum() / (observed["targets"] != -1).sum()
    np.testing.assert_allclose(observed["mean"], expected, rtol=1e-5)
