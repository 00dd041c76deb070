"""A file that a server sends from its beginning takes the place of the part that was there."""

import io
import random
from unittest.mock import patch

MATCHES_CLEAN = ("content", "held", "rest_sent", "all_sent")


class Answer(io.BytesIO):
    """What a server answers: a status, headers, and content."""

    def __init__(self, status, content):
        super().__init__(content)
        self.status = status
        self.headers = {"Content-Length": str(len(content))}


def fetched(content, held, honours_ranges):
    """What lies on disk after a part of a file was there and the rest of it was asked for."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from nanochat.download import Patience, fetch_shard

    def answer(request, **_):
        start = int(
            request.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-")
        )
        return Answer(206, content[start:]) if honours_ranges else Answer(200, content)

    with TemporaryDirectory() as folder, patch("urllib.request.urlopen", answer):
        path = Path(folder, "shard.parquet")
        path.with_name("shard.parquet.partial").write_bytes(content[:held])
        fetch_shard("http://server/shard.parquet", path, patience=Patience(attempts=1))
        return path.read_bytes()


def observe(seed):
    """Go on with a shard at a server that sends the rest, and at one that sends everything."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = random.Random(seed)
    file = io.BytesIO()
    pq.write_table(pa.table({"text": [f"document {rng.random()}" for _ in range(50)]}), file)
    content = file.getvalue()
    held = rng.randint(1, len(content) - 1)
    return {
        "content": content,
        "held": held,
        "rest_sent": fetched(content, held, honours_ranges=True),
        "all_sent": fetched(content, held, honours_ranges=False),
    }


def test_the_rest_is_put_behind_the_part(observed):
    """Where the server begins where it was asked to."""
    assert observed["rest_sent"] == observed["content"]


def test_the_whole_takes_the_place_of_the_part(observed):
    """Where the server begins anew."""
    found, sent = len(observed["all_sent"]), len(observed["content"])
    assert found == sent, f"{observed['held']} bytes were there, {sent} were sent, {found} are kept"
    assert observed["all_sent"] == observed["content"]
