"""Muon against the singular value decomposition, torch's own, and itself in other arrangements."""

import io

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nanochat.optim import Muon, orthogonalize

SHAPES = ((16, 8), (8, 16), (16, 8), (12, 12), (16, 8))


def orthogonalized_by_svd(matrix, steps=5):
    """Slow version in float64: the iteration acts on each singular value by itself."""
    left, values, right = np.linalg.svd(matrix, full_matrices=False)
    values = values / np.linalg.norm(values)
    for _ in range(steps):
        values = 3.4445 * values - 4.7750 * values**3 + 2.0315 * values**5
    return (left * values) @ right


def muon_by_numpy(weight, gradients, *, lr, momentum, nesterov):
    """Slow version in float64 of a whole run over one matrix."""
    average = np.zeros_like(weight)
    for gradient in gradients:
        average = momentum * average + (1 - momentum) * gradient
        ahead = momentum * average + (1 - momentum) * gradient
        update = orthogonalized_by_svd(ahead if nesterov else average)
        rows, columns = weight.shape
        weight = weight - lr * np.sqrt(max(1, rows / columns)) * update
    return weight


def random(*shape, seed=0):
    """Gaussian numbers, equal at every call."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def make_parameters():
    """Matrices of three shapes, those of one shape not beside each other."""
    return [torch.nn.Parameter(random(*shape, seed=i)) for i, shape in enumerate(SHAPES)]


def gradient_of(index, step):
    """Gradient of one of `make_parameters`; its scale differs from matrix to matrix."""
    return 10.0 ** (index - 2) * random(*SHAPES[index], seed=100 + 10 * step + index)


def train(optimizer, parameters, steps):
    """Take `steps`, each with gradients of its own."""
    for step in steps:
        for index, parameter in enumerate(parameters):
            parameter.grad = gradient_of(index, step)
        optimizer.step()


@given(
    rows=st.integers(1, 40),
    columns=st.integers(1, 40),
    exponent=st.integers(-4, 3),
    seed=st.integers(0, 999),
)
@settings(deadline=None, max_examples=60)
def test_orthogonalization_equals_the_one_by_svd(rows, columns, exponent, seed):
    """Tall, wide and square matrices at any scale."""
    matrix = 10.0**exponent * random(1, rows, columns, seed=seed)
    expected = orthogonalized_by_svd(matrix[0].double().numpy())
    np.testing.assert_allclose(orthogonalize(matrix, 5)[0].numpy(), expected, atol=1e-3)


@pytest.mark.parametrize("scale", [1e-4, 1e-2, 1.0, 1e3], ids="scale {}".format)
@pytest.mark.parametrize("shape", [(64, 16), (16, 64), (128, 96)], ids=["tall", "wide", "squarish"])
def test_singular_values_end_near_one(shape, scale):
    """Whatever the scale of the gradient, no direction dominates the update."""
    values = torch.linalg.svdvals(orthogonalize(scale * random(1, *shape), 5))
    assert values.min() > 0.6
    assert values.max() < 1.25


def test_matrices_in_a_stack_do_not_influence_each_other():
    """A matrix gives the same alone and beside one that is a million times larger."""
    small, large = 1e-3 * random(1, 10, 6, seed=1), 1e3 * random(1, 10, 6, seed=2)
    together = orthogonalize(torch.cat([small, large]), 5)
    alone = torch.cat([orthogonalize(small, 5), orthogonalize(large, 5)])
    torch.testing.assert_close(together, alone)


def test_matrix_of_zeros_stays_zero():
    """At the first step of training, half of the block matrices have no gradient yet."""
    assert torch.equal(orthogonalize(torch.zeros(1, 4, 6), 5), torch.zeros(1, 4, 6))


@pytest.mark.parametrize("nesterov", [True, False], ids=["nesterov", "plain momentum"])
@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.95], ids="momentum {}".format)
def test_several_steps_equal_the_slow_version(momentum, nesterov):
    """Four steps with different gradients, over stacks of several shapes."""
    parameters = make_parameters()
    expected = [
        muon_by_numpy(
            parameter.detach().double().numpy(),
            [gradient_of(index, step).double().numpy() for step in range(4)],
            lr=0.1,
            momentum=momentum,
            nesterov=nesterov,
        )
        for index, parameter in enumerate(parameters)
    ]
    train(Muon(parameters, lr=0.1, momentum=momentum, nesterov=nesterov), parameters, range(4))
    for parameter, wanted in zip(parameters, expected, strict=True):
        np.testing.assert_allclose(parameter.detach().numpy(), wanted, atol=1e-3)


@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="this torch has no Muon of its own")
def test_several_steps_are_close_to_those_of_torch():
    """Torch iterates in bfloat16, so that the two agree to its precision."""
    ours, theirs = make_parameters(), make_parameters()
    train(Muon(ours, lr=0.1), ours, range(4))
    train(torch.optim.Muon(theirs, lr=0.1, weight_decay=0.0), theirs, range(4))
    for own, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(own, other, rtol=0, atol=0.02)


def test_tall_matrices_get_the_larger_update():
    """With four times as many rows as columns, the spectral norm of the update doubles."""
    parameters = [torch.nn.Parameter(torch.zeros(shape)) for shape in ((64, 16), (16, 64))]
    tall = random(64, 16)
    parameters[0].grad, parameters[1].grad = tall, tall.mT.contiguous()
    Muon(parameters, lr=1.0).step()
    torch.testing.assert_close(parameters[0], 2 * parameters[1].mT)


def test_momentum_can_change_between_steps():
    """The warm-up of the momentum sets it in the group, as for the learning rate."""
    parameters, constant = make_parameters(), make_parameters()
    optimizer = Muon(parameters, lr=0.1, momentum=0.85)
    optimizer.param_groups[0]["momentum"] = 0.95
    train(optimizer, parameters, range(2))
    train(Muon(constant, lr=0.1, momentum=0.95), constant, range(2))
    for one, other in zip(parameters, constant, strict=True):
        assert torch.equal(one, other)


def test_missing_gradient_counts_as_zeros():
    """The momentum of earlier steps still moves the matrix."""
    missing, zero = make_parameters(), make_parameters()
    for parameters, absent in ((missing, None), (zero, torch.zeros(SHAPES[2]))):
        optimizer = Muon(parameters, lr=0.1)
        train(optimizer, parameters, [0])
        parameters[2].grad = absent
        optimizer.step()
    assert all(torch.equal(one, other) for one, other in zip(missing, zero, strict=True))
    assert not torch.allclose(missing[2], random(*SHAPES[2], seed=2), atol=0.1)


def test_resumed_muon_equals_the_uninterrupted_one():
    """Bit for bit, with the state gone through a file in between."""
    whole, parts = make_parameters(), make_parameters()
    train(Muon(whole, lr=0.1), whole, range(6))

    interrupted = Muon(parts, lr=0.1)
    train(interrupted, parts, range(3))
    file = io.BytesIO()
    torch.save(interrupted.state_dict(), file)
    resumed = Muon(parts, lr=0.5)
    resumed.load_state_dict(torch.load(io.BytesIO(file.getvalue()), weights_only=True))
    train(resumed, parts, range(3, 6))
    assert all(torch.equal(one, other) for one, other in zip(whole, parts, strict=True))


@pytest.mark.parametrize("shape", [(4,), (2, 3, 4)], ids=["vector", "stack"])
def test_parameters_that_are_no_matrices_are_refused(shape):
    """The error names the shape and the optimizer to use instead."""
    with pytest.raises(ValueError, match=r"Muon: a parameter of shape .* Give it to AdamW"):
        Muon([torch.nn.Parameter(torch.zeros(shape))])
