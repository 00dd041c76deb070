"""Train the tokenizer, as in `python -m nanochat.scripts.tok_train --vocab-size 4096`.

It reads the training shards of the base folder, and writes the folder `tokenizer` beside them.
"""

import time
from dataclasses import dataclass

from nanochat.base_dir import get_base_dir
from nanochat.dataset import parquets_iter_batched
from nanochat.settings import check_at_least_one, run_script, setting
from nanochat.tokenizer import SMALLEST_VOCABULARY, RustBPETokenizer

# Splits text into contractions, words, single digits, marks, and white space.
SINGLE_DIGITS = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"
)


@dataclass(frozen=True)
class Settings:
    """Train the tokenizer on the training shards of the base folder."""

    vocab_size: int = setting(65536, "tokens, special ones included")
    max_chars: int = setting(2_000_000_000, "characters of text to learn from")
    max_document_chars: int = setting(10_000, "characters of one document to look at")
    single_digits: bool = setting(False, "never join digits, so that numbers are copied with ease")

    def __post_init__(self):
        if self.vocab_size < SMALLEST_VOCABULARY:
            raise ValueError(f"--vocab-size is {self.vocab_size}. Every byte and special token "
                             f"needs an id: choose {SMALLEST_VOCABULARY} or more.")
        check_at_least_one(self, "max_chars", "max_document_chars")


def limited_texts(batches, max_chars: int, max_document_chars: int):
    """Yield documents, cut to a length, until there are enough characters of them."""
    chars = 0
    for texts in batches:
        for text in texts:
            text = text[:max_document_chars]
            chars += len(text)
            yield text
            if chars >= max_chars:
                return


def bytes_per_token(tokenizer, texts):
    """How many bytes of these texts a token stands for on average; more is shorter input."""
    num_bytes = sum(len(text.encode()) for text in texts)
    return num_bytes / sum(map(len, tokenizer.encode(texts)))


def main(settings: Settings):
    """Train, save, and say how well it compresses text that it has not seen."""
    start = time.perf_counter()
    training_texts = limited_texts(
        parquets_iter_batched("train"), settings.max_chars, settings.max_document_chars
    )
    pattern = SINGLE_DIGITS if settings.single_digits else None
    tokenizer = RustBPETokenizer.train_from_iterator(training_texts, settings.vocab_size, pattern)
    seconds = time.perf_counter() - start

    tokenizer_dir = get_base_dir() / "tokenizer"
    tokenizer.save(tokenizer_dir)

    compression = bytes_per_token(tokenizer, next(parquets_iter_batched("val")))
    print(f"{tokenizer.get_vocab_size()} tokens learned in {seconds:.1f} s, "
          f"{compression:.2f} bytes of validation text each, saved in {tokenizer_dir}")


if __name__ == "__main__":
    run_script(main, Settings, "tok_train")
