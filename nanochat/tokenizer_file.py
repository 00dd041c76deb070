"""The file in which a tokenizer is kept: a JSON object, nothing in which is ever executed.

    format            "nanochat-tokenizer"
    version           1
    pattern           the regular expression that splits text before merging
    special_tokens    their names, in the order of their ids
    tokens            the bytes of every other token in base64, in the order of their ids

Ids of special tokens follow those of the others. The order of ids is the order of merging.
"""

import base64
import json
from pathlib import Path

from nanochat.base_dir import write_atomically

FORMAT = "nanochat-tokenizer"
VERSION = 1


def write(path: Path, *, pattern: str, special_tokens, tokens):
    """Write a tokenizer to `path`, replacing what was there at once or not at all."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "pattern": pattern,
        "special_tokens": list(special_tokens),
        "tokens": [base64.b64encode(token).decode("ascii") for token in tokens],
    }
    write_atomically(path, json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n")


def read(path: Path, *, special_tokens):
    """Read a tokenizer that must have just these special tokens.

    Return (tokens, pattern): a list of bytes whose index is the token id, and a string.
    Raise FileNotFoundError if there is no such file, and ValueError, which names the field, if it
    does not hold what this module writes.
    """
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{path}: there is no tokenizer here. Train one with "
                                "'python -m nanochat.scripts.tok_train'.") from error
    except ValueError as error:
        raise ValueError(f"{path}: not a JSON document ({error}). {_NEXT_STEP}") from error
    if not isinstance(document, dict):
        raise ValueError(f"{path}: not a JSON object but a {type(document).__name__}. {_NEXT_STEP}")

    _expect(path, document, "format", FORMAT)
    _expect(path, document, "version", VERSION)
    _expect(path, document, "special_tokens", list(special_tokens))
    pattern = document.get("pattern")
    if not isinstance(pattern, str):
        raise field_error(path, "pattern", f"expected a string, found {pattern!r}")
    return _read_tokens(path, document.get("tokens")), pattern


def field_error(path: Path, field: str, problem: str):
    """The ValueError for a file whose `field` cannot be used."""
    return ValueError(f"{path}: field {field!r}: {problem}. {_NEXT_STEP}")


_NEXT_STEP = "Restore the file, or train anew with 'python -m nanochat.scripts.tok_train'."


def _expect(path: Path, document, field: str, value):
    """Raise ValueError unless the field holds this very value."""
    if document.get(field) != value:
        raise field_error(path, field, f"expected {value!r}, found {document.get(field)!r}")


def _read_tokens(path: Path, encoded):
    """Decode the tokens, and check that they make a vocabulary that can spell any text."""
    if not isinstance(encoded, list):
        raise field_error(path, "tokens", f"expected a list, found {encoded!r}")

    ids = {}
    for index, item in enumerate(encoded):
        field = f"tokens[{index}]"
        try:
            token = base64.b64decode(item, validate=True)
        except (TypeError, ValueError) as error:
            raise field_error(path, field, f"{item!r} is not base64 ({error})") from error
        if not token:
            raise field_error(path, field, "a token has at least one byte")
        if token in ids:
            raise field_error(path, field, f"{token!r} is tokens[{ids[token]}] already")
        ids[token] = index

    missing = [value for value in range(256) if bytes([value]) not in ids]
    if missing:
        raise field_error(path, "tokens", f"there is no token for the bytes {missing}")
    return list(ids)
