"""A corpus of our own making: enough to see a small model learn, from nothing but this code.

Each document is of one kind: a story, facts, sums, spelling, or counting. Document number i of a
seed is always the same text, on every machine, and can be made without those before it. Arithmetic
and spelling leave out what nanochat.held_out keeps for testing.
"""

import itertools
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from nanochat import dataset, lexicon
from nanochat.checksums import sha256_of, write_sums
from nanochat.facts import RELATIONS, sentence
from nanochat.held_out import is_held_out_pair
from nanochat.stories import story
from nanochat.tasks.letter_count import occurrences
from nanochat.tasks.spelling import spell, words_of

SCHEMA = pa.schema([(dataset.COLUMN, pa.string())])


def documents(seed: int = 0, start: int = 0):
    """Yield the documents of a seed without end, from number `start` on."""
    for index in itertools.count(start):
        rng = random.Random(f"corpus/{seed}/{index}")
        kind = rng.choices(list(KINDS), weights=KINDS.values())[0]
        yield kind(rng)


# -----------------------------------------------------------------------------
# Kinds of documents: each makes one out of a random.Random

def facts(rng):
    """Some facts in a row."""
    lines = []
    for _ in range(rng.randint(4, 9)):
        relation = rng.choice(RELATIONS)
        subject, truth = rng.choice(list(relation.pairs.items()))
        lines.append(sentence(rng.choice(relation.statements).format(x=subject, y=truth)))
    return " ".join(lines)


def sums(rng):
    """Lines of sums, differences and products, in figures."""
    lines = []
    for _ in range(rng.randint(5, 12)):
        a, b = training_pair(rng)
        lines.append(rng.choice((
            f"{a} + {b} = {a + b}",
            f"{a} + {b} = {a + b}",
            f"{max(a, b)} - {min(a, b)} = {max(a, b) - min(a, b)}",
            f"{a} plus {b} is {a + b}.",
            f"{a} times {b} is {a * b}." if a < 20 else f"{a} plus {b} is {a + b}.",
        )))
    return "\n".join(lines)


def word_problem(rng):
    """A little story with a sum or a difference in it."""
    a, b = training_pair(rng)
    name, friend = rng.sample(lexicon.GIRLS + lexicon.BOYS, 2)
    things = f"{rng.choice(lexicon.THINGS)}s"
    if rng.random() < 0.5:
        return (f"{name} has {a} {things}. {friend} brings {b} more. How many {things} are there "
                f"now? {a} + {b} = {a + b}. There are {a + b} {things}.")
    a, b = max(a, b), min(a, b)
    return (f"{name} has {a} {things} and gives {b} of them to {friend}. How many are left? "
            f"{a} - {b} = {a - b}. {name} has {a - b} {things} left.")


def spelling(rng):
    """Words, letter by letter."""
    lines = [f"{word} is spelled {spell(word)}." for word in rng.sample(SPELLED_WORDS, 6)]
    return "\n".join(lines)


def letters(rng):
    """What can be said about the letters of some words: number, first, last, and one of them."""
    return " ".join(
        f"The word {word} has {len(word)} letters. It begins with {word[0]} and ends with "
        f"{word[-1]}. {occurrences(rng.choice(word), word)}"
        for word in rng.sample(SPELLED_WORDS, rng.randint(2, 4))
    )


def counting(rng):
    """Numbers in steps, up or down."""
    first, step = rng.randint(0, 60), rng.randint(1, 10)
    numbers = [first + step * i for i in range(rng.randint(6, 12))]
    if rng.random() < 0.4:
        numbers.reverse()
    manner = "down" if numbers[0] > numbers[-1] else "up"
    return f"Counting {manner} in steps of {step}: {', '.join(map(str, numbers))}."


def training_pair(rng):
    """Two numbers below a hundred that are not held out."""
    while True:
        a, b = rng.randint(0, 99), rng.randint(0, 99)
        if not is_held_out_pair(a, b):
            return a, b


SPELLED_WORDS = words_of("train")
KINDS = {story: 10, facts: 3, sums: 4, word_problem: 3, spelling: 2, letters: 2, counting: 1}


# -----------------------------------------------------------------------------
# Into shards

def write_corpus(data_dir=None, *, characters=None, number=None, seed=0, shards=8, group_rows=256):
    """Write a corpus as parquet shards, all of about the same size; the last is for validation.

    The shards get their names when all of them are complete: a folder never passes for a corpus
    while it has only part of one.

    Args:
        data_dir: folder for the shards; default: the one in the base folder.
        characters, number: its size, in characters or in documents; give one of the two.
        seed: another seed, other documents.
        shards: how many files.
        group_rows: documents in a row group.

    Returns:
        (documents, characters): how many there are.

    Raises:
        FileExistsError: the folder has shards already.
        ValueError: a size is missing, or too small.
    """
    folder = dataset.get_data_dir() if data_dir is None else Path(data_dir)
    for present in folder.glob("*.parquet"):
        raise FileExistsError(f"{present}: there is a corpus here already. Delete {folder} to make "
                              "another one.")
    if (characters is None) == (number is None):
        raise ValueError("The size of the corpus: give it in characters or in documents.")
    weigh, total = (len, characters) if number is None else (lambda _: 1, number)
    if not total >= shards >= 2 or group_rows < 1:
        raise ValueError(f"A corpus of size {total} in {shards} shards, {group_rows} rows to a "
                         "group: make two shards or more, with something in each of them.")

    folder.mkdir(parents=True, exist_ok=True)
    names = [f"corpus_{index:05d}.parquet" for index in range(shards)]
    drafts = {name: folder / f".{name}.draft" for name in names}
    stream = documents(seed)
    try:
        written = [
            _write_shard(draft, _until(stream, total / shards, weigh), group_rows)
            for draft in drafts.values()
        ]
        # Checksums go first: if only some of the files get their names, the others are missed.
        write_sums(folder, {name: sha256_of(draft) for name, draft in drafts.items()})
        for name, draft in drafts.items():
            draft.replace(folder / name)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)
    return tuple(map(sum, zip(*written, strict=True)))


def _until(stream, quota, weigh):
    """Yield documents until their weights, added up, reach the quota."""
    weight = 0
    while weight < quota:
        text = next(stream)
        weight += weigh(text)
        yield text


def _write_shard(path, texts, group_rows):
    """Write documents in row groups. Return how many, and how many characters."""
    count = characters = 0
    options = {"compression": "zstd", "write_page_checksum": True}
    with pq.ParquetWriter(path, SCHEMA, **options) as writer:
        while rows := list(itertools.islice(texts, group_rows)):
            writer.write_table(pa.table({dataset.COLUMN: rows}, schema=SCHEMA))
            count += len(rows)
            characters += sum(map(len, rows))
    return count, characters
