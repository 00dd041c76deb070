"""Byte-level BPE training: what is hot in Rust, the rest in Python.

>>> import rustbpe
>>> tokenizer = rustbpe.Tokenizer()
>>> tokenizer.train_from_iterator(["the cat", "the hat", "the bat"], vocab_size=258)
>>> tokenizer.get_mergeable_ranks()[256:]
[(b'at', 256), (b'he', 257)]
>>> tokenizer.encode("the cat")
[116, 257, 32, 99, 256]
"""

from rustbpe.tokenizer import Tokenizer

__all__ = ["Tokenizer"]
