"""Every question of every step and rank is answered with a seed of its own, the same in a rerun."""

MATCHES_CLEAN = ("seeds",)


def all_seeds(seed):
    """The seeds of a small run."""
    from nanochat.rl import rollout_seed

    return [rollout_seed(seed, s, r, i) for s in range(12) for r in range(4) for i in range(5)]


def observe(seed):
    """Run twice, and once with another seed."""
    return {"seeds": all_seeds(seed), "rerun": all_seeds(seed), "other": all_seeds(seed + 1)}


def test_seeds_differ_over_steps_ranks_and_questions(observed):
    """No two answers of a run are the same draw."""
    assert len(set(observed["seeds"])) == 12 * 4 * 5


def test_a_rerun_has_the_same_seeds(observed):
    """And a run with another seed has none of them."""
    assert observed["seeds"] == observed["rerun"]
    assert not set(observed["seeds"]) & set(observed["other"])
