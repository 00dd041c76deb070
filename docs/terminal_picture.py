"""A screen of a terminal, with its colours, as an SVG that needs no font of its own.

Every run of text says how wide it is, so that columns stay columns in any monospaced font.
"""

from html import escape
from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

CELL_WIDTH, ROW_HEIGHT, FONT_SIZE, MARGIN = 8, 18, 13, 14
BACKGROUND, FRAME = "#16191d", "#6b7480"
FOREGROUND, FAINT = "#e4e7eb", "#a3acb8"
COLOURS = {1: "#ff8f88", 2: "#7fd68a", 3: "#e8c46a", 6: "#74d3e4"}  # red, green, yellow, cyan
FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
FRAGMENT = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">
<title>{title}</title>
<rect width="{inside}" height="{tall}" x=".5" y=".5" rx="6" fill="{background}" stroke="{frame}"/>
<g font-family="{fonts}" font-size="{size}" fill="{foreground}">
{texts}
</g>
</svg>
"""


def svg(screen, title, *, columns=80):
    """Return the picture of a screen, which is text with the escape codes of a terminal."""
    rows = Text.from_ansi(screen).split("\n", allow_blank=True)
    texts = [text for number, row in enumerate(rows) for text in _texts(row, number)]
    width = columns * CELL_WIDTH + 2 * MARGIN
    height = len(rows) * ROW_HEIGHT + 2 * MARGIN
    return FRAGMENT.format(
        width=width,
        height=height,
        inside=width - 1,
        tall=height - 1,
        title=escape(title),
        background=BACKGROUND,
        frame=FRAME,
        fonts=FONTS,
        size=FONT_SIZE,
        foreground=FOREGROUND,
        texts="\n".join(texts),
    )


def _texts(row, number):
    """Yield an element for each run of one style in a row."""
    column = 0
    for text, style, _ in row.render(Console(file=StringIO()), end=""):
        if text.strip():
            x, y = MARGIN + column * CELL_WIDTH, MARGIN + number * ROW_HEIGHT + FONT_SIZE
            place = f'x="{x}" y="{y}" textLength="{cell_len(text) * CELL_WIDTH}"'
            kept = escape(text, quote=False).replace(" ", "\N{NO-BREAK SPACE}")
            yield f"<text {place}{_attributes(style)}>{kept}</text>"
        column += cell_len(text)


def _attributes(style):
    colour = COLOURS.get(style.color.number) if style and style.color else None
    if style and style.dim:
        colour = FAINT
    fill = f' fill="{colour}"' if colour else ""
    return fill + (' font-weight="bold"' if style and style.bold else "")
