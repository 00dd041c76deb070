"""Comments and docstrings in other words.

A comment is no part of the program. A docstring is only what `__doc__` gives: if a file of the
tree reads that of modules or classes, theirs stay as they are; if it may be that of anything, all
do. So do those of functions with a decorator that could read them. Paragraphs that fill their lines
are filled again, since other words are longer or shorter, and to a column that is a choice too.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from bughunt.exam.camouflage.habits import Habits
from bughunt.exam.camouflage.sites import Edit, Filled, Site, Span
from bughunt.exam.camouflage.source import Definition, Source, Words
from bughunt.exam.camouflage.synonyms import PHRASES

_COLUMNS = (94, 99)
_SHORTEST = 70  # a line of a paragraph that is as long was broken because it was full
_KNOWN = frozenset({"property", "staticmethod", "classmethod", "no_grad", "inference_mode"})
_PLAIN = re.compile(r'"""(?:(?!""")[^\\])*"""|"[^"\\\n]*"')
_PARAGRAPH = re.compile(r"(?<=\n\n)((?: *\S.*\n)+)(?= *(?:\n|\"\"\"))")


def wording_sites(source: Source, tree: Habits) -> Iterator[Site]:
    """Yield a site for each phrase, in comments and in docstrings that nobody reads."""
    seen: Counter[str] = Counter()
    for words in source.words:
        text = source.text[words.span.start : words.span.stop]
        if words.node is not None and not (is_free(words.node, tree) and _is_plain(text)):
            continue
        paragraphs = _paragraphs(source, words) if words.node is not None else ()
        for place in paragraphs:
            yield _filling(source, words, place, seen)
        yield from _phrases(source, words, paragraphs, seen)


def _is_plain(text: str) -> bool:
    """Tell whether words of a docstring can be changed without a thought of quotes or examples."""
    return _PLAIN.fullmatch(text) is not None and ">>>" not in text


def is_free(node: ast.AST, tree: Habits) -> bool:
    """Tell whether nobody reads the docstring of a module, class or function."""
    if tree.reads_all_docstrings:
        return False
    if not isinstance(node, Definition):
        return not tree.reads_docstrings
    names = (it.func if isinstance(it, ast.Call) else it for it in node.decorator_list)
    ends = {it.attr if isinstance(it, ast.Attribute) else getattr(it, "id", "") for it in names}
    return ends <= _KNOWN


def _paragraphs(source: Source, words: Words) -> tuple[Filled, ...]:
    """Return paragraphs of prose that fill their lines."""
    found: list[Filled] = []
    text = source.text[words.span.start : words.span.stop]
    for match in _PARAGRAPH.finditer(text):
        lines = match[1].splitlines()
        indents = {len(line) - len(line.lstrip()) for line in lines}
        prose = not re.search(r"\S {2,}\S|^ *(?:[-*>]|\w+:$)", match[1], re.MULTILINE)
        full = all(len(line) >= _SHORTEST for line in lines[:-1])
        if len(lines) > 1 and len(indents) == 1 and prose and full:
            (indent,) = indents
            start = words.span.start + match.start() + indent
            stop = words.span.start + match.end() - 1
            found.append(Filled(start, stop, indent, 0))
    return tuple(found)


def _filling(source: Source, words: Words, place: Filled, seen: Counter[str]) -> Site:
    name = f"{source.path}::{words.scope} column"
    seen[name] += 1
    narrow, wide = ((Filled(place.start, place.stop, place.indent, column),) for column in _COLUMNS)
    edit = Edit(place.start, place.stop, (narrow, wide))
    return Site("column", f"{name} {seen[name]}", None, (edit,))


def _phrases(
    source: Source, words: Words, paragraphs: tuple[Filled, ...], seen: Counter[str]
) -> Iterator[Site]:
    for phrase in PHRASES:
        for match in phrase.pattern.finditer(source.text, words.span.start, words.span.stop):
            span = Span(match.start(), match.end())
            name = f"{source.path}::{words.scope} words {phrase.forms[0]}"
            seen[name] += 1
            said = " ".join(match[0].split())
            form = int(_lowered(said) == _lowered(phrase.forms[1]))
            other = phrase.forms[1 - form]
            written = (other[0].upper() + other[1:] if said[0].isupper() else other,)
            filled = any(it.start <= span.start and span.stop <= it.stop for it in paragraphs)
            yield Site(
                "words",
                f"{name} {seen[name]}",
                form,
                (Edit(span.start, span.stop, (None, written) if form == 0 else (written, None)),),
                writable=filled or "\n" not in match[0],
            )


def _lowered(text: str) -> str:
    """Return a phrase as it is in the middle of a sentence."""
    return text[0].lower() + text[1:]
