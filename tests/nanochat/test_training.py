"""One step of training: it must not matter how its tokens are divided."""

import pytest
import torch
import torch.nn.functional as F
from forked_ranks import run_on_ranks
from tiny_gpt import random_batch, random_gpt

from nanochat.optim import AdamW, Muon
from nanochat.training import (
    accumulate_gradients,
    clip_gradients,
    is_due,
    micro_batches_per_step,
    set_momentum,
    steps_of_run,
    training_step,
)

no_fork_warning = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")

DIVISIONS = [
    pytest.param([24, 24, 24], id="even"),
    pytest.param([24, 3, 11], id="uneven"),
    pytest.param([24, 0, 1], id="one without targets"),
    pytest.param([7], id="single"),
]


def large_batch(model, micro_batches):
    """Loss and gradients of all micro-batches at once, by plain torch."""
    inputs = torch.cat([inputs for inputs, _ in micro_batches])
    targets = torch.cat([targets for _, targets in micro_batches])
    model.zero_grad()
    loss = F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten(), ignore_index=-1)
    loss.backward()
    return loss.item(), gradients_of(model)


def gradients_of(model):
    """A copy of all gradients, in the order of the parameters."""
    return [parameter.grad.clone() for parameter in model.parameters()]


def assert_same(found, expected):
    """Compare lists of tensors up to rounding."""
    for a, b in zip(found, expected, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("num_targets", DIVISIONS)
def test_micro_batches_give_the_gradients_of_one_large_batch(num_targets):
    """Every target weighs the same, whichever micro-batch it came in."""
    model = random_gpt()
    micro_batches = [random_batch(i, rows=3, num_targets=n) for i, n in enumerate(num_targets)]
    expected_loss, expected = large_batch(model, micro_batches)
    loss = accumulate_gradients(model, micro_batches)
    assert_same(gradients_of(model), expected)
    assert loss.item() == pytest.approx(expected_loss, rel=1e-5)


def test_gradients_of_the_step_before_are_gone():
    """Accumulating twice is not accumulating double."""
    model, micro_batches = random_gpt(), [random_batch(0, rows=2), random_batch(1, rows=2)]
    accumulate_gradients(model, micro_batches)
    first = gradients_of(model)
    accumulate_gradients(model, micro_batches)
    assert_same(gradients_of(model), first)


def test_returned_loss_keeps_no_graph_alive():
    """A list of losses must not grow into a list of whole computations."""
    loss = accumulate_gradients(random_gpt(), [random_batch(0, rows=2)])
    assert loss.grad_fn is None
    assert not loss.requires_grad


def test_step_without_any_target_has_zero_loss_and_gradients():
    """A batch of padding only teaches nothing, least of all NaN."""
    model = random_gpt()
    loss = accumulate_gradients(model, [random_batch(0, rows=2, num_targets=0)])
    assert loss.item() == 0
    assert all((gradient == 0).all() for gradient in gradients_of(model))


def test_other_objectives_are_summed_over_the_same_targets():
    """Weights on targets, as a policy gradient has them, scale the gradient of each."""

    def weighted_sum(model, inputs, targets, weights):
        return (model(inputs, targets, loss_reduction="none") * weights.flatten()).sum()

    model, (inputs, targets) = random_gpt(), random_batch(0, rows=2, num_targets=9)
    _, expected = large_batch(model, [(inputs, targets)])
    weights = torch.full(targets.shape, -2.0)
    accumulate_gradients(model, [(inputs, targets, weights)], weighted_sum)
    assert_same(gradients_of(model), [-2.0 * gradient for gradient in expected])


class Recorder:
    """An optimizer that notes the gradients that it is given."""

    def __init__(self, model):
        self.model = model

    def step(self):
        """Note them, and change nothing."""
        self.gradients = gradients_of(self.model)


@pytest.mark.parametrize("max_norm", [0.05, 1e6], ids=["longer", "shorter"])
def test_gradient_of_the_whole_step_is_clipped_once(max_norm):
    """The length is that of all parameters together, after the last micro-batch."""
    model = random_gpt()
    micro_batches = [random_batch(i, rows=2, num_targets=n) for i, n in enumerate((16, 5))]
    _, expected = large_batch(model, micro_batches)
    length = torch.cat([gradient.flatten() for gradient in expected]).norm()
    recorder = Recorder(model)
    training_step(model, [recorder], micro_batches, max_norm=max_norm)
    factor = min(1.0, max_norm / length.item())
    assert_same(recorder.gradients, [gradient * factor for gradient in expected])


def test_clipping_tells_the_length_before():
    """A gradient of 3 and one of 4 are 5 long together."""
    parameters = [torch.nn.Parameter(torch.zeros(1)) for _ in range(2)]
    parameters[0].grad, parameters[1].grad = torch.tensor([3.0]), torch.tensor([4.0])
    assert clip_gradients(iter(parameters), 10.0).item() == pytest.approx(5.0)


@no_fork_warning
@pytest.mark.parametrize("max_norm", [None, 0.05], ids=["unclipped", "clipped"])
def test_two_ranks_take_the_step_of_one_on_the_joined_batch(tmp_path, max_norm):
    """Also when one of them holds most of the targets."""
    halves = [
        [random_batch(0, rows=2, num_targets=16), random_batch(1, rows=2, num_targets=9)],
        [random_batch(2, rows=2, num_targets=1), random_batch(3, rows=2, num_targets=0)],
    ]

    def two_steps(micro_batches):
        model = random_gpt()
        optimizers = model.setup_optimizers()
        for _ in range(2):
            loss = training_step(model, optimizers, micro_batches, max_norm=max_norm)
        return [loss, *(parameter.detach() for parameter in model.parameters())]

    expected = two_steps(halves[0] + halves[1])
    results = run_on_ranks(lambda rank: two_steps(halves[rank]), 2, tmp_path)
    assert all(torch.equal(a, b) for a, b in zip(*results, strict=True))
    for a, b in zip(results[0], expected, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4)


def test_momentum_goes_to_optimizers_that_have_one():
    """AdamW has two decays of its own, which stay."""
    adamw = AdamW([torch.nn.Parameter(torch.zeros(2, 2))], betas=(0.8, 0.95))
    muon = Muon([torch.nn.Parameter(torch.zeros(2, 2))])
    set_momentum([adamw, muon], 0.5)
    assert muon.param_groups[0]["momentum"] == 0.5
    assert "momentum" not in adamw.param_groups[0]


@pytest.mark.parametrize(("rows", "tokens"), [(1, 8), (3, 16), (32, 2048)], ids=str)
@pytest.mark.parametrize("count", [1, 4, 7], ids=str)
def test_micro_batches_of_all_ranks_make_up_the_step(rows, tokens, count, monkeypatch):
    """Number x rows x tokens x ranks = tokens of the step."""
    monkeypatch.setattr("nanochat.training.world_size", lambda: 5)
    assert micro_batches_per_step(count * rows * tokens * 5, rows, tokens) == count


def test_step_that_does_not_divide_is_refused():
    """The error names the number to be a multiple of."""
    with pytest.raises(ValueError, match=r"batch_tokens is 100, .* multiple of 64: 4 rows of 16"):
        micro_batches_per_step(100, 4, 16)


def test_number_of_steps_follows_the_size_of_the_model():
    """20 tokens for each of a million parameters are 200 steps of 100,000 tokens."""
    run = {"num_parameters": 1_000_000, "batch_tokens": 100_000}
    assert steps_of_run(None, 20.0, **run) == 200
    assert steps_of_run(None, 0.001, **run) == 1
    assert steps_of_run(7, 20.0, **run) == 7


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        pytest.param(3, [3, 6, 9, 10], id="every third"),
        pytest.param(1, list(range(1, 11)), id="every step"),
        pytest.param(5, [5, 10], id="end included once"),
        pytest.param(0, [10], id="never but at the end"),
        pytest.param(-1, [10], id="negative"),
        pytest.param(50, [10], id="longer than the run"),
    ],
)
def test_what_is_due_is_due_at_its_steps_and_at_the_end(every, expected):
    """Of a run of ten steps."""
    assert [done for done in range(1, 11) if is_due(done, every, num_steps=10)] == expected
