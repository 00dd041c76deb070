"""Every weight of the model takes part in the loss."""

MATCHES_CLEAN = ("largest_gradient",)


def observe(seed):
    """Differentiate the loss of a model with random weights."""
    import torch
    from small_models import random_model

    model = random_model(seed, n_kv_head=(1, 2, 4)[seed % 3])
    tokens, targets = torch.randint(model.config.vocab_size, (2, 2, 9))
    model(tokens, targets).backward()
    largest = {
        name: 0.0 if parameter.grad is None else float(parameter.grad.abs().max())
        for name, parameter in model.named_parameters()
    }
    return {"largest_gradient": largest}


def test_the_gradient_of_each_parameter_is_not_zero(observed):
    """A parameter without a gradient is dead weight: it is stored, and never learns."""
    dead = [name for name, size in observed["largest_gradient"].items() if not size > 1e-6]
    assert dead == []
