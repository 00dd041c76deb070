"""A batch in which no target counts has a loss of zero, and teaches nothing."""

MATCHES_CLEAN = ("losses", "largest_gradient")


def observe(seed):
    """Compute the loss of a batch without targets, in each form, and its gradient."""
    import torch
    from small_models import random_model

    model = random_model(seed)
    tokens = torch.randint(model.config.vocab_size, (2, 5))
    nothing = torch.full((2, 5), -1)
    forms = ("mean", "sum", "none")
    losses = {form: model(tokens, nothing, loss_reduction=form) for form in forms}
    losses["mean"].backward()
    gradients = [p.grad.abs().max() for p in model.parameters() if p.grad is not None]
    return {
        "losses": {form: loss.detach().numpy() for form, loss in losses.items()},
        "largest_gradient": float(torch.stack(gradients).max()) if gradients else 0.0,
    }


def test_loss_is_zero_in_every_form(observed):
    """A mean over nothing is no reason for NaN."""
    for form, loss in observed["losses"].items():
        assert (loss == 0).all(), f"the {form!r} loss is {loss}"


def test_gradient_is_zero(observed):
    """One such batch among many does not spoil the step."""
    assert observed["largest_gradient"] == 0
