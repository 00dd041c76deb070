"""A file that arrives in two parts.

The connection broke when a third of a shard had arrived, and the download goes on. One server sends
what is missing; the other one cannot do that, and sends the file from its beginning. Each dot is a
piece of the file that is kept in the end: where it stands, and where it stood on the server.

A file that is kept as it was is a straight line to the corner. Try other places to break off.
"""

import io

PIECE = 256  # bytes


class Answer(io.BytesIO):
    """What a server answers: a status, headers, and content."""

    def __init__(self, status, content):
        super().__init__(content)
        self.status = status
        self.headers = {"Content-Length": str(len(content))}


def experiment(seed, part=1 / 3):
    """Return for each server the origins of the pieces that are kept."""
    import random

    import pyarrow as pa
    import pyarrow.parquet as pq

    file, rng = io.BytesIO(), random.Random(seed)
    pq.write_table(pa.table({"text": [rng.randbytes(16).hex() for _ in range(400)]}), file)
    content = file.getvalue()
    held = int(part * len(content)) // PIECE * PIECE
    kept = {
        "the server sends the rest": fetched(content, held, whole=False),
        "the server starts over": fetched(content, held, whole=True),
    }
    return {
        "size": len(content),
        "held": held,
        "kept": {name: len(found) for name, found in kept.items()},
        "origins": {
            name: [content.find(found[at : at + PIECE]) for at in range(0, len(found), PIECE)]
            for name, found in kept.items()
        },
    }


def fetched(content, held, *, whole):
    """Return what is kept of a file of which the first bytes were there."""
    import contextlib
    from pathlib import Path
    from tempfile import TemporaryDirectory
    from unittest.mock import patch

    from nanochat.download import Patience, fetch_shard

    def answer(request, **_):
        start = int(request.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        return Answer(200, content) if whole else Answer(206, content[start:])

    with TemporaryDirectory() as folder:
        path = Path(folder, "shard.parquet")
        path.with_name("shard.parquet.partial").write_bytes(content[:held])
        with patch("urllib.request.urlopen", answer), contextlib.redirect_stderr(io.StringIO()):
            fetch_shard("http://server/shard.parquet", path, patience=Patience(attempts=1))
        return path.read_bytes()


def picture(data):
    """Draw the pieces, a panel for each server."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3), layout="constrained")
    size, longest = data["size"], max(data["kept"].values())
    panels = figure.subplots(1, 2, sharey=True)
    for axes, (name, origins) in zip(panels, data["origins"].items(), strict=True):
        for bytes_there, style in ((data["held"], ":"), (size, "--")):
            axes.axvline(bytes_there, color="black", linestyle=style, linewidth=1)
        axes.axhline(size, color="black", linestyle="--", linewidth=1)
        axes.plot(range(0, PIECE * len(origins), PIECE), origins, ".", color="#0072B2")
        axes.set_title(f"{name}: {data['kept'][name]:,} bytes are kept", fontsize=9)
        axes.set(xlabel="byte of the file that is kept", xlim=(0, 1.05 * longest))
    panels[0].set_ylabel("byte of the file on the server")
    panels[0].text(data["held"], 0, " the connection broke", fontsize=8)
    panels[0].text(0, size, f" {size:,} bytes on the server", fontsize=8, va="bottom")
    panels[0].set_ylim(-0.05 * size, 1.15 * size)
    return figure
