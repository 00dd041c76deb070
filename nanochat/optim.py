"""AdamW and Muon, each one implementation for one process and for many.

Letters in shape comments:
    P   ranks (processes) that share the work
    N   things laid along the first dimension: rows of a parameter (AdamW), or matrices of the
        same shape stacked on each other (Muon)
    S   what one rank holds of these N: N / P, rounded up
    R   rows of a matrix (output features of the layer)
    C   columns of a matrix (input features of the layer)

Both optimizers take the same four steps: average the gradients of all ranks while handing each
rank a share of them, turn the share into an update direction with the optimizer's state, gather
the directions of all ranks, apply them. In a plain process the first and third step pass their
argument through and no collective is called. The state, which is most of an optimizer's memory,
exists once over all ranks. Ranks must start from equal parameters, and then stay equal.

The learning rate of a group is set from outside (see `nanochat.schedule`) as a multiple of its
`initial_lr`, which is noted when the group is added.
"""

import torch
import torch.distributed as dist
from torch.optim import Optimizer

from nanochat.distributed import world_size

# -----------------------------------------------------------------------------
# Shares of the ranks


def padding_needed(count: int, ranks: int) -> int:
    """Fewest things to add to `count`, so that every rank gets the same number."""
    return (ranks - count % ranks) % ranks


def average_into_share(tensor, ranks: int):
    """Average `tensor` over the ranks and keep this rank's share of the result.

    Args:
        tensor: (N, ...), of one shape on all ranks.
        ranks: P.

    Returns:
        (S, ...): consecutive entries of the average; zeros stand behind the last entry.
    """
    if ranks == 1:
        return tensor

    # Averaging is a sum and a division: not every backend averages by itself.
    padding = padding_needed(len(tensor), ranks)
    padded = torch.cat([tensor, tensor.new_zeros(padding, *tensor.shape[1:])])     # (P * S, ...)
    share = padded.new_empty(len(padded) // ranks, *padded.shape[1:])              # (S, ...)
    dist.reduce_scatter_tensor(share, padded, op=dist.ReduceOp.SUM)
    return share.div_(ranks)


def gather_shares(share, count: int, ranks: int):
    """Join the shares of all ranks: the way back from `average_into_share`.

    Args:
        share: (S, ...), this rank's entries.
        count: N.
        ranks: P.

    Returns:
        (N, ...), the same on every rank.
    """
    if ranks == 1:
        return share

    share = share.contiguous()
    gathered = share.new_empty(ranks * len(share), *share.shape[1:])               # (P * S, ...)
    dist.all_gather_into_tensor(gathered, share)
    return gathered[:count]


def gradient_or_zeros(parameter):
    """Gradient of `parameter`; zeros where the backward pass did not reach it.

    A rank without a gradient has to take part in the collectives like all others.
    """
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad


class ShardedOptimizer(Optimizer):
    """An optimizer whose state is spread over the ranks that exist when it is made."""

    def __init__(self, params, defaults: dict):
        super().__init__(params, {**defaults, "ranks": world_size()})

    def add_param_group(self, param_group: dict):
        """Add a group and note the learning rate that its schedule starts from."""
        super().add_param_group(param_group)
        group = self.param_groups[-1]
        group.setdefault("initial_lr", group["lr"])

    def load_state_dict(self, state_dict: dict):
        """Load what `state_dict()` returned on this rank, under the same number of ranks.

        Raises:
            ValueError: The state was saved by another number of ranks.
        """
        saved = {group["ranks"] for group in state_dict["param_groups"]}
        ranks = {group["ranks"] for group in self.param_groups}
        if saved != ranks:
            raise ValueError(
                f"{type(self).__name__}.load_state_dict: the state was saved by {max(saved)} ranks "
                f"and this run has {max(ranks)}. Resume with {max(saved)} processes, "
                f"or start with a fresh optimizer."
            )
        super().load_state_dict(state_dict)


# -----------------------------------------------------------------------------
# AdamW


def adamw_direction(gradient, state: dict, group: dict):
    """Advance the moments by one step and return the direction to subtract.

    Kingma and Ba, "Adam" (arXiv 1412.6980), algorithm 1. The state gets `step`, and the running
    averages `exp_avg` of the gradient and `exp_avg_sq` of its square, shaped like the gradient.

    Args:
        gradient: (S, ...).
        state: What this parameter remembers; empty before its first step.
        group: The settings `betas` and `eps`.

    Returns:
        (S, ...).
    """
    if not state:
        state["step"] = 0
        state["exp_avg"] = torch.zeros_like(gradient)
        state["exp_avg_sq"] = torch.zeros_like(gradient)
    exp_avg, exp_avg_sq = state["exp_avg"], state["exp_avg_sq"]
    beta1, beta2 = group["betas"]

    state["step"] += 1
    exp_avg.lerp_(gradient, 1 - beta1)
    exp_avg_sq.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)

    # Averages that began at zero are too small for the first steps.
    mean = exp_avg / (1 - beta1 ** state["step"])
    mean_square = exp_avg_sq / (1 - beta2 ** state["step"])
    return mean.div_(mean_square.sqrt_().add_(group["eps"]))


class AdamW(ShardedOptimizer):
    """Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101).

    Computes what `torch.optim.AdamW` computes, except that a missing gradient counts as zeros.
    Over several ranks, each holds the moments of a share of every parameter's rows.
    """

    def __init__(self, params, lr: float = 1e-3, *, betas=(0.9, 0.999), eps: float = 1e-8,
                 weight_decay: float = 0.01):
        defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self):
        """Update every parameter once, from the gradients of all ranks."""
        for group in self.param_groups:
            for parameter in group["params"]:
                self._update(parameter, group)

    def _update(self, parameter, group: dict):
        gradient = average_into_share(gradient_or_zeros(parameter), group["ranks"])   # (S, ...)
        direction = adamw_direction(gradient, self.state[parameter], group)           # (S, ...)
        direction = gather_shares(direction, len(parameter), group["ranks"])          # (N, ...)

        parameter.mul_(1 - group["lr"] * group["weight_decay"])
        parameter.add_(direction, alpha=-group["lr"])


# -----------------------------------------------------------------------------
# Muon


def orthogonalize(matrices, steps: int):
    """Bring all singular values of each matrix near 1 and keep its singular vectors.

    Newton-Schulz iteration with the quintic polynomial of Keller Jordan, "Muon: an optimizer for
    hidden layers in neural networks" (kellerjordan.github.io/posts/muon, 2024). Its coefficients
    are chosen for speed: after five steps most singular values lie between 0.7 and 1.2.

    Args:
        matrices: (S, R, C), any scale; a matrix of zeros stays zero.
        steps: Number of iterations.

    Returns:
        (S, R, C), bfloat16 on CUDA and float32 elsewhere.
    """
    a, b, c = 3.4445, -4.7750, 2.0315

    # The iteration converges for singular values up to one.
    x = matrices / matrices.norm(dim=(-2, -1), keepdim=True).clamp(min=1e-7)
    x = x.bfloat16() if x.is_cuda else x.float()

    # The products below are smallest when the rows are the short side.
    tall = x.size(-2) > x.size(-1)
    x = x.mT if tall else x

    for _ in range(steps):
        gram = x @ x.mT                                                    # (S, R, R)
        polynomial = torch.baddbmm(gram, gram, gram, beta=b, alpha=c)      # (S, R, R)
        x = torch.baddbmm(x, polynomial, x, beta=a)                        # (S, R, C)
    return x.mT if tall else x


def momentum_direction(gradient, state: dict, group: dict):
    """Advance the running average of the gradients and return the direction of momentum.

    Args:
        gradient: (S, R, C).
        state: What these matrices remember, `momentum_buffer`; empty before their first step.
        group: The settings `momentum` and `nesterov` (look ahead by one step).

    Returns:
        (S, R, C).
    """
    if not state:
        state["momentum_buffer"] = torch.zeros_like(gradient)
    buffer, momentum = state["momentum_buffer"], group["momentum"]

    buffer.lerp_(gradient, 1 - momentum)
    return gradient.lerp(buffer, momentum) if group["nesterov"] else buffer


def aspect_scale(rows: int, columns: int) -> float:
    """Factor that gives tall matrices an update as strong as that of square ones."""
    return max(1, rows / columns) ** 0.5


class Muon(ShardedOptimizer):
    """Momentum whose update is orthogonalized, for the matrices inside the blocks.

    Matrices of one shape are stacked and updated together; the first of them holds the momentum
    of the stack in its state. Over several ranks, each orthogonalizes a share of every stack.

    Raises:
        ValueError: A parameter is not a matrix.
    """

    def __init__(self, params, lr: float = 0.02, *, momentum: float = 0.95, nesterov: bool = True,
                 ns_steps: int = 5):
        defaults = {"lr": lr, "momentum": momentum, "nesterov": nesterov, "ns_steps": ns_steps}
        super().__init__(params, defaults)

    def add_param_group(self, param_group: dict):
        """Add a group of matrices."""
        super().add_param_group(param_group)
        for parameter in self.param_groups[-1]["params"]:
            if parameter.ndim != 2:
                raise ValueError(
                    f"Muon: a parameter of shape {tuple(parameter.shape)} is not a matrix. "
                    f"Give it to AdamW."
                )

    @torch.no_grad()
    def step(self):
        """Update every parameter once, from the gradients of all ranks."""
        for group in self.param_groups:
            stacks = {}
            for parameter in group["params"]:
                stacks.setdefault(parameter.shape, []).append(parameter)
            for parameters in stacks.values():
                self._update(parameters, group)

    def _update(self, parameters: list, group: dict):
        gradient = torch.stack([gradient_or_zeros(parameter) for parameter in parameters])
        gradient = average_into_share(gradient, group["ranks"])                          # (S, R, C)
        direction = momentum_direction(gradient, self.state[parameters[0]], group)       # (S, R, C)
        direction = orthogonalize(direction, group["ns_steps"])                          # (S, R, C)
        direction = gather_shares(direction, len(parameters), group["ranks"])            # (N, R, C)

        lr = group["lr"] * aspect_scale(*parameters[0].shape)
        for parameter, update in zip(parameters, direction, strict=True):
            parameter.add_(update, alpha=-lr)
