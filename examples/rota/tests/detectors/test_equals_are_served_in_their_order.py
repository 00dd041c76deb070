"""Among tasks that are equally urgent, whoever came first is served first."""

import random

MATCHES_CLEAN = ("tasks", "served")


def observe(seed):
    """Serves tasks of few urgencies."""
    from rota.tasks import TaskQueue

    chance = random.Random(seed)
    tasks = [(f"task {index}", chance.randrange(3)) for index in range(40)]
    queue = TaskQueue()
    for task, urgency in tasks:
        queue.add(task, urgency)
    return {"tasks": tasks, "served": [queue.serve() for _ in tasks]}


def test_equals_are_served_in_their_order(observed):
    """Sorting keeps the order of equals."""
    expected = [task for task, _ in sorted(observed["tasks"], key=lambda task: task[1])]
    assert observed["served"] == expected
