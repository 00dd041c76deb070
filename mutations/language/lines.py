"""Lines of a source text as Python counts them, which ``str.splitlines`` does not."""

import re
from bisect import bisect_right
from functools import lru_cache

_NEWLINE = re.compile(r"\r\n|\r|\n")
_REST_OF_LINE = re.compile(r"[ \t\f]*(#[^\r\n]*)?(?=\r|\n|\Z)")
_SEMICOLON = re.compile(r"[ \t\f]*;")
_INDENT = re.compile(r"[ \t\f]*")


class Lines:
    """Line starts of a text; lines count from 1, offsets are characters from 0."""

    def __init__(self, text: str) -> None:
        self.text = text
        newlines = list(_NEWLINE.finditer(text))
        self._starts = [0, *(newline.end() for newline in newlines)]
        self._ends = [*(newline.start() for newline in newlines), len(text)]
        self.newline = newlines[0].group() if newlines else "\n"

    def line_of(self, offset: int) -> int:
        """Give the line on which a character stands."""
        return bisect_right(self._starts, offset)

    def start(self, line: int) -> int:
        """Give the offset of a line's first character, or the text's end behind the last line."""
        return self._starts[line - 1] if line <= len(self._starts) else len(self.text)

    def end(self, line: int) -> int:
        """Give the offset behind a line's last character, its newline not counted."""
        return self._ends[line - 1]

    def source(self, line: int) -> str:
        """Give a line's text without its newline."""
        return self.text[self.start(line) : self.end(line)]

    def indent_of(self, offset: int) -> str:
        """Give the white space that opens the line of a character."""
        match = _INDENT.match(self.source(self.line_of(offset)))
        return match.group() if match else ""

    def opens_line(self, offset: int) -> bool:
        """Tell whether only white space stands before a character on its line."""
        return not self.text[self.start(self.line_of(offset)) : offset].strip(" \t\f")

    def end_of_semicolon(self, offset: int) -> int:
        """Give the offset behind the semicolon that follows a token, or else behind the token."""
        match = _SEMICOLON.match(self.text, offset)
        return match.end() if match else offset

    def closes_line(self, offset: int) -> bool:
        """Tell whether only white space and a comment stand behind the end of a token."""
        return _REST_OF_LINE.match(self.text, offset) is not None


@lru_cache(maxsize=16)
def lines_of(text: str) -> Lines:
    """Index the lines of a text; the last few texts are remembered."""
    return Lines(text)
