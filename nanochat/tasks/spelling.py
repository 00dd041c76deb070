"""Spelling: a word, letter by letter."""

import re

from nanochat.held_out import is_held_out_word
from nanochat.lexicon import WORDS
from nanochat.tasks.task import Task, exchange, spoken

QUESTIONS = (
    "Spell the word {word}.",
    "How do you spell {word}?",
    "Can you spell {word} for me?",
    "Please write {word} letter by letter.",
)
SPELLED = re.compile(r"\b[a-z](?:-[a-z])*\b")


def spell(word: str):
    """A word with a hyphen between its letters."""
    return "-".join(word)


def words_of(split: str):
    """The words that belong to a split, for all tasks about letters."""
    return tuple(word for word in WORDS if is_held_out_word(word) == (split == "test"))


class Spelling(Task):
    """Words to spell; those of the test are spelled nowhere in training."""

    name = "spelling"

    def __init__(self, split: str, size: int = 1000):
        super().__init__(split, size)
        self.words = words_of(split)

    def build(self, rng):
        """Ask for one of the words of this split."""
        word = rng.choice(self.words)
        question = rng.choice(QUESTIONS).format(word=word)
        return exchange(question, f"{word} is spelled {spell(word)}.", answer=spell(word))

    def evaluate(self, conversation, completion: str):
        """Whether the last thing that is spelled is the word."""
        return SPELLED.findall(spoken(completion))[-1:] == [conversation["answer"]]
