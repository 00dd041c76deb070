"""AdamW against torch's own, and one law for each thing that can go wrong in it."""

import io

import pytest
import torch

from nanochat.optim import AdamW

SHAPES = ((7, 3), (5,), (2, 3, 4))


def make_parameters(seed=0, shapes=SHAPES):
    """Equal parameters at every call."""
    generator = torch.Generator().manual_seed(seed)
    return [torch.nn.Parameter(torch.randn(shape, generator=generator)) for shape in shapes]


def train(optimizer, parameters, steps, scale=1.0):
    """Take `steps`, each with gradients of its own."""
    for step in steps:
        generator = torch.Generator().manual_seed(1000 + step)
        for parameter in parameters:
            parameter.grad = scale * torch.randn(parameter.shape, generator=generator)
        optimizer.step()


@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1e4], ids="gradients of {}".format)
@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.01}, id="defaults"),
        pytest.param({"betas": (0.8, 0.95), "eps": 1e-10, "weight_decay": 0.0}, id="nanochat"),
        pytest.param({"betas": (0.0, 0.5), "eps": 1e-3, "weight_decay": 0.5}, id="extreme"),
    ],
)
def test_ten_steps_equal_those_of_torch(options, scale):
    """Same parameters after the same gradients, tiny ones included."""
    ours, theirs = make_parameters(), make_parameters()
    train(AdamW(ours, lr=0.01, **options), ours, range(10), scale)
    train(torch.optim.AdamW(theirs, lr=0.01, **options), theirs, range(10), scale)
    for own, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(own, other, rtol=1e-5, atol=1e-6)


def test_groups_keep_their_own_settings():
    """A learning rate, a decay and betas given with a group hold for that group only."""
    ours, theirs = make_parameters(), make_parameters()
    for optimizer, (first, *others) in ((AdamW, ours), (torch.optim.AdamW, theirs)):
        special = {"params": [first], "lr": 0.3, "weight_decay": 0.0, "betas": (0.5, 0.6)}
        both = optimizer([special, {"params": others}], lr=0.01, weight_decay=0.2)
        train(both, [first, *others], range(5))
    for own, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(own, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("scale", [1e-7, 1.0, 1e6], ids="gradients of {}".format)
def test_first_update_has_the_size_of_the_learning_rate(scale):
    """With both moments corrected, the first step is the sign of the gradient."""
    (parameter,) = make_parameters(shapes=((64,),))
    before = parameter.detach().clone()
    train(AdamW([parameter], lr=0.01, eps=1e-12, weight_decay=0), [parameter], [0], scale)
    torch.testing.assert_close(
        (parameter - before).abs(), torch.full((64,), 0.01), rtol=1e-3, atol=0
    )


def test_parameters_with_equal_gradients_get_equal_updates():
    """A place late in the list is no disadvantage."""
    parameters = [torch.nn.Parameter(torch.zeros(4)) for _ in range(5)]
    optimizer = AdamW(parameters, lr=0.01)
    for gradient in torch.randn(4, 4, generator=torch.Generator().manual_seed(3)):
        for parameter in parameters:
            parameter.grad = gradient.clone()
        optimizer.step()
    for parameter in parameters[1:]:
        assert torch.equal(parameter, parameters[0])


def test_every_parameter_counts_its_steps():
    """The count drives the bias correction and travels with the state."""
    parameters = make_parameters()
    optimizer = AdamW(parameters, lr=0.01)
    train(optimizer, parameters, range(7))
    assert [optimizer.state[parameter]["step"] for parameter in parameters] == [7, 7, 7]


@pytest.mark.parametrize("missing", [True, False], ids=["missing gradient", "zero gradient"])
def test_decay_alone_shrinks_the_weights(missing):
    """Without a gradient, each step multiplies by 1 - lr * weight_decay and adds nothing."""
    (parameter,) = make_parameters(shapes=((6, 2),))
    before = parameter.detach().clone()
    parameter.grad = None if missing else torch.zeros_like(parameter)
    optimizer = AdamW([parameter], lr=0.1, weight_decay=0.5)
    optimizer.step()
    optimizer.step()
    torch.testing.assert_close(parameter.detach(), before * 0.95**2)


def test_gradients_are_left_as_they_were():
    """The caller may log or reuse them after the step."""
    parameters = make_parameters()
    optimizer = AdamW(parameters, lr=0.01)
    train(optimizer, parameters, [0])
    before = [parameter.grad.clone() for parameter in parameters]
    optimizer.step()
    for parameter, gradient in zip(parameters, before, strict=True):
        assert torch.equal(parameter.grad, gradient)


def test_resumed_run_equals_the_uninterrupted_one():
    """Bit for bit, with the state gone through a file in between."""
    whole, parts = make_parameters(), make_parameters()
    train(AdamW(whole, lr=0.01), whole, range(6))

    interrupted = AdamW(parts, lr=0.01)
    train(interrupted, parts, range(3))
    file = io.BytesIO()
    torch.save(interrupted.state_dict(), file)
    resumed = AdamW(parts, lr=0.5)
    resumed.load_state_dict(torch.load(io.BytesIO(file.getvalue()), weights_only=True))
    train(resumed, parts, range(3, 6))
    for one, other in zip(whole, parts, strict=True):
        assert torch.equal(one, other)


def test_initial_learning_rate_is_noted_for_every_group():
    """Groups added later are noted as well, and later changes of lr leave the note alone."""
    first, second, third = make_parameters()
    optimizer = AdamW([{"params": [first], "lr": 0.3}, {"params": [second]}], lr=0.2)
    optimizer.add_param_group({"params": [third], "lr": 0.1})
    for group in optimizer.param_groups:
        group["lr"] = 0.0
    assert [group["initial_lr"] for group in optimizer.param_groups] == [0.3, 0.2, 0.1]
