"""What a task is: numbered conversations, and a judge of other answers to them."""

import random
import re

SPLITS = ("train", "test")
SPECIAL = re.compile(r"<\|\w+\|>")
TOOL = re.compile(r"<\|(?:python|output)_(?:start|end)\|>")


class Task:
    """A sequence of conversations that ends with the answer of an assistant.

    A conversation is a dict: "messages" as nanochat.conversation describes them, the last of them
    a right answer; "task", the name of its task; and "answer", the text that a completion is
    compared with. The conversation with a given index is the same in every run.

    A subclass has a `name`, `build` and `evaluate`, and sees to it that train and test have no
    problem in common.
    """

    name: str

    def __init__(self, split: str, size: int = 1000):
        if split not in SPLITS:
            raise ValueError(f"{self.name}: split is {split!r}. Choose 'train' or 'test'.")
        if size < 1:
            raise ValueError(f"{self.name}: size is {size}. Ask for at least one conversation.")
        self.split = split
        self.size = size

    def __len__(self):
        return self.size

    def __getitem__(self, index: int):
        """The conversation with this index, from 0 to len - 1. Raises IndexError beyond."""
        if not 0 <= index < self.size:
            raise IndexError(f"{self.name}: there is no conversation {index}, only 0 to "
                             f"{self.size - 1}.")
        rng = random.Random(f"{self.name}/{self.split}/{index}")
        return self.build(rng) | {"task": self.name}

    def build(self, rng):
        """Make up a problem with a random.Random. Return "messages" and "answer" in a dict."""
        raise NotImplementedError

    def evaluate(self, conversation, completion: str):
        """Whether `completion` answers the conversation's last question as well.

        `completion`: what a model wrote in place of the last message, with special tokens by name.
        """
        raise NotImplementedError

    def reward(self, conversation, completion: str):
        """What a completion is worth in reinforcement learning: 1.0 if it is right, else 0.0."""
        return float(self.evaluate(conversation, completion))


# -----------------------------------------------------------------------------
# Writing conversations, and reading completions

def exchange(question: str, reply, *, answer: str):
    """A conversation of one question; `reply` is a string or a list of parts."""
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": reply}]
    return {"messages": messages, "answer": answer}


def calculated(expression: str, result, conclusion: str):
    """A reply in three parts: a call of the calculator, what it returns, and a sentence."""
    return [
        {"type": "python", "text": expression},
        {"type": "python_output", "text": str(result)},
        {"type": "text", "text": conclusion},
    ]


def spoken(completion: str):
    """What a completion says after its last use of the calculator, without special tokens."""
    last = TOOL.split(completion)[-1]
    return SPECIAL.sub("", last).strip()


def is_said(answer: str, text: str):
    """Whether the answer occurs in a text, and not just as a part of a longer word or number."""
    return re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", text) is not None


def last_number(text: str):
    """The last whole number in a text, as a string without commas; None if there is none."""
    numbers = re.findall(r"-?\d+", text.replace(",", ""))
    return numbers[-1] if numbers else None
