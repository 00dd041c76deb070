"""What bugs cost in the steps of a run."""

import numpy as np


def warm_down_runs_backwards(_law):
    """The multiplier in steps 49, 50 and 51 of a hundred, and in the last one."""
    from nanochat.schedule import learning_rate_multiplier

    run = [learning_rate_multiplier(step, 100, warmdown_ratio=0.5) for step in range(100)]
    return [round(run[step], 2) for step in (49, 50, 51, 99)]


def last_step_not_always_due(law):
    """States that a run of ten steps saves, by the distance that was asked for."""
    return {every: len(steps) for every, steps in law.observe(0)["due"]}


def weight_decay_left_out(law):
    """Length of the weights after three steps with weight decay 0.5, as a share of the first."""
    seen = law.observe(0)
    return round(float(np.linalg.norm(seen["after"]["0.5"]) / np.linalg.norm(seen["weights"])), 3)


def adamw_epsilon_grows_at_the_start(law):
    """Length of the first step as a share of that of the paper, by the size of the gradients."""
    seen = law.observe(0)
    paper = next(law.directions_of_the_paper(seen["gradients"]))
    shares = np.linalg.norm(seen["directions"][0], axis=1) / np.linalg.norm(paper, axis=1)
    return {f"1e{row - 11}": round(float(share), 3) for row, share in enumerate(shares[:5])}


def aspect_ratio_upside_down(law):
    """Lengths of updates, by the shapes of the matrices."""
    lengths = law.observe(0)["lengths"]
    return {shape: round(length, 2) for shape, length in zip(law.SHAPES, lengths, strict=True)}


def momentum_lost_without_look_ahead(law):
    """How much the third update is like the average of the gradients, without look-ahead."""
    seen = law.observe(0)
    average = law.averages(seen["gradients"])["plain"]
    return round(law.likeness(seen["updates"]["plain"], average), 2)


def stacked_matrices_share_one_norm(law):
    """Lengths of the updates in a stack, by the size of the gradients."""
    updates = law.observe(0)["together"]
    return {
        size: round(float(np.linalg.norm(update)), 3)
        for size, update in zip(law.SIZES, updates, strict=True)
    }


def mlp_input_starts_at_zero(law):
    """Tensors that three steps leave where they were, and all."""
    seen = law.observe(0)
    return len(seen["names"]) - len(seen["moved"]), len(seen["names"])


def fans_exchanged(law):
    """How much what goes through a matrix is lengthened."""
    observed = law.observe(0)
    gains = zip(observed["names"], observed["gains"], strict=True)
    return {name: round(gain, 2) for name, gain in gains}


def resumed_run_skips_a_step(law):
    """Steps that a run of 20 takes when it is interrupted twice."""
    return sum(len(part) for part in law.observe(0)["steps"])


def newest_checkpoint_found_by_name(law):
    """The state that is found among those of 8, 10, 999,999 and 1,000,000 steps."""
    return law.observe(0)["found"][-1]
