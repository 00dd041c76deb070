"""An impact as a picture: the clean code and the code with the bug, in one pair of axes.

The only stage that knows matplotlib, which comes with the extra ``plot``. Lines differ in dashes
and markers as well as in colour (blue and vermilion of Okabe and Ito, told apart by everyone).
"""

from __future__ import annotations

import io
import textwrap
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from bughunt.errors import EnvironmentProblem, WorkspaceError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from bughunt.measuring.impact import Impact, Side

FORMATS = (".png", ".svg", ".pdf")
_CLEAN, _BUGGED = "#0072B2", "#D55E00"
_SIZE = (6.4, 4.0)  # inches
_DPI = 90
_TITLE_WIDTH = 84  # characters
_LOW = 0.15  # part of the height at which a run without a value is marked: curves end higher
_MARKERS = 12  # about as many as are drawn on a line


def check_destination(file: Path) -> None:
    """Raise before the work if the picture could not be drawn, or not be written, afterwards.

    Raises:
        EnvironmentProblem: matplotlib is missing, or the system does not let us write.
        WorkspaceError: the name or the folder is wrong.

    """
    if find_spec("matplotlib") is None:
        text = "matplotlib is missing, which draws pictures. Run: pip install 'bughunt[plot]'"
        raise EnvironmentProblem(text)
    if file.suffix not in FORMATS:
        text = f"{file}: is no name of a picture. End it with one of {', '.join(FORMATS)}."
        raise WorkspaceError(text)
    if not file.parent.is_dir():
        raise WorkspaceError(f"{file}: there is no folder {file.parent}. Make it first.")
    try:
        with file.open("ab"):
            pass
        if not file.stat().st_size:
            file.unlink()
    except OSError as error:
        raise _unwritable(file, error) from error


def draw(impact: Impact, file: Path) -> None:
    """Draw the measure that tells most.

    Raises:
        EnvironmentProblem: when the system does not let us write.

    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    measure = impact.telling
    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.subplots()
    _curve(axes, impact.clean, measure, color=_CLEAN, label="clean", style="-o")
    _curve(axes, impact.bugged, measure, color=_BUGGED, label="with the bug", style="--s")
    axes.set_title(textwrap.fill(impact.symptom, _TITLE_WIDTH), fontsize=9.5, loc="left")
    axes.set_xlabel(impact.axis)
    axes.set_ylabel(textwrap.fill(impact.measures[measure], 44))
    axes.set_xlim(left=-0.02 * impact.steps, right=1.02 * impact.steps)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.margins(y=0.1)
    if all(value >= 0 for _, value in impact.clean.curve(measure)):
        axes.set_ylim(bottom=0)
    _crash(axes, impact.bugged, measure)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=9)

    content = io.BytesIO()
    figure.savefig(content, format=file.suffix[1:], dpi=_DPI)
    try:
        file.write_bytes(content.getvalue())
    except OSError as error:
        raise _unwritable(file, error) from error


def _curve(axes: Axes, side: Side, measure: str, *, color: str, label: str, style: str) -> None:
    """Draw one side; its markers are hollow, so that a line below still shows."""
    curve = side.curve(measure)
    if not curve:
        return
    steps, values = zip(*curve, strict=True)
    axes.plot(
        steps,
        values,
        style,
        color=color,
        label=label,
        linewidth=1.8,
        markersize=5,
        markerfacecolor="white" if style.startswith("--") else color,
        markevery=max(1, len(curve) // _MARKERS),
        clip_on=False,
        zorder=3,
    )


def _crash(axes: Axes, side: Side, measure: str) -> None:
    """Mark where a run ended before its time, and why."""
    if side.crash is None:
        return
    curve = side.curve(measure)
    height = curve[-1][1] if curve else _LOW * axes.get_ylim()[1]
    axes.plot(
        [side.crash.step], [height], "X", color=_BUGGED, markersize=13, label="with the bug",
        clip_on=False, zorder=4,
    )  # fmt: skip
    axes.annotate(
        f"{side.crash.exception} at step {side.crash.step}",
        (side.crash.step, height),
        xytext=(14, 0),
        textcoords="offset points",
        va="center",
        color=_BUGGED,
        weight="bold",
    )


def _unwritable(file: Path, error: OSError) -> EnvironmentProblem:
    return EnvironmentProblem(f"{file}: cannot be written: {error.strerror}. Choose another --out.")
