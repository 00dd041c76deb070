"""Byte-level BPE as its definition says: count all pairs anew before every merge.

Slow on purpose, and independent of the Rust code. Ids 0 to 255 are the bytes; merge i makes id
256 + i.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

Pair = tuple[int, int]


def train(texts: Iterable[str], vocab_size: int, pattern: str) -> list[Pair]:
    """Merge the most frequent pair, of equals the smallest, until enough or none is left."""
    chunks = [list(chunk.encode()) for text in texts for chunk in re.findall(pattern, text)]
    merges: list[Pair] = []
    while len(merges) < vocab_size - 256:
        counts = Counter(pair for chunk in chunks for pair in pairwise(chunk))
        if not counts:
            break
        pair = min(counts, key=lambda pair: (-counts[pair], pair))
        chunks = [list(merged(chunk, pair, 256 + len(merges))) for chunk in chunks]
        merges.append(pair)
    return merges


def merged(ids: list[int], pair: Pair, new: int) -> Iterator[int]:
    """Replace the occurrences of `pair`, from left to right and without overlap, by `new`."""
    position = 0
    while position < len(ids):
        found = tuple(ids[position : position + 2]) == pair
        yield new if found else ids[position]
        position += 2 if found else 1


def encode(text: str, merges: list[Pair], pattern: str) -> list[int]:
    """Apply each merge in turn to every chunk of `text`."""
    result: list[int] = []
    for chunk in re.findall(pattern, text):
        ids = list(chunk.encode())
        for rank, pair in enumerate(merges, start=256):
            ids = list(merged(ids, pair, rank))
        result += ids
    return result


def ranks(merges: list[Pair]) -> list[tuple[bytes, int]]:
    """Every token as bytes, with its id."""
    tokens = [bytes([byte]) for byte in range(256)]
    for left, right in merges:
        tokens.append(tokens[left] + tokens[right])
    return [(token, rank) for rank, token in enumerate(tokens)]
