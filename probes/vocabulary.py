"""What a bug costs a vocabulary: tokenizers learn from more and more of a corpus of our own."""

import json
import tracemalloc
from contextlib import suppress
from itertools import islice, repeat

AXIS = "steps, each with more texts to learn from"
MEASURES = {
    "tokens": "tokens for a KiB of new text",
    "own_pattern": "tokens for a KiB of new text, with a split pattern of one's own",
    "after_failure": "tokens for a KiB of new text, after a second training that failed",
    "learned": "words in a hundred that became a token, with room for all",
    "held": "MiB that are held at a time while long texts are read",
}
MOST_STEPS, POINTS = 30, 10

VOCABULARY = 1024
DOCUMENTS = 10  # more for each step
NEW_DOCUMENTS = 100
BUFFER_SIZE = 4  # small, as a corpus of this size would never fill a large one
OWN_PATTERN = r"\S+\s*|\s+"
LONG_TEXT = "words, again and again, " * ((1 << 20) // 24)  # close to a MiB; one more for each step


def prepare(folder, seed):
    """Write the texts to learn from and the new ones.

    Args:
        folder: where to; it is empty.
        seed: of the corpus.

    """
    from nanochat.corpus import documents

    texts = list(islice(documents(seed), NEW_DOCUMENTS + MOST_STEPS * DOCUMENTS))
    (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")


class Probe:
    """Trainings on the first texts of the corpus; ``prepare`` filled the folder."""

    def __init__(self, folder, seed, steps):  # noqa: ARG002  the texts are the run
        texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
        self.new_texts, self.texts = texts[:NEW_DOCUMENTS], texts[NEW_DOCUMENTS:]
        self.done = 0

    def step(self):
        """Let more texts in, as long as there are some."""
        self.done = min(self.done + 1, MOST_STEPS)

    def measured(self):
        """Return what is measured now."""
        texts = self.texts[: self.done * DOCUMENTS]
        return {
            "tokens": self._tokens(trained(texts)),
            "own_pattern": self._tokens(trained(texts, OWN_PATTERN)),
            "after_failure": self._tokens(broken_off(trained(texts))),
            "learned": learned(texts),
            "held": held(self.done),
        }

    def _tokens(self, trainer):
        """Return how long the new texts are for an encoder that is given what was learned."""
        from nanochat.tokenizer import RustBPETokenizer

        tokens = [token for token, _ in trainer.get_mergeable_ranks()]
        tokenizer = RustBPETokenizer(tokens, trainer.get_pattern())
        length = sum(map(len, tokenizer.encode(self.new_texts)))
        return length * 1024 / sum(len(text.encode()) for text in self.new_texts)


def trained(texts, pattern=None):
    """Return a trainer that has learned from the texts."""
    import rustbpe

    trainer = rustbpe.Tokenizer()
    trainer.train_from_iterator(texts, VOCABULARY, BUFFER_SIZE, pattern)
    return trainer


def broken_off(trainer):
    """Begin another training of the same trainer, which fails at its second text."""
    with suppress(TypeError):
        trainer.train_from_iterator(["a text", None], VOCABULARY)
    return trainer


def learned(texts):
    """Train on each word by itself; return how many in a hundred are one token then."""
    import rustbpe

    words = sorted({word for text in texts for word in text.split() if word.isalpha()})
    trainer = rustbpe.Tokenizer()
    trainer.train_from_iterator(words, 100_000, BUFFER_SIZE)
    whole = sum(len(trainer.encode(word)) == 1 for word in words)
    return 100 * whole / max(len(words), 1)


def held(number):
    """Return what Python allocates at most, in MiB, while so many long texts are read."""
    import rustbpe

    tracemalloc.start()
    rustbpe.Tokenizer().train_from_iterator(repeat(LONG_TEXT, number), 256)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / (1 << 20)
