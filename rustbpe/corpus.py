"""Reading a corpus as a stream: of all its texts, a bounded share is held at a time."""

import reprlib
from collections.abc import Iterable, Iterator

from rustbpe_core import Counter

BUFFER_BYTES = 8 << 20


def count_chunks(texts: Iterator[str], counter: Counter, buffer_size: int) -> None:
    """Count the chunks of all texts, some texts at a time.

    Raises:
        TypeError: something among the texts is not a `str`.
        ValueError: a text holds a lone surrogate.
        RuntimeError: the pattern of the counter backtracks without end on a text.
    """
    encoded = _encoded(texts)
    while buffer := _drawn(encoded, buffer_size):
        counter.count(buffer)
        del buffer  # before the next one is drawn


def _drawn(encoded: Iterator[bytes], buffer_size: int) -> list[bytes]:
    """Draw texts until the buffer is full or none is left."""
    buffer: list[bytes] = []
    held = 0
    for text in encoded:
        buffer.append(text)
        held += len(text)
        if len(buffer) >= buffer_size or held >= BUFFER_BYTES:
            break
    return buffer


def _encoded(texts: Iterator[str]) -> Iterator[bytes]:
    """Yield each text in UTF-8."""
    for position, text in enumerate(texts):
        yield utf8(text, "train_from_iterator: item", position, "of the iterator")


def utf8(text: str, *name: object) -> bytes:
    """Return a text in UTF-8; the parts of its name are put together for an error only.

    Raises:
        TypeError: it is not a `str`.
        ValueError: it holds a lone surrogate.
    """
    if not isinstance(text, str):
        raise TypeError(
            f"{_joined(name)} ({reprlib.repr(text)}) is of type '{type(text).__name__}', not "
            "'str'. Give a text."
        )
    try:
        return text.encode()
    except UnicodeEncodeError as cause:
        raise ValueError(
            f"{_joined(name)} is not valid Unicode: {cause}. Clean it first, for instance with "
            "text.encode('utf-8', 'replace').decode('utf-8')."
        ) from cause


def _joined(words: Iterable[object]) -> str:
    return " ".join(map(str, words))
