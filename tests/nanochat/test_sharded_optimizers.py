"""Several ranks, each with its own gradients, against one rank with their average.

The ranks are forked processes that talk through gloo on this machine.
"""

import pytest
import torch
import torch.distributed as dist
from forked_ranks import run_on_ranks

from nanochat.optim import AdamW, Muon, padding_needed

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")

STEPS = 4
ADAMW_SHAPES = ((7, 3), (11,), (1, 5), (6, 2))
MUON_SHAPES = ((6, 4), (4, 6), (6, 4), (5, 5), (6, 4), (4, 6), (6, 4))


def gradient_of(index, step, rank):
    """Gradient that a rank sees; None where a rank, or all of them, did not reach a parameter."""
    if index == 3 or (index == 2 and rank == 1):
        return None
    seed = 1000 * rank + 100 * step + index
    shape = (ADAMW_SHAPES + MUON_SHAPES)[index]
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def average_gradient(index, step, ranks):
    """Gradient of the joined batch of all ranks."""
    seen = [gradient_of(index, step, rank) for rank in range(ranks)]
    reached = [gradient for gradient in seen if gradient is not None]
    return sum(reached) / ranks if reached else None


def make_model():
    """Equal parameters on every rank, and an optimizer for each kind of them."""
    generator = torch.Generator().manual_seed(0)
    shapes = ADAMW_SHAPES + MUON_SHAPES
    parameters = [torch.nn.Parameter(torch.randn(shape, generator=generator)) for shape in shapes]
    vectors, matrices = parameters[: len(ADAMW_SHAPES)], parameters[len(ADAMW_SHAPES) :]
    return parameters, (AdamW(vectors, lr=0.01), Muon(matrices, lr=0.1))


def train(parameters, optimizers, steps, gradient):
    """Take `steps` with gradients from `gradient(index, step)`."""
    for step in steps:
        for index, parameter in enumerate(parameters):
            parameter.grad = gradient(index, step)
        for optimizer in optimizers:
            optimizer.step()


def train_on_one_of_several_ranks(rank):
    """Train in a forked process, halfway resumed from the state; return what it ends with."""
    parameters, optimizers = make_model()
    train(parameters, optimizers, range(STEPS // 2), lambda *which: gradient_of(*which, rank))
    states = [optimizer.state_dict() for optimizer in optimizers]
    halfway = [parameter.detach().clone() for parameter in parameters]

    parameters, optimizers = make_model()
    for parameter, value in zip(parameters, halfway, strict=True):
        parameter.data.copy_(value)
    for optimizer, state in zip(optimizers, states, strict=True):
        optimizer.load_state_dict(state)
    rest = range(STEPS // 2, STEPS)
    train(parameters, optimizers, rest, lambda *which: gradient_of(*which, rank))

    states = [optimizer.state_dict()["state"] for optimizer in optimizers]
    return {"parameters": [parameter.detach() for parameter in parameters], "states": states}


@pytest.fixture(
    scope="module",
    params=[2, 3, pytest.param(5, marks=pytest.mark.slow)],
    ids="{} ranks".format,
)
def results(request, tmp_path_factory):
    """What each of several ranks ended with."""
    folder = tmp_path_factory.mktemp("ranks")
    return run_on_ranks(train_on_one_of_several_ranks, request.param, folder)


def test_several_ranks_equal_one_rank_on_the_joined_batch(results):
    """Neither the split of rows and matrices nor a resumption on the way changes the result."""
    parameters, optimizers = make_model()
    ranks = len(results)
    train(parameters, optimizers, range(STEPS), lambda *which: average_gradient(*which, ranks))
    for index, parameter in enumerate(parameters):
        found = results[0]["parameters"][index]
        torch.testing.assert_close(found, parameter.detach(), rtol=1e-4, atol=1e-5)


def test_all_ranks_end_with_identical_parameters(results):
    """Bit for bit, or the ranks would drift apart over a long run."""
    first, *others = (result["parameters"] for result in results)
    for other in others:
        assert all(torch.equal(a, b) for a, b in zip(first, other, strict=True))


def test_state_of_all_ranks_joined_is_that_of_one_rank(results):
    """The moments tell the average of the gradients from their sum; the parameters hardly do."""
    parameters, optimizers = make_model()
    ranks = len(results)
    train(parameters, optimizers, range(STEPS), lambda *which: average_gradient(*which, ranks))
    for kind, optimizer in enumerate(optimizers):
        for index, state in optimizer.state_dict()["state"].items():
            for name in state.keys() - {"step"}:
                shares = [result["states"][kind][index][name] for result in results]
                joined = torch.cat(shares)[: len(state[name])]
                torch.testing.assert_close(joined, state[name], rtol=1e-4, atol=1e-6)


def test_every_rank_keeps_only_its_part_of_the_state(results):
    """The moments of 7 rows over two ranks are 4 rows on each; a stack of 4 matrices is 2."""
    ranks = len(results)
    for result in results:
        adamw, muon = result["states"]
        rows = [len(adamw[index]["exp_avg"]) for index in range(len(ADAMW_SHAPES))]
        stacks = [len(muon[index]["momentum_buffer"]) for index in (0, 1, 3)]
        assert rows == [-(-count // ranks) for count in (7, 11, 1, 6)]
        assert stacks == [-(-count // ranks) for count in (4, 2, 1)]


@pytest.mark.parametrize("ranks", range(1, 6), ids="{} ranks".format)
def test_padding_is_the_least_that_makes_shares_equal(ranks):
    """Found by trying: the first number of additions that leaves no remainder."""
    for count in range(1, 13):
        expected = next(more for more in range(ranks) if (count + more) % ranks == 0)
        assert padding_needed(count, ranks) == expected


def test_state_of_other_number_of_ranks_is_refused():
    """The error names both numbers and the way out."""
    _, optimizers = make_model()
    for optimizer in optimizers:
        state = optimizer.state_dict()
        state["param_groups"][0]["ranks"] = 4
        with pytest.raises(
            ValueError, match=r"saved by 4 ranks .* has 1\. Resume with 4 processes"
        ):
            optimizer.load_state_dict(state)


def test_plain_process_calls_no_collective(monkeypatch):
    """Training alone works in builds of torch without distributed support."""
    for name in ("reduce_scatter_tensor", "all_gather_into_tensor", "all_reduce"):
        monkeypatch.delattr(dist, name)
    parameters, optimizers = make_model()
    train(parameters, optimizers, range(2), lambda *which: gradient_of(*which, 0))
    assert all(parameter.isfinite().all() for parameter in parameters)
