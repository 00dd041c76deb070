"""Counting a letter in a word, with the calculator, which counts better than it reads."""

from nanochat.tasks.spelling import words_of
from nanochat.tasks.task import Task, calculated, exchange, last_number, spoken

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
QUESTIONS = (
    "How many times does the letter {letter} occur in {word}?",
    "How many {letter} are in the word {word}?",
    "Count the letter {letter} in {word}.",
    "How often is there {letter} in {word}?",
)


def occurrences(letter: str, word: str):
    """The sentence that says how often a letter occurs in a word."""
    count = word.count(letter)
    return f"The letter {letter} occurs {count} {'time' if count == 1 else 'times'} in {word}."


class LetterCount(Task):
    """Words and letters; the words of the test are not counted in training.

    In most of the problems the letter is one of the word's own, so that the answer is not nought.
    """

    name = "letter_count"

    def __init__(self, split: str, size: int = 1000):
        super().__init__(split, size)
        self.words = words_of(split)

    def build(self, rng):
        """Ask for one letter in one of the words of this split."""
        word = rng.choice(self.words)
        letter = rng.choice(word if rng.random() < 0.8 else ALPHABET)
        count = word.count(letter)
        question = rng.choice(QUESTIONS).format(letter=letter, word=word)
        reply = calculated(f"'{word}'.count('{letter}')", count, occurrences(letter, word))
        return exchange(question, reply, answer=str(count))

    def evaluate(self, conversation, completion: str):
        """Whether the last number that is said, after any use of the calculator, is the count."""
        return last_number(spoken(completion)) == conversation["answer"]
