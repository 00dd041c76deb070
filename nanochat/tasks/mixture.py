"""Several tasks as one, in an order that is random and yet always the same."""

import random


class TaskMixture:
    """All conversations of some tasks, shuffled. A task that is given twice comes twice.

    Args:
        tasks: a list of Task.
        seed: of the order.
    """

    def __init__(self, tasks, seed: int = 0):
        if not tasks:
            raise ValueError("TaskMixture: there are no tasks. Give at least one.")
        self.by_name = {task.name: task for task in tasks}
        self.order = [(task, index) for task in tasks for index in range(len(task))]
        random.Random(f"mixture/{seed}").shuffle(self.order)

    def __len__(self):
        return len(self.order)

    def __getitem__(self, index: int):
        """The conversation with this index, from 0 to len - 1. Raises IndexError beyond."""
        if not 0 <= index < len(self):
            raise IndexError(f"mixture: there is no conversation {index}, only 0 to "
                             f"{len(self) - 1}.")
        task, index_in_task = self.order[index]
        return task[index_in_task]

    def evaluate(self, conversation, completion: str):
        """Whether the completion is right, as the task of the conversation judges it."""
        return self.by_name[conversation["task"]].evaluate(conversation, completion)

    def reward(self, conversation, completion: str):
        """What the completion is worth, as the task of the conversation judges it."""
        return self.by_name[conversation["task"]].reward(conversation, completion)
