"""Comments beside an edit: the one that it rewrites, and those whose column it keeps."""

from collections.abc import Iterator, Sequence

from mutations.language.edit import Edit
from mutations.language.errors import InvalidEdit
from mutations.language.replacement import Replacement
from mutations.language.tree import Span, Tree


def rewrite_comment(
    tree: Tree, edit: Edit, replacements: tuple[Replacement, ...], text: str
) -> Replacement:
    """Give the replacement that makes a comment say something else, or takes it away.

    The comment is the one at the end of the edited line; else, of the statement's last line; else
    the lines of comment right above the statement. Raises InvalidEdit if there is none.
    """
    trailing = _trailing(tree, edit, replacements)
    if trailing is not None:
        return _replace_trailing(tree, trailing, text)
    statement = tree.statement_of(edit.anchor)
    first, last = tree.first_line_with_comment(statement), tree.line(statement) - 1
    if first > last:
        raise InvalidEdit(
            f"{tree.target}: no comment belongs to line {last + 1}: "
            f"`{tree.lines.source(last + 1).strip()}`. Leave `comment` out."
        )
    return _replace_block(tree, first, last, text)


def _trailing(tree: Tree, edit: Edit, replacements: tuple[Replacement, ...]) -> Span | None:
    """Find the comment that ends a line of the edit and that the edit leaves alone."""
    statement = tree.statement_of(edit.anchor)
    edited = tree.span(edit.anchor)
    own_end = tree.header_span(statement) if tree.is_compound(statement) else tree.span(statement)
    if edit.anchor is statement:
        edited = own_end
    line_of = tree.lines.line_of
    wanted = [line_of(edited.stop), *range(line_of(edited.start), line_of(own_end.stop) + 1)]
    comments = {
        line_of(comment.start): comment
        for comment in tree.comments()
        if not tree.lines.opens_line(comment.start)
        and not any(r.start <= comment.start < r.stop for r in replacements)
    }
    return next((comments[line] for line in wanted if line in comments), None)


def _replace_trailing(tree: Tree, span: Span, text: str) -> Replacement:
    if "\n" in text.strip():
        raise InvalidEdit(
            f"{tree.target}: the comment of line {tree.lines.line_of(span.start)} stands at the "
            "line's end, the new one has several lines. Write one line."
        )
    if text.strip():
        return Replacement(*span, _hash(text))
    before = tree.text[: span.start].rstrip(" \t")
    return Replacement(len(before), span.stop, "")


def _replace_block(tree: Tree, first: int, last: int, text: str) -> Replacement:
    lines = tree.lines
    if not text.strip():
        return Replacement(lines.start(first), lines.start(last + 1), "")
    indent = lines.indent_of(lines.start(first))
    written = f"{lines.newline}{indent}".join(map(_hash, text.strip().splitlines()))
    return Replacement(lines.start(first) + len(indent), lines.end(last), written)


def _hash(line: str) -> str:
    return f"# {line.strip().removeprefix('#').strip()}".rstrip()


def keep_columns(tree: Tree, replacements: Sequence[Replacement]) -> Iterator[Replacement]:
    """Yield the white space that lets comments at line ends stay in their column.

    In a column of comments the one that has moved would point at the edit.
    """
    for span in tree.comments():
        line = tree.lines.line_of(span.start)
        start = tree.lines.start(line)
        edits = [r for r in replacements if start <= r.start < span.start]
        gap = span.start - len(tree.text[start : span.start].rstrip(" ")) - start
        in_line = all(r.stop <= span.start - gap and "\n" not in r.text for r in edits)
        if edits and in_line and _is_in_column(tree, line, gap):
            grown = sum(len(r.text) - (r.stop - r.start) for r in edits)
            yield Replacement(span.start - gap, span.start, " " * max(2, gap - grown))


def _is_in_column(tree: Tree, line: int, gap: int) -> bool:
    """Tell whether a comment was set to a column: by space before it, or by its neighbours."""
    columns = {}
    for comment in tree.comments():
        number = tree.lines.line_of(comment.start)
        columns[number] = comment.start - tree.lines.start(number)
    neighbours = (columns.get(line - 1), columns.get(line + 1))
    return gap > 2 or (gap == 2 and columns[line] in neighbours)
