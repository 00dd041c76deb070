from collections.abc import Iterable
from typing import final

__all__ = ["Tokenizer"]

@final
class Tokenizer:
    """A byte-level BPE tokenizer that learns its merges from text.

    A new one knows the 256 single bytes and no merges. It may be used from several threads: a
    training replaces the vocabulary as a whole when it succeeds, and changes nothing when it fails.
    """

    def __init__(self) -> None: ...
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
        GIL is released while Rust counts and merges; Ctrl-C is honoured between buffers and while
        merging.

        `pattern` (syntax of the Rust crate fancy-regex) cuts texts into the chunks that no merge
        crosses; what it does not match is passed over. Without it, texts are cut as GPT-4 does,
        with numbers in groups of at most two digits. That pattern, and the one with three digits,
        is matched by code of its own and far faster than any other.

        Raises:
            ValueError: `vocab_size` below 256, `buffer_size` below 1, a pattern that does not
                compile, or a text with a lone surrogate.
            TypeError: `iterator` is a single `str`, is not iterable, or yields something that is
                not a `str`; the message gives the position of the item.
            RuntimeError: `pattern` backtracks without end on a text.
            Exception: whatever `iterator` raises, unchanged.
        """

    def get_pattern(self) -> str:
        """Return the split pattern of the last training; before any, the default."""

    def get_mergeable_ranks(self) -> list[tuple[bytes, int]]:
        """Return every token with its rank, which is its id, in the order of ranks from 0.

        `dict()` of it is what `tiktoken.Encoding` takes as `mergeable_ranks`.
        """

    def encode(self, text: str) -> list[int]:
        """Return the token ids of `text`: in each chunk, merges are applied in the order of ranks.

        Raises:
            ValueError: `text` holds a lone surrogate.
            RuntimeError: the pattern backtracks without end on `text`.
        """
