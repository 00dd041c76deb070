"""When a pattern and a piece of code are the same.

Matching is a relation: the matcher carries every way to bind the metavariables so far, so that
``$$$`` needs no backtracking. The same relation proves edits: an expected tree is the clean tree
with grafts (templates and what their metavariables stand for) in place of the changed nodes.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct

from mutations.language.metavariable import ANONYMOUS, as_written
from mutations.language.pattern import metavariable, run_metavariable
from mutations.language.syntax import (
    BLOCK_FIELDS,
    Node,
    Value,
    code_of,
    is_expression,
    is_leaf,
    is_node,
    may_be_same,
    shape_of,
)

Bindings: TypeAlias = Mapping[str, tuple[Node, ...]]
Ways: TypeAlias = list[Bindings]


class Graft(Struct, frozen=True, eq=False):
    """A node of a template, the values of its metavariables, and whose blocks a header keeps."""

    node: Node
    bindings: Bindings = {}
    blocks_of: Node | None = None


Grafts: TypeAlias = Mapping[Node, tuple[Graft, ...]]


class Difference(Struct, frozen=True):
    """The first field in which code is not as its pattern; put into words only when asked for."""

    path: tuple[str, ...]
    found: Value
    expected: Value

    def __str__(self) -> str:
        labels = _label(self.path)
        named = [label for label in labels if label != "value"] or labels or ["it"]
        found, expected = _describe(self.found), _describe(self.expected)
        return f"{named[-1]} is {found}, pattern has {expected}"


class Matcher:
    """One comparison; `difference` tells where it first failed."""

    def __init__(self, grafts: Grafts | None = None) -> None:
        self._grafts: Grafts = grafts or {}
        self._path: list[str] = []
        self.difference: Difference | None = None

    def match(
        self, pattern: Node, code: Node, bindings: Bindings, *, blocks_of: Node | None = None
    ) -> Ways:
        """List the ways in which a node matches; a header's blocks are those of `blocks_of`."""
        if pattern in self._grafts:
            (graft,) = self._grafts[pattern]
            return [bindings] if self._match_graft(graft, code) else []
        name = metavariable(pattern)
        if name is not None:
            return self._bind(name, pattern, code, bindings)
        if not may_be_same(pattern, code):
            return self._differ(code, pattern)
        expected, found = shape_of(pattern), shape_of(code)
        if expected.kind != found.kind:
            return self._differ(code, pattern)
        if is_leaf(expected):
            return [bindings] if expected == found else self._differ(code, pattern)
        blocks = dict(shape_of(blocks_of).fields) if blocks_of is not None else {}
        ways: Ways = [bindings]
        for (label, want), (_, have) in zip(expected.fields, found.fields, strict=True):
            if blocks_of is code and label in BLOCK_FIELDS:
                continue
            kept = blocks.get(label, want) if label in BLOCK_FIELDS else want
            ways = [way for given in ways for way in self._field(label, kept, have, given)]
            if not ways:
                break
        return ways

    def match_block(self, want: Sequence[Node], have: Sequence[Node]) -> bool:
        """Tell whether the statements of a block are as expected, grafts in their places."""
        return bool(self._lists(self._expand(tuple(want)), tuple(have), {}))

    def match_run(
        self, patterns: Sequence[Value], code: Sequence[Value], bindings: Bindings
    ) -> list[tuple[int, Bindings]]:
        """List the lengths to which a list's items match from its start, each with its bindings."""
        states = [(0, bindings)]
        for index, pattern in enumerate(patterns):
            self._path.append(str(index))
            states = [after for state in states for after in self._step(pattern, code, state)]
            self._path.pop()
        return states

    def _field(self, label: str, want: Value, have: Value, bindings: Bindings) -> Ways:
        self._path.append(label)
        ways: Ways = []
        if isinstance(want, tuple) and isinstance(have, tuple):
            ways = self._lists(self._expand(want), have, bindings)
        elif is_node(want) and is_node(have):
            ways = self.match(want, have, bindings)
        elif want == have:
            ways = [bindings]
        else:
            self._differ(have, want)
        self._path.pop()
        return ways

    def _lists(self, want: tuple[Value, ...], have: tuple[Value, ...], given: Bindings) -> Ways:
        states = self.match_run(want, have, given)
        ways = [bindings for end, bindings in states if end == len(have)]
        if states and not ways:
            end = max(end for end, _ in states)
            self._path.append(str(end))
            self._differ(have[end], None)
            self._path.pop()
        return ways

    def _step(
        self, pattern: Value, code: Sequence[Value], state: tuple[int, Bindings]
    ) -> list[tuple[int, Bindings]]:
        """Match one item of a list against the items from a position on."""
        position, bindings = state
        if isinstance(pattern, Graft):
            fits = position < len(code) and self._match_graft(pattern, code[position])
            return [(position + 1, bindings)] if fits else []
        name = run_metavariable(pattern)
        if name is not None:
            return self._bind_run(name, code, state)
        if position == len(code):
            self._differ(None, pattern)
            return []
        item = code[position]
        if not (is_node(pattern) and is_node(item)):
            return [(position + 1, bindings)] if pattern == item else []
        return [(position + 1, way) for way in self.match(pattern, item, bindings)]

    def _bind(self, name: str, pattern: Node, code: Node, bindings: Bindings) -> Ways:
        if not is_expression(code):
            return self._differ(code, pattern)
        if name == ANONYMOUS:
            return [bindings]
        if name not in bindings:
            return [{**bindings, name: (code,)}]
        if len(bindings[name]) == 1 and same_code(bindings[name][0], code):
            return [bindings]
        return self._differ(code, bindings[name][0])

    def _bind_run(
        self, name: str, code: Sequence[Value], state: tuple[int, Bindings]
    ) -> list[tuple[int, Bindings]]:
        position, bindings = state
        if name in bindings:
            run = bindings[name]
            stop = position + len(run)
            same = len(code) >= stop and all(map(same_code, run, code[position:stop]))
            return [(stop, bindings)] if same else []
        stops = range(position, len(code) + 1)
        if name == ANONYMOUS:
            return [(stop, bindings) for stop in stops]
        return [(stop, {**bindings, name: tuple(code[position:stop])}) for stop in stops]

    def _match_graft(self, graft: Graft, code: Node) -> bool:
        # A graft that is a clean node, copied or moved, stands for itself; edits inside it count.
        inner = Matcher({old: new for old, new in self._grafts.items() if old is not graft.node})
        return bool(inner.match(graft.node, code, graft.bindings, blocks_of=graft.blocks_of))

    def _expand(self, items: tuple[Value, ...]) -> tuple[Value, ...]:
        if not self._grafts:
            return items
        return tuple(
            part
            for item in items
            for part in (self._grafts.get(item, (item,)) if is_node(item) else (item,))
        )

    def _differ(self, found: Value, expected: Value) -> Ways:
        if self.difference is None:
            self.difference = Difference(tuple(self._path), found, expected)
        return []


def same_code(one: Value, other: Value) -> bool:
    """Tell whether two nodes are the same code, whatever their form."""
    if is_node(one) and is_node(other):
        return one is other or bool(Matcher().match(one, other, {}))
    return bool(one == other)


_ITEM_LABELS = {
    "args": "argument",
    "body": "statement",
    "comparisons": "comparison",
    "decorators": "decorator",
    "elements": "element",
    "handlers": "handler",
    "items": "item",
    "names": "name",
    "parameters": "parameter",
    "parts": "part",
    "slice": "index",
    "targets": "target",
}


def _label(path: Sequence[str]) -> list[str]:
    """Join the index of an item to the name of its list: "args", "0" is "argument 1"."""
    labels: list[str] = []
    for part in path:
        if part.isdigit():
            known = labels.pop() if labels else "statement"
            labels.append(f"{_ITEM_LABELS.get(known, known)} {int(part) + 1}")
        else:
            labels.append(part)
    return labels


def _describe(value: Value) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, tuple):
        return (
            f"`{', '.join(_describe(item).strip('`') for item in value)}`" if value else "nothing"
        )
    text = as_written(code_of(value) if is_node(value) else str(value))
    first, *more = text.splitlines() or [""]
    return f"`{first} ...`" if more else f"`{first}`"
