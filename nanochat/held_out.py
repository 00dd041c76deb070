"""What is kept from training, so that answering it shows skill and not memory.

A problem is held out or not by what it is about, such as a pair of numbers or a word, and not by
where it stands: the pretraining corpus and all tasks agree on it, in every run and on every
machine.
"""

import hashlib

ONE_IN = 10             # the share of all problems that is held out


def is_held_out(*subject):
    """Whether problems about `subject`, a few strings and numbers, are for testing only."""
    digest = hashlib.blake2b(repr(subject).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % ONE_IN == 0


def is_held_out_pair(a: int, b: int):
    """Whether arithmetic with these two numbers, in either order, is for testing only."""
    return is_held_out("pair", min(a, b), max(a, b))


def is_held_out_word(word: str):
    """Whether spelling this word, or counting its letters, is for testing only."""
    return is_held_out("word", word)
