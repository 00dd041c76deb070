"""Comments that speak of code which an edit has taken away.

Such a comment leads to the bug by comparing words with code. A comment in the function, or its
docstring, contradicts when it quotes an expression or a longer number that is gone; one at the
edited lines or right above them also when it names what is gone, in code or in words ("half" for
2), or when no code is left below it.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bughunt.proving.code_text import (
    Remark,
    Token,
    definitions,
    remarks,
    source_lines,
    statement_spans,
    tokens,
    words,
)
from mutations import Replacement
from mutations.language.lines import lines_of

_ARITHMETIC = frozenset(("+", "-", "*", "/", "//", "%", "**", "@"))
_QUOTED = (
    *(ast.Assign, ast.AugAssign, ast.BinOp, ast.Compare),
    *(ast.BoolOp, ast.Call, ast.Subscript),
)
_SHORTEST_NAME = 4  # of a word in a comment that stands for a part of a name
_SHORTEST_NUMBER = 3

# How a sentence says a number or an operator.
_WORDS = {
    "0": r"zero|first",
    "1": r"one|once",
    "-1": r"last|final",
    "2": r"two|twice|doubled?|hal(?:f|ves?|ved)|pairs?",
    "3": r"three|thrice|triple|thirds?",
    "4": r"four|fourths?|quarters?",
    "10": r"ten|tenths?",
    "100": r"hundred|percent",
    "0.5": r"hal(?:f|ve|ved)|sqrt|square root",
    "-0.5": r"sqrt|square root",
    "<": r"less than|fewer than|below|smaller than|shorter than",
    "<=": r"at most|up to|no more than",
    ">": r"more than|greater than|above|longer than|exceed\w*",
    ">=": r"at least|no less than",
    "==": r"equals?",
    "!=": r"differs?|unequal",
    "+": r"plus|added",
    "-": r"minus|subtract\w*",
    "*": r"times|multipl\w*",
    "/": r"divide\w*|averaged?",
    "//": r"round\w* down|whole number of",
    "%": r"modulo|remainder",
    "**": r"squared?|power",
}


class Contradiction(NamedTuple):
    """A remark and what it speaks of in vain."""

    sentence: str
    line: int | None  # in the clean text; None for a remark that an edit has written
    edited_line: int  # of the clean text, where something goes
    gone: str  # empty: the code below the remark


class _Place(NamedTuple):
    """One replacement; lines are those of the text with the edit."""

    before: str  # the statements that it touches, without the edit and with it
    after: str
    lines: tuple[int, int]  # of these statements; none if nothing is left of them
    around: tuple[int, int]  # lines of the function, else those of the statements with comments
    removed: bool


def contradictions(
    clean: str, edited: str, replacements: Sequence[Replacement]
) -> Iterator[Contradiction]:
    """Yield each remark of the edited text that speaks of what the replacements took away."""
    ordered, told = sorted(replacements), set()
    for start, change in _starts(ordered):
        place = _place(clean, edited, change, start)
        code = _code(_source(edited, place.around))
        for remark in remarks(edited):
            if place.around[0] <= remark.line <= place.around[1] and remark not in told:
                gone = _gone(remark, place, code, edited)
                if gone is not None:
                    told.add(remark)
                    line = _clean_line(remark, ordered, clean)
                    where = lines_of(clean).line_of(change.start)
                    yield Contradiction(remark.text, line, where, gone)


def _starts(ordered: Sequence[Replacement]) -> Iterator[tuple[int, Replacement]]:
    """Yield where each replacement begins in the edited text."""
    shift = 0
    for change in ordered:
        yield change.start + shift, change
        shift += len(change.text) - (change.stop - change.start)


def _clean_line(remark: Remark, ordered: Sequence[Replacement], clean: str) -> int | None:
    """Return the line of a remark in the clean text, if it is there."""
    position = remark.start
    for start, change in _starts(ordered):
        if start <= remark.start < start + len(change.text):
            return None
        if start <= remark.start:
            position = remark.start - start - len(change.text) + change.stop
    return lines_of(clean).line_of(position)


def _place(clean: str, edited: str, change: Replacement, start: int) -> _Place:
    gone = clean[change.start : change.stop]
    old = _statement_lines(clean, change.start, change.stop)
    new = _statement_lines(edited, start, start + len(change.text))
    removed = not change.text.strip() and "\n" in gone and lines_of(edited).opens_line(start)
    if removed:
        line = lines_of(edited).line_of(start)
        new = (line, line - 1)
    return _Place(
        before=gone if removed else _source(clean, old),
        after=_source(edited, new),
        lines=new,
        around=_around(clean, edited, old, new),
        removed=removed,
    )


def _source(text: str, span: tuple[int, int]) -> str:
    lines = lines_of(text)
    return "" if span[1] < span[0] else text[lines.start(span[0]) : lines.start(span[1] + 1)]


def _statement_lines(text: str, start: int, stop: int) -> tuple[int, int]:
    """Return the lines of the smallest statements, or their headers, that a piece touches."""
    lines = lines_of(text)
    first, last = lines.line_of(start), lines.line_of(max(start, stop - 1))
    touched = [span for span in statement_spans(text) if span[0] <= last and first <= span[1]]
    return min([first, *(span[0] for span in touched)]), max([last, *(span[1] for span in touched)])


def _around(clean: str, edited: str, old: tuple[int, int], new: tuple[int, int]) -> tuple[int, int]:
    """Return the lines of the function around, else of the statements and the comment above."""
    functions = [node for node in definitions(clean) if not isinstance(node, ast.ClassDef)]
    spans = [source_lines(node) for node in functions]
    around = [span for span in spans if span[0] <= old[0] and old[1] <= span[1]]
    if not around:
        return new[0] - _comment_lines_above(edited, new[0]), new[1]
    first, last = max(around)
    return first + new[0] - old[0], last + new[1] - old[1]


def _comment_lines_above(text: str, line: int) -> int:
    alone = {remark.line for remark in remarks(text) if remark.own_line and not remark.docstring}
    count = 0
    while line - count - 1 in alone:
        count += 1
    return count


def _gone(remark: Remark, place: _Place, code: str, text: str) -> str | None:
    """Return what a remark speaks of and the edit took away; None if there is nothing."""
    first, last = place.lines
    near = first - _comment_lines_above(text, first) <= remark.line <= last
    if near and place.removed and _nothing_below(text, first):
        return ""
    for fragment in _fragments(place.before):
        if _quotes(remark.text, fragment) and not _still_there(fragment, place.before, code):
            return fragment
    for token in _lost(place.before, place.after):
        if _is_said(token, remark.text, near=near, code=code):
            return token.text
    return None


def _nothing_below(text: str, line: int) -> bool:
    """Tell whether the comment above a line has no code of its block right below it."""
    lines = lines_of(text)
    if lines.start(line) >= len(text):
        return True
    below, comment = lines.source(line), lines.source(line - 1)
    return not below.strip() or _indent(below) < _indent(comment) or below.strip().startswith("#")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _fragments(code: str) -> Iterator[str]:
    """Yield the parts of a piece of code that a sentence would quote, the longest first."""
    source = _alone(code)
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    nodes = [node for node in ast.walk(tree) if isinstance(node, _QUOTED)]
    found = [ast.get_source_segment(source, node) or "" for node in nodes]
    yield from sorted(
        {" ".join(text.split()) for text in found}, key=lambda text: (-len(text), text)
    )


def _alone(code: str) -> str:
    """Return statements without their indentation, and a header with a block."""
    kept = [line for line in code.splitlines() if line.strip()]
    margin = min(map(_indent, kept), default=0)
    source = "\n".join(line[margin:] for line in kept)
    bare = source.partition("#")[0].rstrip()
    if re.match(r"(elif|else|except|finally)\b", source):
        source = f"if x: pass\n{source}" if source.startswith("el") else f"try: pass\n{source}"
    return f"{source}\n    pass" if bare.endswith(":") else source


def _quotes(sentence: str, fragment: str) -> bool:
    return f" {' '.join(words(fragment))} " in f" {' '.join(words(sentence))} "


def _still_there(fragment: str, before: str, around: str) -> bool:
    """Tell whether the code holds an expression, with no operator beside it that is new."""
    wanted = words(fragment)
    known = [_neighbours(wanted, words(before), at) for at in _occurrences(wanted, words(before))]
    code = words(around)
    for at in _occurrences(wanted, code):
        beside = _neighbours(wanted, code, at)
        if not any(_grown(beside, clean) for clean in known):
            return True
    return False


def _grown(beside: tuple[str, str], clean: tuple[str, str]) -> bool:
    """Tell whether an operator stands on a side where there was none."""
    return any(
        new in _ARITHMETIC and old not in _ARITHMETIC
        for new, old in zip(beside, clean, strict=True)
    )


def _occurrences(wanted: Sequence[str], code: Sequence[str]) -> Iterator[int]:
    for at in range(len(code) - len(wanted) + 1):
        if tuple(code[at : at + len(wanted)]) == tuple(wanted):
            yield at


def _neighbours(wanted: Sequence[str], code: Sequence[str], at: int) -> tuple[str, str]:
    behind = at + len(wanted)
    return (code[at - 1] if at else "", code[behind] if behind < len(code) else "")


def _code(source: str) -> str:
    """Return code without its comments and texts."""
    return " ".join(token.text for token in tokens(source) if token.kind != "string")


def _lost(before: str, after: str) -> list[Token]:
    """Return the tokens that are in a piece of code more often before than after."""
    kept = Counter(token.text for token in _signed(after))
    lost = []
    for token in _signed(before):
        if kept[token.text]:
            kept[token.text] -= 1
        elif token.kind != "string":
            lost.append(token)
    return lost


def _signed(code: str) -> list[Token]:
    """Return tokens, with the sign of a number as part of it."""
    found: list[Token] = []
    operand = False
    for token in tokens(code):
        if token.kind == "number" and len(found) and found[-1].kind == "sign":
            found[-1] = Token(f"-{token.text}", token.start, "number")
        elif token.text == "-" and not operand:
            found.append(Token("-", token.start, "sign"))
        else:
            found.append(token)
        operand = token.kind != "operator" or token.text in ")]}"
    return found


def _is_said(token: Token, sentence: str, *, near: bool, code: str) -> bool:
    """Tell whether a sentence speaks of a token that is gone."""
    if token.kind == "number":
        whole = rf"(?<![\w.]){re.escape(token.text)}(?![\w]|\.\d)"
        long = len(token.text.lstrip("-")) >= _SHORTEST_NUMBER and not re.search(whole, code)
        if (near or long) and re.search(whole, sentence):
            return True
    if not near:
        return False
    if token.kind == "name":
        return _names(sentence, token.text)
    said = _WORDS.get(token.text)
    return said is not None and re.search(rf"\b(?:{said})\b", sentence, re.IGNORECASE) is not None


def _names(sentence: str, name: str) -> bool:
    """Tell whether a sentence holds a name, or speaks of one of its parts."""
    if re.search(rf"\b{re.escape(name)}\b", sentence) and len(name) > 1:
        return True
    parts = [part for part in name.lower().split("_") if len(part) >= _SHORTEST_NAME]
    said = re.findall(r"[a-z]+", sentence.lower())
    return any(word.startswith(part) for part in parts for word in said)
