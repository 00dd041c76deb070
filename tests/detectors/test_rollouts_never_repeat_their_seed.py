"""Every question of every step and rank is answered with a seed of its own, the same in a rerun."""

import random

MATCHES_CLEAN = ("steps",)
MAY_DIFFER = ("seeds", "rerun", "other")  # any numbers will do that differ
RANKS, QUESTIONS = 4, 5


def observe(seed):
    """Ask for the seeds of some steps of a run, of its rerun, and of a run with another seed."""
    from nanochat.rl import rollout_seed

    steps = random.Random(seed).sample(range(100), 12)
    asked = [(step, rank, i) for step in steps for rank in range(RANKS) for i in range(QUESTIONS)]
    seeds, rerun, other = (
        [rollout_seed(run, *which) for which in asked] for run in (seed, seed, seed + 1)
    )
    return {"steps": steps, "seeds": seeds, "rerun": rerun, "other": other}


def test_seeds_differ_over_steps_ranks_and_questions(observed):
    """No two answers of a run are the same draw."""
    assert len(set(observed["seeds"])) == len(observed["steps"]) * RANKS * QUESTIONS


def test_a_rerun_has_the_same_seeds(observed):
    """And a run with another seed has none of them."""
    assert observed["seeds"] == observed["rerun"]
    assert not set(observed["seeds"]) & set(observed["other"])
