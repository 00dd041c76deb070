"""The tokenizer: checks what it is given, and holds the vocabulary that it learned last."""

import operator
from collections.abc import Iterable, Iterator
from typing import SupportsIndex, final

from rustbpe.corpus import count_chunks, utf8
from rustbpe.vocabulary import DEFAULT_PATTERN, SINGLE_BYTES, Vocabulary
from rustbpe_core import Counter

LARGEST_VOCABULARY = 2**32 - 1


@final
class Tokenizer:
    """A byte-level BPE tokenizer that learns its merges from text.

    A new one knows the 256 single bytes and no merges. It may be used from several threads: a
    training replaces the vocabulary as a whole when it succeeds, and changes nothing when it fails.
    """

    def __init__(self) -> None:
        self._vocabulary = Vocabulary(DEFAULT_PATTERN, [])

    def train_from_iterator(
        self,
        iterator: Iterable[str],
        vocab_size: int,
        buffer_size: int = 8192,
        pattern: str | None = None,
    ) -> None:
        """Learn a vocabulary of `vocab_size` tokens: the 256 bytes and `vocab_size - 256` merges.

        Each merge joins the adjacent pair of tokens with the highest count; among equals, the pair
        with the smallest ids (left, then right). The result depends on nothing else: not on the
        number of threads, `buffer_size`, or the order of the texts. When the corpus has no pair
        left, training ends early, without an error, and the vocabulary is smaller.

        At most `buffer_size` texts, or a little over 8 MiB and one text, are held at a time. The
        GIL is released while Rust counts and merges; Ctrl-C is honoured between texts and while
        merging.

        `pattern` (syntax of the Rust crate fancy-regex) cuts texts into the chunks that no merge
        crosses; what it does not match is passed over. Without it, texts are cut as GPT-4 does,
        with numbers in groups of at most two digits. That pattern, and the one with three digits,
        is matched by code of its own and far faster than any other.

        Raises:
            ValueError: `vocab_size` below 256, `buffer_size` below 1, a pattern that does not
                compile, or a text with a lone surrogate.
            TypeError: `iterator` is a single `str`, is not iterable, or yields something that is
                not a `str`; the message gives the position of the item, counted from 0.
            RuntimeError: `pattern` backtracks without end on a text.
            Exception: whatever `iterator` raises, unchanged.
        """
        _check_vocab_size(vocab_size)
        _check_buffer_size(buffer_size)
        texts = _texts(iterator)
        if pattern is None:
            pattern = DEFAULT_PATTERN

        counter = Counter(pattern)
        count_chunks(texts, counter, buffer_size)
        merges = counter.learn_merges(vocab_size - len(SINGLE_BYTES))
        self._vocabulary = Vocabulary(pattern, merges)

    def get_pattern(self) -> str:
        """Return the split pattern of the last training; before any, the default."""
        return self._vocabulary.pattern

    def get_mergeable_ranks(self) -> list[tuple[bytes, int]]:
        """Return every token with its rank, which is its id, in the order of ranks from 0.

        `dict()` of it is what `tiktoken.Encoding` takes as `mergeable_ranks`.
        """
        return [(token, rank) for rank, token in enumerate(self._vocabulary.tokens)]

    def encode(self, text: str) -> list[int]:
        """Return the token ids of `text`: in each chunk, merges are applied in the order of ranks.

        Raises:
            TypeError: `text` is not a `str`.
            ValueError: `text` holds a lone surrogate.
            RuntimeError: the pattern backtracks without end on `text`.
        """
        return self._vocabulary.encoder.encode(utf8(text, "encode: the text"))


def _check_vocab_size(vocab_size: SupportsIndex) -> None:
    least = len(SINGLE_BYTES)
    if not least <= _integer("vocab_size", vocab_size) <= LARGEST_VOCABULARY:
        raise ValueError(
            f"train_from_iterator: vocab_size is {vocab_size}, and must lie between {least} (the "
            f"single bytes) and {LARGEST_VOCABULARY}. Ask for {least} plus the number of merges "
            "that you want."
        )


def _check_buffer_size(buffer_size: SupportsIndex) -> None:
    if _integer("buffer_size", buffer_size) < 1:
        raise ValueError(
            f"train_from_iterator: buffer_size is {buffer_size}, and must be at least 1. It is "
            "the number of texts that are held at a time; leave it out for 8192."
        )


def _integer(name: str, value: SupportsIndex) -> int:
    try:
        return operator.index(value)
    except TypeError as cause:
        raise TypeError(
            f"train_from_iterator: {name} is of type '{type(value).__name__}', not an integer. "
            "Give a whole number."
        ) from cause


def _texts(iterable: Iterable[str]) -> Iterator[str]:
    """Return an iterator over texts; what an `__iter__` raises is left alone."""
    if isinstance(iterable, str):
        raise TypeError(
            "train_from_iterator: iterator is a single 'str', which would be read character by "
            "character. Pass an iterable of texts, such as [text]."
        )
    try:
        return iter(iterable)
    except TypeError as cause:
        if hasattr(iterable, "__iter__"):
            raise
        raise TypeError(
            f"train_from_iterator: iterator is of type '{type(iterable).__name__}', not an "
            "iterable. Pass an iterable of texts, such as [text]."
        ) from cause
