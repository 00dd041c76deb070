"""Moving lines to another indentation without touching what stands in strings."""

import io
import tokenize

_STRING_TOKENS = {
    number
    for number, name in tokenize.tok_name.items()
    if name in ("STRING", "FSTRING_MIDDLE", "TSTRING_MIDDLE")
}


def reindent(text: str, old: str, new: str) -> str:
    """Move the lines after the first from one indentation to another, but not text in strings."""
    lines = text.splitlines(keepends=True)
    if len(lines) < 2 or old == new:
        return text
    frozen = _lines_in_strings(old + text)
    return lines[0] + "".join(
        new + line[len(old) :]
        if number not in frozen and line.strip() and line.startswith(old)
        else line
        for number, line in enumerate(lines[1:], start=2)
    )


def dedent(text: str) -> str:
    """Move lines to the left margin, as far as the first one is from it."""
    indent = text[: len(text) - len(text.lstrip(" \t"))]
    return reindent(text[len(indent) :], indent, "")


def _lines_in_strings(text: str) -> set[int]:
    inside: set[int] = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type in _STRING_TOKENS:
                inside.update(range(token.start[0] + 1, token.end[0] + 1))
    except (tokenize.TokenError, IndentationError):  # an expression's lines, cut out of brackets
        return inside
    return inside
