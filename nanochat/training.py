"""One step of training: gradients of many micro-batches, one update of the weights.

    P   ranks (processes) that train together
    B   rows in a micro-batch
    T   tokens in a row

What a step learns from does not depend on how its tokens are divided: not on the size of the
micro-batches, not on the number of ranks, and not on how many targets each of them holds.
"""

from contextlib import nullcontext

import torch

from nanochat.distributed import in_group, mean_over_ranks, sum_over_ranks, world_size
from nanochat.optim import gradient_or_zeros
from nanochat.schedule import learning_rate_multiplier, muon_momentum, set_learning_rates


def mixed_precision(device):
    """The context in which a model runs: matrix products in bfloat16 on CUDA, else unchanged."""
    if device.type == "cuda":
        return torch.autocast("cuda", dtype=torch.bfloat16)
    return nullcontext()


def cross_entropy_sum(model, inputs, targets):
    """The summed loss of a micro-batch; inputs and targets are (B, T), the result is a scalar."""
    return model(inputs, targets, loss_reduction="sum")


def accumulate_gradients(model, micro_batches, loss_sum=cross_entropy_sum):
    """Set the gradients of one step, so that every target of it weighs the same.

    The optimizers average gradients over the ranks. Hence each rank contributes its summed loss
    over an equal share of all targets, however many of them happen to be its own.

    Args:
        model: a GPT, compiled or not.
        micro_batches: a list of tuples (inputs, targets, ...), targets of -1 not counting.
        loss_sum: what to minimise, as `loss_sum(model, *micro_batch)`, summed over targets.

    Returns:
        The mean loss over the targets of all micro-batches and ranks: a scalar without a graph.
    """
    model.zero_grad(set_to_none=True)
    num_targets = sum((targets != -1).sum() for _, targets, *_ in micro_batches)
    targets_per_rank = sum_over_ranks(num_targets).clamp(min=1) / world_size()

    mean_loss = 0.0
    for micro_batch in micro_batches:
        with mixed_precision(micro_batch[0].device):
            loss = loss_sum(model, *micro_batch) / targets_per_rank
        loss.backward()
        mean_loss += loss.detach()
    return mean_over_ranks(mean_loss)


def clip_gradients(parameters, max_norm: float):
    """Shorten the gradient of all parameters together to a length of at most `max_norm`.

    It is the gradient of the whole step that counts, so ranks average theirs before they measure.

    Returns:
        The length before, a scalar tensor.
    """
    parameters = list(parameters)
    if in_group():
        for parameter in parameters:
            parameter.grad = mean_over_ranks(gradient_or_zeros(parameter))
    return torch.nn.utils.clip_grad_norm_(parameters, max_norm)


def training_step(model, optimizers, micro_batches, *, loss_sum=cross_entropy_sum, max_norm=None):
    """Update the weights once. Arguments and result as in `accumulate_gradients`.

    Args:
        max_norm: longest gradient allowed; None for any.
    """
    loss = accumulate_gradients(model, micro_batches, loss_sum)
    if max_norm is not None:
        clip_gradients(model.parameters(), max_norm)
    for optimizer in optimizers:
        optimizer.step()
    return loss


def set_momentum(optimizers, momentum: float):
    """Give every parameter group that has a momentum this one."""
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            if "momentum" in group:
                group["momentum"] = momentum


def set_schedule(optimizers, step: int, num_steps: int, settings):
    """Set what depends on the step in the optimizers. Return the multiplier of learning rates."""
    multiplier = learning_rate_multiplier(
        step, num_steps, warmup_ratio=settings.warmup_ratio,
        warmdown_ratio=settings.warmdown_ratio, final_fraction=settings.final_fraction,
    )
    set_learning_rates(optimizers, multiplier)
    set_momentum(optimizers, muon_momentum(step, settings.muon_warmup_steps))
    return multiplier


# -----------------------------------------------------------------------------
# How long a run is, and when something is due in it

def micro_batches_per_step(batch_tokens: int, B: int, T: int):
    """How many micro-batches each rank needs for a step of so many tokens, over all ranks.

    Raises ValueError if they do not come out even.
    """
    tokens = B * T * world_size()
    if batch_tokens < 1 or batch_tokens % tokens:
        raise ValueError(
            f"batch_tokens is {batch_tokens}, which is not a multiple of {tokens}: {B} rows of {T} "
            f"tokens on {world_size()} ranks. Choose one, or change micro_batch_size."
        )
    return batch_tokens // tokens


def steps_of_run(num_steps, tokens_per_parameter: float, *, num_parameters: int, batch_tokens: int):
    """How many steps to train: as many as are asked for, else as many as the model is worth.

    Args:
        num_steps: the number itself, or None to go by the size of the model.
        tokens_per_parameter: how many tokens to train for each parameter (Hoffmann et al.,
            Training compute-optimal large language models, 2022).
    """
    if num_steps is not None:
        return num_steps
    return max(1, round(tokens_per_parameter * num_parameters / batch_tokens))


def is_due(steps_done: int, every: int, num_steps: int):
    """Whether what happens every so many steps happens now; at the end of a run it always does.

    `every` of 0 or below: only at the end.
    """
    return steps_done == num_steps or (every > 0 and steps_done % every == 0)
