from collections.abc import Sequence
from typing import final

def gpt4_pattern(digits: int) -> str:
    """Return the split pattern of GPT-4, with numbers in groups of at most so many digits."""

@final
class Counter:
    """How often each chunk occurs in the texts seen so far.

    Texts are given in UTF-8, and the GIL is released while they are worked on.
    """

    def __init__(self, pattern: str) -> None:
        """Compile the split pattern; raise ValueError if that fails."""

    def count(self, texts: Sequence[bytes], /) -> None:
        """Count the chunks of texts, on all cores.

        Raises:
            RuntimeError: the pattern backtracks without end on a text.
        """

    def learn_merges(self, limit: int, /) -> list[tuple[int, int]]:
        """Learn at most so many merges, and forget what was counted; Ctrl-C ends it.

        A merge joins two tokens: a byte is a token by its value, and merge i makes token 256 + i.

        Raises:
            ValueError: the unique chunks together hold more than 4 GiB.
        """

@final
class Encoder:
    """Encodes text: splits it, and merges in each chunk."""

    def __init__(self, pattern: str, merges: Sequence[tuple[int, int]]) -> None: ...
    def encode(self, text: bytes, /) -> list[int]:
        """Return the token ids of a text in UTF-8, with the GIL released.

        Raises:
            RuntimeError: the pattern backtracks without end on the text.
        """
