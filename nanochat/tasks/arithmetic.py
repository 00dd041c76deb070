"""Sums, differences and products, worked out with the calculator."""

from nanochat.held_out import is_held_out_pair
from nanochat.tasks.task import Task, calculated, exchange, last_number, spoken

WORDS = {"+": "plus", "-": "minus", "*": "times"}
QUESTIONS = (
    "What is {a} {word} {b}?",
    "What is {a} {sign} {b}?",
    "How much is {a} {word} {b}?",
    "Compute {a} {sign} {b}.",
    "Please work out {a} {word} {b}.",
    "{a} {sign} {b} = ?",
)
CONCLUSIONS = ("The answer is {result}.", "{a} {sign} {b} is {result}.")


class Arithmetic(Task):
    """Two whole numbers and an operation. The pairs of numbers in the test are never trained on.

    Args:
        split: "train" or "test".
        size: number of conversations.
        operations: some of "+-*".
        digits: the lengths that numbers may have.
    """

    name = "arithmetic"

    def __init__(self, split: str, size: int = 1000, *, operations="+-*", digits=(1, 2, 3)):
        super().__init__(split, size)
        unknown = set(operations) - WORDS.keys()
        if unknown or not operations:
            raise ValueError(f"{self.name}: operations are {operations!r}. Choose from '+-*'.")
        if not digits or max(digits) < 2:
            raise ValueError(f"{self.name}: digits are {digits!r}. Allow numbers of two digits.")
        self.operations = operations
        self.digits = tuple(digits)

    def build(self, rng):
        """Draw numbers until their pair belongs to this split."""
        a, b = self._numbers(rng)
        while is_held_out_pair(a, b) != (self.split == "test"):
            a, b = self._numbers(rng)

        sign = rng.choice(self.operations)
        result = {"+": a + b, "-": a - b, "*": a * b}[sign]
        words = {"a": a, "b": b, "sign": sign, "word": WORDS[sign], "result": result}
        question = rng.choice(QUESTIONS).format(**words)
        conclusion = rng.choice(CONCLUSIONS).format(**words)
        reply = calculated(f"{a} {sign} {b}", result, conclusion)
        return exchange(question, reply, answer=str(result))

    def _numbers(self, rng):
        """Two numbers of allowed lengths."""
        lengths = rng.choices(self.digits, k=2)
        return [rng.randrange(10 ** (n - 1), 10 ** n) for n in lengths]

    def evaluate(self, conversation, completion: str):
        """Whether the last number that is said, after any use of the calculator, is the result."""
        return last_number(spoken(completion)) == conversation["answer"]
