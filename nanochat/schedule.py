"""What changes from step to step of a training run: learning rates and Muon's momentum.

Pure functions of the step, so that a resumed run continues where the interrupted one stood.
Steps are updates of the weights, numbered from 0 to num_steps - 1; micro-batches do not count.
"""


def learning_rate_multiplier(step: int, num_steps: int, *, warmup_ratio: float = 0.0,
                             warmdown_ratio: float = 0.2, final_fraction: float = 0.0) -> float:
    """Factor on the initial learning rates: linear warm-up, plateau at 1, linear warm-down.

    Already step 0 learns, the warm-up ends on the level of the plateau, and the last step of the
    run reaches `final_fraction`, which steps beyond the end keep.

    Args:
        step: The step about to be taken.
        num_steps: Length of the run.
        warmup_ratio: Part of the run that warms up; 0 for none.
        warmdown_ratio: Part of the run that warms down; 0 for none.
        final_fraction: Where the warm-down ends, from 0 to 1.

    Raises:
        ValueError: Warm-up and warm-down do not fit into one run.
    """
    if warmup_ratio + warmdown_ratio > 1:
        raise ValueError(
            f"learning_rate_multiplier: warmup_ratio {warmup_ratio} and warmdown_ratio "
            f"{warmdown_ratio} together exceed the whole run. Lower one of them."
        )
    warmup_steps = round(warmup_ratio * num_steps)
    warmdown_steps = round(warmdown_ratio * num_steps)
    steps_left = max(0, num_steps - 1 - step)

    if step < warmup_steps:
        return (step + 1) / warmup_steps
    if steps_left >= warmdown_steps:
        return 1.0
    return final_fraction + (1 - final_fraction) * steps_left / warmdown_steps


def muon_momentum(step: int, warmup_steps: int = 300) -> float:
    """Momentum of Muon, which rises linearly from 0.85 to 0.95 and stays there.

    Early gradients change direction quickly, so that a long memory of them would mislead.
    """
    progress = min(1.0, step / warmup_steps)
    return (1 - progress) * 0.85 + progress * 0.95


def set_learning_rates(optimizers, multiplier: float):
    """Give every parameter group of `optimizers` that multiple of its initial learning rate."""
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group["initial_lr"] * multiplier
