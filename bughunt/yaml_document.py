"""Strict YAML: the subset in which a text means what it looks like, with the line of every value.

YAML 1.1 reads ``no`` as false, ``010`` as eight, ``1:30`` as ninety and ``1e-10`` as text; later
keys silently win over earlier ones, and aliases can make a small file huge. None of this is a
wish of somebody who writes a catalogue, so each is a problem with a line number.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
import yaml

Keys = tuple[str | int, ...]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]+([eE][-+][0-9]+)?)?")
_NUMBER_ELSEWHERE = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)[eE][-+]?[0-9]+|0o[0-7]+")
_LONGEST_NUMBER = 40


class Problem(msgspec.Struct, frozen=True):
    """What is wrong, at which line, in the value that these keys lead to."""

    keys: Keys
    line: int
    text: str


class Document(msgspec.Struct, frozen=True):
    """Plain data, the line on which each value's key or list item stands, and the problems."""

    data: Any
    lines: dict[Keys, int]
    problems: tuple[Problem, ...]

    def line(self, keys: Keys) -> int:
        """Return the line of the value, or of the nearest enclosing one that is present."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return self.lines.get(keys, 1)
