"""Templates: patterns whose metavariables are filled with code that a match has found.

What is filled in keeps its own text, comments and line breaks included, and gets parentheses
where the template's tree would be another without them.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import libcst as cst
from msgspec import Struct

from mutations.language.errors import PatternError
from mutations.language.indentation import reindent
from mutations.language.matcher import Bindings, Graft, Matcher
from mutations.language.metavariable import as_written
from mutations.language.pattern import Pattern, metavariable, parse_pattern, run_metavariable
from mutations.language.syntax import Node, is_atom, is_node, shape_of
from mutations.language.tree import CharacterSpans, Tree


class _Slot(Struct, frozen=True):
    """A metavariable's characters in a template's code."""

    start: int
    stop: int
    name: str
    run: bool


def items_of(items: Iterable[Node], bindings: Bindings) -> tuple[Graft, ...]:
    """Give the items of a template's list, with runs spread out."""
    grafts: list[Graft] = []
    for item in items:
        run = run_metavariable(item)
        grafts += [Graft(item, bindings)] if run is None else map(Graft, bindings[run])
    return tuple(grafts)


def grafts_of(template: Pattern, bindings: Bindings) -> tuple[Graft, ...]:
    """Give the statements that a template stands for, or a `pass` for none."""
    return items_of(template.nodes, bindings) or (Graft(cst.Pass()),)


def parse_template(source: str, bindings: Bindings) -> Pattern:
    """Parse a template; raises PatternError for a metavariable that has no value."""
    template = parse_pattern(source)
    unknown = sorted({slot.name for slot in _slots(template)} - bindings.keys())
    if unknown:
        known = ", ".join(f"${name}" for name in sorted(bindings)) or "none"
        raise PatternError(
            f"`{source}` uses ${unknown[0]}, which `match` does not name. It names: {known}."
        )
    return template


def statements_in(template: Pattern) -> tuple[Pattern, ...]:
    """Split a template into its statements; one whose number is open stays whole."""
    if len(template.nodes) == 1 or any(map(run_metavariable, template.nodes)):
        return (template,)
    spans = CharacterSpans(template.module)
    pieces = []
    for node in template.nodes:
        start, stop = spans.span(node)
        pieces.append(parse_pattern(as_written(template.code[start:stop])))
    return tuple(pieces)


def is_filled_by(template: Pattern, statement: Node, bindings: Bindings) -> bool:
    """Tell whether a statement is already what a template would write."""
    return bool(Matcher().match(template.nodes[0], statement, bindings))


def fill(template: Pattern, bindings: Bindings, tree: Tree) -> str:
    """Write a template's code with the source of what its metavariables stand for."""
    slots = _slots(template)
    values = [_value(slot, template, bindings, tree) for slot in slots]
    if _is_filled(_join(template, slots, values, tree), template, bindings):
        return _join(template, slots, values, tree)

    # Parentheses wherever they might be needed, then only those without which it is other code.
    bare = list(values)
    for index, slot in enumerate(slots):
        if not slot.run and not is_atom(bindings[slot.name][0]):
            values[index] = f"({values[index]})"
    for index, value in enumerate(bare):
        trial = [*values[:index], value, *values[index + 1 :]]
        if _is_filled(_join(template, slots, trial, tree), template, bindings):
            values = trial
    return _join(template, slots, values, tree)


@lru_cache(maxsize=64)
def _slots(template: Pattern) -> tuple[_Slot, ...]:
    spans = CharacterSpans(template.module)

    def walk(node: Node) -> Iterator[_Slot]:
        name = metavariable(node)
        if name is not None:
            yield _Slot(*spans.span(node), name, run=False)
        for _, value in shape_of(node).fields:
            for item in value if isinstance(value, tuple) else (value,):
                run = run_metavariable(item) if isinstance(value, tuple) else None
                if run is not None:
                    yield _Slot(*spans.span(item), run, run=True)
                elif is_node(item):
                    yield from walk(item)

    return tuple(sorted(walk(template.module), key=lambda slot: slot.start))


def _value(slot: _Slot, template: Pattern, bindings: Bindings, tree: Tree) -> str:
    nodes = [node for node in bindings[slot.name] if is_node(node)]
    if not nodes:
        return ""
    start, stop = tree.span(nodes[0]).start, tree.span(nodes[-1]).stop
    text = tree.text[start:stop]
    if not slot.run or not tree.is_statement(nodes[0]):
        return text
    line_start = template.code.rfind("\n", 0, slot.start) + 1
    before = template.code[line_start : slot.start]
    return reindent(text, tree.lines.indent_of(start), before[: len(before) - len(before.lstrip())])


def _join(template: Pattern, slots: Sequence[_Slot], values: Sequence[str], tree: Tree) -> str:
    """Put values into slots; an empty run takes the comma beside it along."""
    code, newline = template.code, tree.lines.newline
    pieces, position = [], 0
    for slot, value in zip(slots, values, strict=True):
        before, stop = code[position : slot.start], slot.stop
        if slot.run and not value:
            after = code[stop:].lstrip()
            if after.startswith(","):
                stop = len(code) - len(after[1:].lstrip(" "))
            elif before.rstrip().endswith(","):
                before = before.rstrip()[:-1]
        pieces += [before.replace("\n", newline), value]
        position = stop
    return "".join([*pieces, code[position:].replace("\n", newline)])


def _is_filled(text: str, template: Pattern, bindings: Bindings) -> bool:
    try:
        module = cst.parse_module(text)
    except cst.ParserSyntaxError:
        return False
    return bool(Matcher().match(template.module, module, bindings))
