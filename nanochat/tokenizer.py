"""The tokenizer: byte-level BPE, trained by rustbpe, run by tiktoken.

Ids 0 .. n-1 are byte strings in the order in which they were merged; the special tokens follow
them. Special tokens never come out of text: they are put in by name, with `encode_special`, with
`prepend=` and `append=`, or by the template of a conversation.
"""

import codecs
import difflib
import os
from pathlib import Path

import tiktoken

import rustbpe
from nanochat import conversation as template
from nanochat import tokenizer_file
from nanochat.base_dir import get_base_dir

SPECIAL_TOKENS = (
    "<|bos|>",  # opens every document
    "<|user_start|>",
    "<|user_end|>",
    "<|assistant_start|>",
    "<|assistant_end|>",
    "<|python_start|>",  # the assistant calls the calculator
    "<|python_end|>",
    "<|output_start|>",  # the calculator answers
    "<|output_end|>",
)
SMALLEST_VOCABULARY = 256 + len(SPECIAL_TOKENS)
FILE_NAME = "tokenizer.json"


class RustBPETokenizer:
    """A trained vocabulary, and all that is done with it."""

    def __init__(self, tokens, pattern: str):
        """`tokens`: the bytes of each ordinary token, by id; `pattern`: what splits text first."""
        self.tokens = list(tokens)
        self.pattern = pattern
        self.special_ids = {name: len(self.tokens) + i for i, name in enumerate(SPECIAL_TOKENS)}
        self.enc = tiktoken.Encoding(
            "nanochat",
            pat_str=pattern,
            mergeable_ranks={token: rank for rank, token in enumerate(self.tokens)},
            special_tokens=self.special_ids,
        )

    # -------------------------------------------------------------------------
    # Where a tokenizer comes from, and where it is kept

    @classmethod
    def train_from_iterator(cls, text_iterator, vocab_size: int, pattern: str | None = None):
        """Train on the strings of an iterator. `vocab_size` counts the special tokens.

        `pattern` splits text before merging; default: that of rustbpe.
        A corpus with too few pairs to merge gives a smaller vocabulary.
        Raise ValueError if `vocab_size` has no room for every byte and every special token.
        """
        if vocab_size < SMALLEST_VOCABULARY:
            raise ValueError(f"vocab_size is {vocab_size}. Every byte and special token needs an "
                             f"id: choose {SMALLEST_VOCABULARY} or more.")

        trainer = rustbpe.Tokenizer()
        num_tokens = vocab_size - len(SPECIAL_TOKENS)
        trainer.train_from_iterator(text_iterator, num_tokens, pattern=pattern)
        by_rank = sorted(trainer.get_mergeable_ranks(), key=lambda entry: entry[1])
        return cls([token for token, _ in by_rank], trainer.get_pattern())

    @classmethod
    def from_pretrained(cls, name: str):
        """An encoding of tiktoken by name, such as "gpt2", with our special tokens for its own.

        Ordinary tokens are numbered without gaps, in the order of their ranks. tiktoken downloads
        an encoding when it is first used. Raises ValueError for a name that it does not know,
        ConnectionError if the download fails.
        """
        known = tiktoken.list_encoding_names()
        if name not in known:
            raise ValueError(f"Unknown encoding {name!r}.{_did_you_mean(name, known)} "
                             f"tiktoken has {', '.join(sorted(known))}.")
        try:
            enc = tiktoken.get_encoding(name)
        except OSError as error:
            raise ConnectionError(f"Encoding {name!r} could not be downloaded ({error}). Connect, "
                                  "or name a folder that has it in TIKTOKEN_CACHE_DIR.") from error
        return cls(sorted(enc._mergeable_ranks, key=enc._mergeable_ranks.get), enc._pat_str)

    @classmethod
    def from_directory(cls, tokenizer_dir):
        """Load what `save` wrote. Raise FileNotFoundError or ValueError, with file and field."""
        path = Path(tokenizer_dir) / FILE_NAME
        tokens, pattern = tokenizer_file.read(path, special_tokens=SPECIAL_TOKENS)
        try:
            return cls(tokens, pattern)
        except ValueError as error:
            raise tokenizer_file.field_error(path, "pattern", str(error)) from error

    def save(self, tokenizer_dir):
        """Write the tokenizer into a folder, which is created if need be."""
        tokenizer_file.write(
            Path(tokenizer_dir) / FILE_NAME,
            pattern=self.pattern,
            special_tokens=SPECIAL_TOKENS,
            tokens=self.tokens,
        )

    # -------------------------------------------------------------------------
    # The vocabulary

    def get_vocab_size(self):
        """The number of token ids, special tokens included."""
        return len(self.tokens) + len(self.special_ids)

    def get_special_tokens(self):
        """The names of the special tokens, in the order of their ids."""
        return tuple(self.special_ids)

    def encode_special(self, text: str):
        """The id of a special token, by name. Raises ValueError if there is no such token."""
        if text not in self.special_ids:
            hint = _did_you_mean(text, self.special_ids)
            raise ValueError(f"Unknown special token {text!r}.{hint} "
                             f"There are {' '.join(self.special_ids)}.")
        return self.special_ids[text]

    def get_bos_token_id(self):
        """The id of the token that opens every document."""
        return self.encode_special("<|bos|>")

    def id_to_bytes(self, token_id: int):
        """The bytes that a token stands for; a special token stands for its name."""
        return self._decode_bytes([token_id])

    def id_to_token(self, token_id: int):
        r"""A token as a string; bytes that are not UTF-8 by themselves are written as \xNN."""
        return self.id_to_bytes(token_id).decode("utf-8", errors="backslashreplace")

    def token_byte_lengths(self):
        """How many bytes of text each token id stands for; special tokens stand for none."""
        return [len(token) for token in self.tokens] + [0] * len(self.special_ids)

    # -------------------------------------------------------------------------
    # Text to ids and back

    def encode(self, text, prepend=None, append=None, num_threads: int = 8):
        """Encode a string, or a list of strings on several threads, as ordinary text.

        `prepend` and `append`: a token to put at that end of every string, as the name of a special
        token or as an id. Lone surrogates, which have no UTF-8, are encoded as U+FFFD.
        Return a list of ids, or a list of such lists.
        """
        head = self._affix("prepend", prepend)
        tail = self._affix("append", append)

        if isinstance(text, str):
            ids = self.enc.encode_ordinary(text)
            return [*head, *ids, *tail]

        _check_texts(text)
        rows = self.enc.encode_ordinary_batch(text, num_threads=num_threads)
        return [[*head, *ids, *tail] for ids in rows]

    def __call__(self, *args, **kwargs):
        """Short for `encode`."""
        return self.encode(*args, **kwargs)

    def decode(self, ids):
        """The text that a list of ids spells. Bytes that are not UTF-8 become U+FFFD."""
        return self._decode_bytes(ids).decode("utf-8", errors="replace")

    def _decode_bytes(self, ids):
        """The bytes that a list of ids spells. Raises ValueError for an id that does not exist."""
        try:
            return self.enc.decode_bytes(ids)
        except (KeyError, OverflowError) as error:
            size = self.get_vocab_size()
            stray = next(token_id for token_id in ids if not 0 <= token_id < size)
            raise ValueError(f"Token id {stray} does not exist: ids are 0 to {size - 1}. "
                             "Decode with the tokenizer that encoded.") from error

    def _affix(self, argument: str, token):
        """What `prepend` or `append` adds: a list of one id, or of none."""
        if token is None:
            return []
        if isinstance(token, str):
            return [self.encode_special(token)]
        if not isinstance(token, int) or isinstance(token, bool):
            raise TypeError(f"{argument} is {token!r}. Give a token id or a special token's name.")
        size = self.get_vocab_size()
        if not 0 <= token < size:
            raise ValueError(f"{argument} is {token}. Give one of the ids 0 to {size - 1}.")
        return [token]

    # -------------------------------------------------------------------------
    # Conversations

    def render_conversation(self, conversation, max_tokens: int = 2048):
        """Token ids of a conversation and the mask of what is learned: see `template.render`."""
        return template.render(self, conversation, max_tokens)

    def render_for_completion(self, conversation):
        """Token ids of a conversation up to the start of its last answer, for a model to go on."""
        return template.completion_prompt(self, conversation)

    def visualize_tokenization(self, ids, mask):
        """One line that shows every token by itself, and whether it is learned.

        Learned tokens are green and the others red; where NO_COLOR is set, learned ones stand in
        brackets. Raises ValueError if `ids` and `mask` differ in length.
        """
        if len(ids) != len(mask):
            raise ValueError(f"{len(ids)} ids but {len(mask)} flags. Cut both in the same place.")

        learned_style, other_style = "\033[32m{}\033[0m", "\033[31m{}\033[0m"
        if os.environ.get("NO_COLOR"):
            learned_style, other_style = "[{}]", "{}"
        shown = []
        for token_id, learned in zip(ids, mask, strict=True):
            style = learned_style if learned else other_style
            shown.append(style.format(_printable(self.id_to_token(token_id))))
        return "|".join(shown)


class StreamingDecoder:
    """Text from tokens that arrive one at a time.

    A character may be spread over several tokens: what cannot be read yet is held back. All that
    `push` and `flush` return, joined, is what `decode` makes of all the ids.
    """

    def __init__(self, tokenizer):
        self.tokenizer = tokenizer
        self.utf8 = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def push(self, token_id: int):
        """Take the next token; return the text that is complete by now, possibly none."""
        return self.utf8.decode(self.tokenizer.id_to_bytes(token_id))

    def flush(self):
        """End the stream; return U+FFFD for a character that was never completed."""
        return self.utf8.decode(b"", final=True)


def get_tokenizer():
    """The tokenizer that was trained into the base folder."""
    return RustBPETokenizer.from_directory(get_base_dir() / "tokenizer")


def get_token_bytes(device="cpu"):
    """How many bytes of text each token of `get_tokenizer()` stands for, for bits per byte.

    Returns an int32 tensor of shape (vocab_size,) on `device`; special tokens count 0.
    """
    import torch

    return torch.tensor(get_tokenizer().token_byte_lengths(), dtype=torch.int32, device=device)


def _check_texts(texts):
    """Raise TypeError unless `texts` is a list of strings."""
    if not isinstance(texts, (list, tuple)):
        raise TypeError(f"text is a {type(texts).__name__}. Give a string, or a list of strings.")
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"text[{index}] is a {type(text).__name__}. Give strings only.")


def _printable(text: str):
    """The text on one line, with whatever a terminal would act on written as an escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _did_you_mean(name: str, known):
    """The part of an error that offers the nearest known name, if one is near."""
    near = difflib.get_close_matches(str(name), known, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""
