"""Strict YAML: the subset in which a text means what it looks like, with the line of every value.

YAML 1.1 reads ``no`` as false, ``010`` as eight, ``1:30`` as ninety and ``1e-10`` as text; later
keys silently win over earlier ones, and aliases can make a small file huge. None of this is what
the author of a catalogue means, so each is a problem with a line number.
"""

from __future__ import annotations

import math
import re
import stat
from pathlib import Path
from typing import Any

import yaml

from bughunt.errors import BankError

Keys = tuple[str | int, ...]
MOST_BYTES = 10_000_000  # of a file that people write by hand

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_BOOLEANS = {"true": True, "True": True, "false": False, "False": False}
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})(\.[0-9]+([eE][-+][0-9]+)?)?")
_NUMBER_IN_OTHER_VERSIONS = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?0o[0-7]+"
)
# What an escape such as "\0" may stand for, though no page shows it, or no file can hold it:
# control characters, line ends of other systems, changes of direction, halves of a surrogate pair.
_UNWRITABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)
_DEEPEST = 32
_PLAIN = (None, "")
_NULLS = ("", "~", "null", "Null", "NULL")
_READ_AS = {
    "bool": "true or false",
    "int": "a number in an unusual notation",
    "float": "a number in an unusual notation",
    "timestamp": "a date",
    "value": "a default value",
    "merge": "a merge key",
}
_OR_INSTEAD = {
    "bool": ", or true or false",
    "int": ", or a plain decimal number",
    "float": ", or a plain decimal number",
}


class Document:
    """Plain data, the line of every value, and a growing list of what is wrong with it."""

    def __init__(self, label: str) -> None:
        self.label = label  # the path as messages show it
        self.data: Any = None
        self.lines: dict[Keys, int] = {}
        self._problems: set[tuple[int, str]] = set()

    def complain(self, keys: Keys, text: str, line: int | None = None) -> None:
        """Note a problem with the value that the keys lead to."""
        line = line or line_of(self.lines, keys)
        self._problems.add((line, f"{self.label}:{line}: {described(keys)}{text}"))

    def check(self) -> None:
        """Raise all problems that were noted so far, in the order of their lines."""
        if self._problems:
            raise BankError(message for _, message in sorted(self._problems))


def line_of(lines: dict[Keys, int], keys: Keys) -> int:
    """Return the line of an entry, or of the nearest one around it that is present."""
    while keys and keys not in lines:
        keys = keys[:-1]
    return lines.get(keys, 1)


def described(keys: Keys) -> str:
    """Return the keys as a message names them: ``bug 'x': edits[0].match: ``."""
    words = ""
    if len(keys) > 1 and keys[0] in ("bugs", "levels"):
        words = f"{str(keys[0]).removesuffix('s')} '{keys[1]}': "
        keys = keys[2:]
    path = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
    return f"{words}{path.lstrip('.')}: " if path else words


def content_of(file: Path, advice: str) -> bytes:
    """Return the content of a file that people write: a regular one of bounded size.

    Raises:
        BankError: which ends in the advice, when it is something else, or cannot be read.

    """
    try:
        if stat.S_ISREG(file.stat().st_mode):
            with file.open("rb") as opened:
                content = opened.read(MOST_BYTES + 1)
            if len(content) <= MOST_BYTES:
                return content
            problem = f"is larger than {MOST_BYTES // 1_000_000} MB"
        else:
            problem = "is no regular file"
    except FileNotFoundError:
        problem = "no such file"
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
    raise BankError([f"{file}: {problem}. {advice}"])


def parse(content: bytes, label: str) -> Document:
    """Read one YAML document; what is wrong with it is noted in it."""
    document = Document(label)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        document.complain((), f"not UTF-8: byte 0x{byte:02x}. Save the file as UTF-8.", line)
        return document
    try:
        _Reader(document, _LOADER(text)).read()
    except yaml.YAMLError as error:
        line, complaint = _syntax_problem(text, error)
        document.complain((), complaint, line)
    return document


def _syntax_problem(text: str, error: yaml.YAMLError) -> tuple[int, str]:
    """Put a complaint of the YAML library into words, with its line."""
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return line, f"not YAML: a control character, code {error.character}. Delete it."
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or str(error)
    row, column = (mark.line, mark.column) if mark else (0, 0)
    rest = (text.split("\n")[row : row + 1] or [""])[0][column:]
    if "cannot start any token" in reason and rest.startswith("\t"):
        reason = "a tab is used for indentation. Use spaces."
    elif "cannot start any token" in reason:
        reason = f"a value cannot start with {rest[:1]!r}. Put it in quotes."
    elif reason == "mapping values are not allowed in this context":
        reason = "': ' inside plain text, or wrong indentation. Put the text in quotes."
    elif not reason.endswith("."):
        reason = f"{reason}. Compare the indentation and quotes here with those of another entry."
    return row + 1, f"not YAML: {reason}"


class _Reader:
    """Builds plain data from parsing events; notes lines and problems on the way."""

    def __init__(self, document: Document, loader: Any) -> None:
        self.document, self.lines, self.loader = document, document.lines, loader

    def read(self) -> None:
        """Read the only document in the stream."""
        self.loader.get_event()
        if self.loader.check_event(yaml.StreamEndEvent):
            text = "the file is empty. Start it with 'version: 1'."
            self._complain(self.loader.get_event(), (), text)
            return
        self.loader.get_event()
        self.document.data = self._value((), self.loader.get_event())
        self.loader.get_event()
        if not self.loader.check_event(yaml.StreamEndEvent):
            text = "a second document starts here. Keep one, without '---' between."
            self._complain(self.loader.get_event(), (), text)

    def _value(self, keys: Keys, event: Any) -> Any:
        """Return the data that starts with this event; where it is not clear, note that."""
        self.lines.setdefault(keys, event.start_mark.line + 1)
        if len(keys) > _DEEPEST:
            raise yaml.MarkedYAMLError(
                problem=f"nested deeper than {_DEEPEST} levels. Flatten it.",
                problem_mark=event.start_mark,
            )
        if isinstance(event, yaml.AliasEvent):
            text = f"the alias *{event.anchor} is not read. Write the value out."
            return self._complain(event, keys, text)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(keys, event)
        if event.tag is not None:
            self._complain(event, keys, f"the tag {event.tag} is not read. Remove it.")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(keys)
        return self._mapping(keys)

    def _sequence(self, keys: Keys) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := self.loader.get_event(), yaml.SequenceEndEvent):
            items.append(self._value((*keys, len(items)), event))
        return items

    def _mapping(self, keys: Keys) -> dict[str, Any]:
        data: dict[str, Any] = {}
        while not isinstance(event := self.loader.get_event(), yaml.MappingEndEvent):
            key = self._key(keys, event)
            path = (*keys, key)
            if key in data:
                text = f"'{key}' stands already on line {self.lines[path]}. Keep one of them."
                self._complain(event, keys, text)
                path = (*keys, f"{key} again")
            self.lines[path] = event.start_mark.line + 1
            data.setdefault(key, self._value(path, self.loader.get_event()))
        return data

    def _key(self, keys: Keys, event: Any) -> str:
        """Return the key; one that cannot be read becomes a text that nobody else uses."""
        if not isinstance(event, yaml.ScalarEvent):
            raise yaml.MarkedYAMLError(
                problem="a list, mapping or alias stands for a key. Write a plain word.",
                problem_mark=event.start_mark,
            )
        if event.value == "<<" and event.style in _PLAIN:
            self._complain(event, keys, "merge keys (<<) are not read. Write the values out.")
            return event.value
        value = self._scalar(keys, event)
        if not isinstance(value, str) and (value is not None or event.value in _NULLS):
            text = f"the key '{event.value}' is not text. Put it in quotes."
            self._complain(event, keys, text)
        return event.value

    def _scalar(self, keys: Keys, event: Any) -> Any:
        """Return what both YAML versions and the eye agree on."""
        text = event.value
        short = text if len(text) <= 40 else f"{text[:37]}..."
        if event.tag not in (None, "!", f"{_TAG}str"):
            return self._complain(event, keys, f"the tag {event.tag} is not read. Remove it.")
        if control := _UNWRITABLE.search(text):
            advice = "Delete it, or write it as it looks."
            return self._complain(event, keys, f"holds the character {control[0]!a}. {advice}")
        if event.tag == f"{_TAG}str" or event.style not in _PLAIN:
            return text
        tag = self.loader.resolve(yaml.ScalarNode, text, (True, False)).removeprefix(_TAG)
        if tag == "str" and _NUMBER_IN_OTHER_VERSIONS.fullmatch(text):
            advice = f"Write '{short}' in quotes for text, or a number such as 1.0e-10."
            return self._complain(event, keys, f"YAML reads {short} as text. {advice}")
        if tag in ("str", "null"):
            return text if tag == "str" else None
        if tag == "bool" and text in _BOOLEANS:
            return _BOOLEANS[text]
        if tag in ("int", "float") and _DECIMAL.fullmatch(text):
            number = int(text) if tag == "int" else float(text)
            if math.isfinite(number):
                return number
        advice = f"Write '{short}' in quotes for text{_OR_INSTEAD.get(tag, '')}."
        return self._complain(event, keys, f"YAML reads {short} as {_READ_AS[tag]}. {advice}")

    def _complain(self, event: Any, keys: Keys, text: str) -> None:
        self.document.complain(keys, text, event.start_mark.line + 1)
