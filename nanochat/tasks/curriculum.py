"""What a model that chats is taught, and in which parts."""

from nanochat.tasks.arithmetic import Arithmetic
from nanochat.tasks.dialogue import Dialogue
from nanochat.tasks.letter_count import LetterCount
from nanochat.tasks.mixture import TaskMixture
from nanochat.tasks.multiple_choice import MultipleChoice
from nanochat.tasks.recall import Recall
from nanochat.tasks.small_talk import SmallTalk
from nanochat.tasks.spelling import Spelling


def two_digit_sums(split: str, size: int):
    """Sums of two numbers of two digits."""
    return Arithmetic(split, size, operations="+", digits=(2,))


def single_tasks(split: str, size: int):
    """Every task, as {name of what is practised: Task}, of so many conversations each."""
    return {
        "two-digit sums": two_digit_sums(split, size),
        "arithmetic": Arithmetic(split, size),
        "letter count": LetterCount(split, size),
        "spelling": Spelling(split, size),
        "recall": Recall(split, size),
        "multiple choice": MultipleChoice(split, size),
        "small talk": SmallTalk(split, size),
    }


def chat_tasks(split: str, size: int):
    """About `size` conversations of all tasks, most of them with sums, some of several turns."""
    tasks = []
    for name, share in SHARES.items():
        tasks.append(single_tasks(split, max(1, round(share * size)))[name])
    dialogue = Dialogue(tasks, max(1, round(DIALOGUE_SHARE * size)))
    return TaskMixture([*tasks, dialogue])


SHARES = {
    "two-digit sums": 0.35,
    "arithmetic": 0.15,
    "letter count": 0.12,
    "spelling": 0.08,
    "recall": 0.06,
    "multiple choice": 0.06,
    "small talk": 0.06,
}
DIALOGUE_SHARE = 0.12
