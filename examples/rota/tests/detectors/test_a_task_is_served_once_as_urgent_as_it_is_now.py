"""A task whose urgency changes is served once, at its new place; one that is dropped never."""

import random
from contextlib import suppress

MATCHES_CLEAN = ("urgencies", "served")


def observe(seed):
    """Changes and drops tasks that wait."""
    from rota.tasks import TaskQueue

    chance = random.Random(seed)
    queue, urgencies = TaskQueue(), {}
    for urgency in chance.sample(range(1000), 60):
        task = f"task {chance.randrange(25)}"
        queue.add(task, urgency)
        urgencies[task] = urgency
    for task in chance.sample(sorted(urgencies), 4):
        queue.drop(task)
        del urgencies[task]
    return {"urgencies": urgencies, "served": _all_of(queue)}


def _all_of(queue):
    served = []
    with suppress(IndexError, KeyError):
        while len(served) < 100:
            served.append(queue.serve())
    return served


def test_a_task_is_served_once_as_urgent_as_it_is_now(observed):
    """Each task that waits, by its last urgency."""
    assert observed["served"] == sorted(observed["urgencies"], key=observed["urgencies"].get)
