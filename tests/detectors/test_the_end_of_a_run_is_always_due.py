"""What a run does every so often it also does at its end, and what it never does on the way too."""

MATCHES_CLEAN = ("num_steps", "due")


def observe(seed):
    """Ask after every step of a run what is due, for several distances."""
    from nanochat.training import is_due

    num_steps = 10 + seed % 7
    due = [
        [every, [step for step in range(1, num_steps + 1) if is_due(step, every, num_steps)]]
        for every in (-1, 0, 1, 3, 4, 100)
    ]
    return {"num_steps": num_steps, "due": due}


def test_the_last_step_is_due_whatever_the_distance(observed):
    """Also if nothing is asked for in between."""
    for every, steps in observed["due"]:
        assert steps[-1:] == [observed["num_steps"]], f"every {every}: due after steps {steps}"


def test_steps_on_the_way_are_due_at_their_distance(observed):
    """Every so many steps, and never if the distance is nought or less."""
    for every, steps in observed["due"]:
        on_the_way = [] if every < 1 else list(range(every, observed["num_steps"], every))
        assert [step for step in steps if step < observed["num_steps"]] == on_the_way
