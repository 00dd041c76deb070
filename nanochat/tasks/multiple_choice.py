"""Questions with four choices, to be answered with a letter: little facts, and comparisons."""

import re

from nanochat.held_out import is_held_out
from nanochat.lexicon import WORDS
from nanochat.tasks.recall import facts_of
from nanochat.tasks.task import Task, exchange, spoken

LETTERS = ("A", "B", "C", "D")
COMPARISONS = {
    "Which number is the largest?": lambda numbers: max(numbers),
    "Which number is the smallest?": lambda numbers: min(numbers),
    "Which word comes first in the alphabet?": lambda words: min(words),
    "Which word has the most letters?": lambda words: max(words, key=len),
}


class MultipleChoice(Task):
    """Facts and comparisons. Subjects of facts, and sets of choices, belong to one split only.

    A conversation also has "choices", the four texts, and "gold", the index of the right one.
    """

    name = "multiple_choice"

    def __init__(self, split: str, size: int = 1000):
        super().__init__(split, size)
        self.facts = facts_of(split)

    def build(self, rng):
        """Ask for a fact or for a comparison, with the choices in random order."""
        question, right, wrong = self._fact(rng) if rng.random() < 0.5 else self._comparison(rng)
        choices = [right, *wrong]
        rng.shuffle(choices)
        gold = choices.index(right)
        lines = [f"{letter}. {text}" for letter, text in zip(LETTERS, choices, strict=True)]
        prompt = "\n".join([question, *lines, "Answer with a letter."])
        conversation = exchange(prompt, LETTERS[gold], answer=LETTERS[gold])
        return conversation | {"choices": choices, "gold": gold}

    def _fact(self, rng):
        """A question about a subject of this split: (question, right text, three wrong ones)."""
        relation, subject = rng.choice(self.facts)
        right = relation.pairs[subject]
        others = sorted({*relation.pairs.values()} - {right, subject})
        return relation.question.format(x=subject), right, rng.sample(others, 3)

    def _comparison(self, rng):
        """A question about four numbers or words that belong to this split, as `_fact`."""
        question, pick = rng.choice(list(COMPARISONS.items()))
        four = self._four_choices(question, rng)
        while is_held_out("choices", *sorted(map(str, four))) != (self.split == "test"):
            four = self._four_choices(question, rng)
        right = pick(four)
        return question, str(right), [str(choice) for choice in four if choice != right]

    def _four_choices(self, question, rng):
        """Four different numbers, or four words of different lengths."""
        if "number" in question:
            return rng.sample(range(1, 100), 4)
        four = rng.sample(WORDS, 4)
        while len({len(word) for word in four}) < len(four):
            four = rng.sample(WORDS, 4)
        return four

    def evaluate(self, conversation, completion: str):
        """Whether the first letter of a choice that is named is the right one."""
        named = re.search(r"\b[ABCD]\b", spoken(completion))
        return named is not None and named[0] == conversation["answer"]
