"""What a training learns: which tokens there are, and how text becomes their ids."""

from collections.abc import Iterable

from rustbpe_core import Encoder, gpt4_pattern

SINGLE_BYTES = tuple(bytes([value]) for value in range(256))
DEFAULT_PATTERN = gpt4_pattern(digits=2)


class Vocabulary:
    """The split pattern, the tokens by id and their encoder; none of them ever changes."""

    def __init__(self, pattern: str, merges: list[tuple[int, int]]) -> None:
        self.pattern = pattern
        self.tokens = spelled(merges)
        self.encoder = Encoder(pattern, merges)


def spelled(merges: Iterable[tuple[int, int]]) -> list[bytes]:
    """Return the bytes of each token: the single ones, then what each merge makes, in order."""
    tokens = list(SINGLE_BYTES)
    for left, right in merges:
        tokens.append(tokens[left] + tokens[right])
    return tokens
