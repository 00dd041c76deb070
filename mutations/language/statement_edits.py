"""Changes to statements, and to the lines on which they stand."""

from collections.abc import Sequence

import libcst as cst

from mutations.language.edit import Edit
from mutations.language.errors import InvalidEdit, PatternError
from mutations.language.indentation import reindent
from mutations.language.matcher import Graft
from mutations.language.pattern import Pattern
from mutations.language.replacement import Replacement
from mutations.language.search import Site
from mutations.language.syntax import Node
from mutations.language.template import (
    fill,
    grafts_of,
    is_filled_by,
    parse_template,
    statements_in,
)
from mutations.language.tree import Span, Tree

_Placed = dict[Node, tuple[Graft, ...]]


class StatementEdits:
    """What can be done to statements of a target."""

    tree: Tree

    def rewrite(self, site: Site, template: str) -> Edit:
        """Put statements in place of others, or a header in place of a header.

        As many statements as before are written one by one, so that the comments between them
        stay and statements that do not change are not touched.
        """
        parsed = parse_template(template, site.bindings)
        if parsed.header:
            return self._rewrite_header(site, parsed)
        grafts = grafts_of(parsed, site.bindings)
        tree: _Placed = dict.fromkeys(site.nodes, ())
        tree[site.node] = grafts
        one_by_one = statements_in(parsed)
        places = tuple(Site((node,), site.bindings) for node in site.nodes)
        if len(one_by_one) != len(places):
            one_by_one, places = (parsed,), (site,)
        replacements = tuple(
            self._rewrite_one(place, piece)
            for place, piece in zip(places, one_by_one, strict=True)
            if len(places) == 1 or not is_filled_by(piece, place.node, site.bindings)
        )
        return Edit((replacements,), tree, site.node)

    def _rewrite_one(self, site: Site, template: Pattern) -> Replacement:
        text = self._indented(fill(template, site.bindings, self.tree), site.node)
        return Replacement(*site.span(self.tree), text)

    def _rewrite_header(self, site: Site, parsed: Pattern) -> Edit:
        statement, header = site.node, parsed.nodes[0]
        if type(statement) is not type(header):
            raise PatternError(
                f"`{parsed.source}` heads another kind of statement than "
                f"`{self.tree.source(statement).splitlines()[0]}`. Write both statements in full."
            )
        text = fill(parsed, site.bindings, self.tree).removesuffix(" pass")
        span = self.tree.header_span(statement)
        graft = Graft(header, site.bindings, blocks_of=statement)
        return Edit(((Replacement(*span, text),),), {statement: (graft,)}, statement)

    def remove(self, site: Site) -> Edit:
        """Take statements away with the comment at their line's end; `pass` replaces a whole block.

        Comments and blank lines above them stay.
        """
        block = self.tree.block_of(site.node)
        tree: _Placed = dict.fromkeys(site.nodes, ())
        if len(site.nodes) == len(block.statements):
            tree[site.node] = (Graft(cst.Pass()),)
            replacement = Replacement(*self._with_comment(site), "pass")
        else:
            replacement = Replacement(*self._removed_span(site, block.statements), "")
        return Edit(((replacement,),), tree, site.node)

    def insert(self, site: Site, template: str, *, after: bool) -> Edit:
        """Put statements before a site and the comment above it, or after it."""
        parsed = parse_template(template, site.bindings)
        text = fill(parsed, site.bindings, self.tree)
        return self._insert(site, text, grafts_of(parsed, site.bindings), after=after)

    def move(self, site: Site, anchor: Site, *, after: bool) -> Edit:
        """Take statements away and put them before or after others, which may be around them."""
        self._check_apart(anchor, site, may_hold=True)
        start, stop = self._with_comment(site)
        text = reindent(self.tree.text[start:stop], self.tree.lines.indent_of(start), "")
        removal = self.remove(site)
        insertion = self._insert(anchor, text, tuple(map(Graft, site.nodes)), after=after)
        return Edit(
            ((*removal.texts[0], *insertion.texts[0]),),
            {**removal.tree, **insertion.tree},
            site.node,
        )

    def swap(self, site: Site, other: Site) -> Edit:
        """Exchange statements; a comment at the end of a line goes with its statement."""
        self._check_apart(site, other)
        whole = all(self._closes_line(place) for place in (site, other))
        pairs = []
        tree: _Placed = {}
        for here, there in ((site, other), (other, site)):
            span = self._with_comment(here) if whole else here.span(self.tree)
            start, stop = self._with_comment(there) if whole else there.span(self.tree)
            text = reindent(self.tree.text[start:stop], self.tree.lines.indent_of(start), "")
            pairs.append(Replacement(*span, self._indented(text, here.node)))
            tree.update(dict.fromkeys(here.nodes, ()))
            tree[here.node] = tuple(map(Graft, there.nodes))
        return Edit((tuple(pairs),), tree, site.node)

    # ---- text around statements

    def _insert(self, site: Site, text: str, grafts: Sequence[Graft], *, after: bool) -> Edit:
        lines, span = self.tree.lines, site.span(self.tree)
        text = self._indented(text, site.node)
        edge = site.nodes[-1] if after else site.node
        if not (lines.opens_line(span.start) and lines.closes_line(span.stop)):
            point = span.stop if after else span.start
            inserted = f"; {text}" if after else f"{text}; "
        elif after:
            point = lines.start(lines.line_of(span.stop) + 1)
            inserted = f"{lines.indent_of(span.start)}{text}{lines.newline}"
            if not self.tree.text[:point].endswith(("\n", "\r")):
                inserted = f"{lines.newline}{inserted.removesuffix(lines.newline)}"
        else:
            point = lines.start(self.tree.first_line_with_comment(site.node))
            inserted = f"{lines.indent_of(span.start)}{text}{lines.newline}"
        around = (Graft(edge), *grafts) if after else (*grafts, Graft(edge))
        return Edit(((Replacement(point, point, inserted),),), {edge: around}, site.node)

    def _indented(self, text: str, statement: Node) -> str:
        """Fit lines to a statement's block, and several statements into a block on one line."""
        block = self.tree.block_of(statement)
        if isinstance(block.suite, cst.SimpleStatementSuite):
            return "; ".join(line for line in text.splitlines() if line)
        indent = self.tree.lines.indent_of(self.tree.span(statement).start)
        return reindent(text, "", indent)

    def _closes_line(self, site: Site) -> bool:
        return self.tree.lines.closes_line(site.span(self.tree).stop)

    def _with_comment(self, site: Site) -> Span:
        """Give the characters of statements and of the comment at the end of their line."""
        span = site.span(self.tree)
        in_block = isinstance(
            self.tree.block_of(site.node).suite, cst.IndentedBlock | cst.Module
        ) and self._closes_line(site)
        if not in_block:
            return span
        lines = self.tree.lines
        return Span(span.start, lines.end(lines.line_of(span.stop)))

    def _removed_span(self, site: Site, statements: Sequence[Node]) -> Span:
        tree, lines = self.tree, self.tree.lines
        start, stop = site.span(tree)
        ended = lines.end_of_semicolon(stop)
        if lines.opens_line(start) and lines.closes_line(ended):
            return Span(lines.start(lines.line_of(start)), lines.start(lines.line_of(ended) + 1))
        first, last = statements.index(site.nodes[0]), statements.index(site.nodes[-1])
        if not lines.opens_line(start) and first > 0:
            return Span(tree.span(statements[first - 1]).stop, stop)
        if last + 1 < len(statements):
            return Span(start, tree.span(statements[last + 1]).start)
        return Span(start, stop)

    def _check_apart(self, site: Site, other: Site, *, may_hold: bool = False) -> None:
        one, two = site.span(self.tree), other.span(self.tree)
        apart = one.stop <= two.start or two.stop <= one.start
        holds = may_hold and one.start < two.start and two.stop <= one.stop
        if not (apart or holds):
            raise InvalidEdit(
                f"{self.tree.target}: the statements in lines {self.tree.line(site.node)} and "
                f"{self.tree.line(other.node)} are the same or lie in each other. "
                "Name two places that are apart."
            )
