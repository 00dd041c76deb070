"""One page with the results of a speedrun: times, losses, scores, a chat, and pictures.

It is a file of HTML that needs nothing else: the pictures are drawn into it.
"""

import html
import io
import json
from pathlib import Path

from nanochat.base_dir import write_atomically
from nanochat.checkpoint import get_run_dir
from nanochat.run_log import LOG_FILE, duration, read_log

RUNS = {"base": "Base model", "mid": "Midtraining", "sft": "Tuning", "rl": "Reinforcement"}
MEASURES = {
    "val_bpb": "validation text, bits per byte",
    "val_loss": "new answers, nats per token",
    "reward": "sampled answers that are right",
    "accuracy": "two-digit sums that are right",
}
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; } td, th { padding: .2rem .8rem; text-align: right; }
td:first-child, th:first-child { text-align: left; padding-left: 0; }
tr { border-bottom: 1px solid #ddd; } svg { max-width: 100%; height: auto; }
.user { color: #555; }
"""


def write_results_page(path: Path, preset: str, stages):
    """Write the page of the runs in the base folder.

    Args:
        path: where to.
        preset: with which they were made.
        stages: {stage: {"wall_seconds", "cpu_seconds"}}; that of the chat also has "chat", a list
            of (question, answer).

    Returns:
        `path`.
    """
    logs = {run: read_log(get_run_dir(run) / LOG_FILE) for run in RUNS}
    scores = read_scores(get_run_dir("rl") / "scores.json")
    pictures = [picture for picture in (losses_picture(logs), scores_picture(scores)) if picture]
    parts = [
        f"<h1>Speedrun, preset {html.escape(preset)}</h1>",
        "<h2>Chat</h2>", *chat_lines(stages),
        "<h2>Scores on questions that are in no training data</h2>", scores_table(scores),
        "<h2>Losses</h2>", losses_table(logs),
        *(pictures or ["<p>No pictures: matplotlib is not installed.</p>"]),
        "<h2>Times</h2>", times_table(stages),
    ]
    page = (f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Speedrun</title>\n'
            f"<style>{STYLE}</style>\n" + "\n".join(parts) + "\n</html>\n")
    write_atomically(path, page.encode())
    return path


def read_scores(path: Path):
    """The scores that chat_eval wrote, as {task: {"right", "total"}}."""
    return json.loads(path.read_bytes())["scores"]


def last_measures(records):
    """The value that each of the MEASURES has at the end of a log, by name."""
    latest = {}
    for record in records:
        latest.update({name: record[name] for name in MEASURES if name in record})
    return latest


# -----------------------------------------------------------------------------
# Words and tables

def table(head, rows):
    """An HTML table of strings."""
    def line(tag, cells):
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells)

    return "\n".join(["<table>", line("th", head), *(line("td", row) for row in rows), "</table>"])


def chat_lines(stages):
    """The chat, as paragraphs."""
    for question, answer in stages.get("chat", {}).get("chat", []):
        yield f'<p class="user">&gt; {html.escape(question)}</p>\n<p>{html.escape(answer)}</p>'


def scores_table(scores):
    """How many questions of each task were answered rightly."""
    rows = [
        (name, str(score["right"]), str(score["total"]), f"{score['right'] / score['total']:.1%}")
        for name, score in scores.items()
    ]
    return table(("task", "right", "of", "accuracy"), rows)


def losses_table(logs):
    """What was measured at the end of each stage."""
    rows = [
        (RUNS[run], MEASURES[name], f"{value:.4f}")
        for run, records in logs.items() for name, value in last_measures(records).items()
    ]
    return table(("stage", "measure", "at the end"), rows)


def times_table(stages):
    """How long each stage took, and all together."""
    rows = [
        (stage, duration(times["wall_seconds"]), duration(times["cpu_seconds"]))
        for stage, times in stages.items()
    ]
    wall, cpu = (sum(times[name] for times in stages.values())
                 for name in ("wall_seconds", "cpu_seconds"))
    return table(("stage", "time", "time of all cores"),
                 [*rows, ("together", duration(wall), duration(cpu))])


# -----------------------------------------------------------------------------
# Pictures, as SVG; None without matplotlib

def losses_picture(logs):
    """The losses of the stages side by side, and the rewards of the last."""
    figure = _figure(10, 3.2)
    if figure is None:
        return None
    panels = figure.subplots(1, len(logs))
    for axes, (run, records) in zip(panels, logs.items(), strict=True):
        for name in ("loss", *MEASURES):
            points = [(record["step"], record[name]) for record in records if name in record]
            if points:
                axes.plot(*zip(*points, strict=True), marker=".", label=name.replace("_", " "))
                axes.legend(fontsize=8)
        axes.set(title=RUNS[run], xlabel="steps", ylim=(0, None))
    return _as_svg(figure)


def scores_picture(scores):
    """A bar for every task."""
    figure = _figure(7, 0.4 * len(scores) + 0.8)
    if figure is None:
        return None
    axes = figure.subplots()
    names = list(scores)
    axes.barh(names, [100 * scores[name]["right"] / scores[name]["total"] for name in names])
    axes.invert_yaxis()
    axes.set(xlim=(0, 100), xlabel="right, in percent")
    return _as_svg(figure)


def _figure(width: float, height: float):
    """An empty figure of so many inches; None without matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return None
    return Figure(figsize=(width, height), layout="constrained")


def _as_svg(figure):
    """A figure as an element of HTML."""
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    _, element, rest = file.getvalue().partition("<svg")
    return element + rest
