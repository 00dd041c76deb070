"""Which places of a target a pattern means: exactly one, unless the edit says otherwise."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from msgspec import Struct

from mutations.language.errors import AmbiguousMatch, NoMatch, PatternError
from mutations.language.matcher import Bindings, Matcher
from mutations.language.pattern import Pattern, parse_pattern, run_metavariable
from mutations.language.syntax import Node
from mutations.language.tree import Span, Tree

_NEAR = 0.5  # similarity, from 0 to 1, of source texts that are worth showing
_SHOWN = 8


class Site(Struct, frozen=True):
    """A place where a pattern matches: one expression, or statements that follow each other."""

    nodes: tuple[Node, ...]
    bindings: Bindings

    @property
    def node(self) -> Node:
        """The expression, or the first statement."""
        return self.nodes[0]

    def span(self, tree: Tree) -> Span:
        """Give the characters of the place."""
        return Span(tree.span(self.nodes[0]).start, tree.span(self.nodes[-1]).stop)


def expression_sites(tree: Tree, pattern: Pattern) -> list[Site]:
    """List the expressions that match, in source order, outer ones first."""
    if pattern.expression is None:
        raise PatternError(f"pattern `{pattern.source}` is no expression. Write an expression.")
    return [
        Site((node,), ways[0])
        for node in tree.expressions
        if (ways := Matcher().match(pattern.expression, node, {}))
    ]


def statement_sites(tree: Tree, pattern: Pattern) -> list[Site]:
    """List the statements, or runs of them, that match, in source order."""
    if run_metavariable(pattern.nodes[0]) or run_metavariable(pattern.nodes[-1]):
        raise PatternError(
            f"pattern `{pattern.source}`: a run of statements cannot begin or end with $$$. "
            "Leave it out: matches are looked for everywhere in a block."
        )
    found = [
        site
        for block in tree.blocks
        for start in range(len(block.statements))
        if (site := _statement_site(pattern, block.statements[start:])) is not None
    ]
    return sorted(found, key=lambda site: site.span(tree))


def _statement_site(pattern: Pattern, statements: tuple[Node, ...]) -> Site | None:
    first = statements[0]
    if pattern.header:
        ways = Matcher().match(pattern.nodes[0], first, {}, blocks_of=first)
        return Site((first,), ways[0]) if ways else None
    ends = Matcher().match_run(pattern.nodes, statements, {})
    if not ends:
        return None
    stop, bindings = min(ends, key=lambda end: end[0])
    return Site(statements[:stop], bindings)


class Choice(Struct, frozen=True):
    """Which of several matches an edit means, as its fields `nth`, `count` and `within` say."""

    nth: int | None = None
    count: int | None = None
    within: str | None = None

    def choose(self, tree: Tree, source: str, *, statements: bool) -> tuple[Site, ...]:
        """Choose the places of a pattern.

        Raises NoMatch with the nearest misses, AmbiguousMatch with all hits.
        """
        pattern = parse_pattern(source)
        region = self._region(tree)
        hits = [hit for hit in _sites(tree, pattern, statements) if _inside(hit.span(tree), region)]
        if not hits:
            raise NoMatch(_no_match(tree, pattern, statements, self.within))
        if self.count is not None and len(hits) != self.count:
            advice = f"Correct `count: {self.count}` or the pattern."
            raise AmbiguousMatch(_ambiguous(tree, source, hits, advice))
        if self.nth is not None:
            if not 1 <= self.nth <= len(hits):
                advice = f"`nth: {self.nth}` is none of them; nth counts from 1."
                raise AmbiguousMatch(_ambiguous(tree, source, hits, advice))
            return (hits[self.nth - 1],)
        if len(hits) > 1 and self.count is None:
            advice = f"Add `nth`, from 1 to {len(hits)}, or `count: {len(hits)}` to edit them all."
            raise AmbiguousMatch(_ambiguous(tree, source, hits, advice))
        return tuple(hits)

    def _region(self, tree: Tree) -> Span:
        if self.within is None:
            return Span(0, len(tree.text))
        pattern = parse_pattern(self.within)
        statements = pattern.expression is None
        hits = _sites(tree, pattern, statements)
        if not hits:
            raise NoMatch(_no_match(tree, pattern, statements, None, "within"))
        if len(hits) > 1:
            advice = "Write more of the code around, so that one place is left."
            raise AmbiguousMatch(_ambiguous(tree, self.within, hits, advice, "within"))
        return hits[0].span(tree)


def _sites(tree: Tree, pattern: Pattern, statements: bool) -> list[Site]:
    return statement_sites(tree, pattern) if statements else expression_sites(tree, pattern)


def _inside(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.stop <= outer.stop


def _ambiguous(
    tree: Tree, source: str, hits: Sequence[Site], advice: str, name: str = "pattern"
) -> str:
    times = "1 place" if len(hits) == 1 else f"{len(hits)} places"
    shown = "".join(f"\n  {_place(tree, hit.node)}" for hit in hits[:_SHOWN])
    more = f"\n  ... and {len(hits) - _SHOWN} more" if len(hits) > _SHOWN else ""
    return f"{name} `{_short(source)}` matches {times} in {tree.target}:{shown}{more}\n{advice}"


def _no_match(
    tree: Tree, pattern: Pattern, statements: bool, within: str | None, name: str = "pattern"
) -> str:
    region = f" inside `{_short(within)}`" if within else ""
    message = f"{name} `{_short(pattern.source)}` matches nothing in {tree.target}{region}."
    misses = list(_near_misses(tree, pattern, statements))
    if not misses:
        return f"{message} Nothing there looks like it; check the target and the pattern."
    return f"{message} Nearest:" + "".join(f"\n  {miss}" for miss in misses)


def _near_misses(tree: Tree, pattern: Pattern, statements: bool) -> Iterator[str]:
    """Describe the three candidates whose text is closest to the pattern's."""
    candidates = [s for b in tree.blocks for s in b.statements] if statements else tree.expressions
    wanted = pattern.expression if not statements else pattern.nodes[0]
    first = pattern.source.strip().split("\n", 1)[0]
    ranked = []
    for order, node in enumerate(candidates):
        text = tree.source(node).split("\n", 1)[0]
        near = SequenceMatcher(None, first, text, autojunk=False).ratio()
        if near >= _NEAR or type(node) is type(wanted):
            ranked.append((near + (type(node) is type(wanted)) / 4, -order, node))
    for _, _, node in sorted(ranked, reverse=True)[:3]:
        yield f"{_place(tree, node)}{_first_difference(pattern, node, statements)}"


def _first_difference(pattern: Pattern, node: Node, statements: bool) -> str:
    wanted = pattern.nodes[0] if statements or pattern.expression is None else pattern.expression
    matcher = Matcher()
    matcher.match(wanted, node, {}, blocks_of=node if pattern.header else None)
    if matcher.difference is None:
        return ": what follows differs" if len(pattern.nodes) > 1 else ": outside the place"
    return f": {matcher.difference}"


def _place(tree: Tree, node: Node) -> str:
    return f"line {tree.line(node)}: `{_short(tree.source(node))}`"


def _short(source: str) -> str:
    first, *more = source.strip().splitlines() or [""]
    return f"{first} ..." if more else first
