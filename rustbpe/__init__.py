"""Byte-level BPE training, written in Rust.

>>> import rustbpe
>>> tokenizer = rustbpe.Tokenizer()
>>> tokenizer.train_from_iterator(["the cat", "the hat", "the bat"], vocab_size=258)
>>> tokenizer.get_mergeable_ranks()[256:]
[(b'at', 256), (b'he', 257)]
>>> tokenizer.encode("the cat")
[116, 257, 32, 99, 256]
"""

try:
    from rustbpe._rustbpe import Tokenizer
except ImportError as error:
    raise ImportError(
        "rustbpe: the compiled module 'rustbpe._rustbpe' is missing or does not fit this Python. "
        "Build it with 'pip install .' in the checkout, after installing Rust from "
        "https://rustup.rs if 'cargo' is not found."
    ) from error

__all__ = ["Tokenizer"]
