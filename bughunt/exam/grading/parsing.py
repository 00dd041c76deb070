"""Sources that nobody trusts, parsed in a jail first: a text can be made to crash a parser.

A text that a child could parse, with the same parser and less memory, can be parsed here.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping

import msgspec

from bughunt.jail.answer import Ending, Observed
from bughunt.jail.request import MIB, Limits, Request

_LIMITS = Limits(seconds=20.0, cpu_seconds=20, memory=1024 * MIB)
_PARSE = """\
import ast
import warnings

TEXTS = {texts!r}
DEEPEST = 100


def observe(seed):
    warnings.simplefilter("ignore")
    return {{path: fault(text) for path, text in TEXTS.items()}}


def fault(text):
    try:
        module = ast.parse(text)
        compile(text, "source", "exec", dont_inherit=True)
    except SyntaxError as error:
        return f"line {{error.lineno}}: {{error.msg}}"
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return f"cannot be parsed: {{type(error).__name__}}"
    level, depth = [module], 0
    while level:
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        depth += 1
        if depth > DEEPEST:
            return "is nested too deeply"
    return ""
"""


class Parsed(msgspec.Struct, frozen=True):
    """Whether a text can be parsed here, or why it cannot."""

    fault: str = ""


def parse_request(texts: Mapping[str, str]) -> Request:
    """Return what asks a jail whether these texts can be parsed."""
    return Request(packages=(), tree={}, observing=_PARSE.format(texts=dict(texts)), limits=_LIMITS)


def parsed(ending: Ending, texts: Mapping[str, str]) -> dict[str, Parsed]:
    """Say which of these texts a jail could parse."""
    if not isinstance(ending, Observed):
        return {path: Parsed(fault="cannot be parsed: the parser gave up") for path in texts}
    faults = ending.observation()
    return {path: Parsed(fault=faults[path]) for path in texts}


def tree(text: str) -> ast.Module:
    """Parse a text that can be parsed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)
