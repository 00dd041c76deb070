"""Several questions of other tasks, one after the other, in one conversation."""

from nanochat.tasks.task import Task


class Dialogue(Task):
    """Conversations of two to four questions; the last of them is the one that is judged.

    "judge" in a conversation is the name of the task that its last question is from.

    Args:
        tasks: a list of Task, all of the same split; a dialogue's questions are drawn from them.
        size: number of conversations.
    """

    name = "dialogue"

    def __init__(self, tasks, size: int = 1000):
        splits = {task.split for task in tasks}
        if len(splits) != 1:
            raise ValueError(f"{self.name}: the tasks are of the splits {sorted(splits)}. "
                             "Give tasks of one split.")
        super().__init__(splits.pop(), size)
        self.tasks = list(tasks)

    def build(self, rng):
        """Put the messages of some conversations in a row; the rest is as in the last of them."""
        drawn = [rng.choice(self.tasks) for _ in range(rng.randint(2, 4))]
        parts = [task[rng.randrange(len(task))] for task in drawn]
        messages = [message for part in parts for message in part["messages"]]
        return parts[-1] | {"messages": messages, "judge": parts[-1]["task"]}

    def evaluate(self, conversation, completion: str):
        """Whether the last question is answered, as its own task judges it."""
        judge = next(task for task in self.tasks if task.name == conversation["judge"])
        return judge.evaluate(conversation, completion)
