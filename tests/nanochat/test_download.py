"""Downloads, from a server on this machine that misbehaves as it is told."""

import hashlib
import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nanochat.checksums import read_sums
from nanochat.download import Patience, download_shards
from nanochat.scripts import download as script

NAME = "shard_00000.parquet"


def shard_bytes():
    """A shard of some kilobytes."""
    file = io.BytesIO()
    pq.write_table(pa.table({"text": [f"document {i}" for i in range(2000)]}), file)
    return file.getvalue()


CONTENT = shard_bytes()
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Serves CONTENT, or whatever is next in the server's script: a status, or a cut."""

    def do_GET(self):
        """Answer one request, with a range if one is asked for."""
        self.server.ranges.append(self.headers.get("Range"))
        act = self.server.script.pop(0) if self.server.script else "all"
        if isinstance(act, int):
            self.send_error(act)
            return
        content = act if isinstance(act, bytes) else CONTENT
        start = int((self.headers.get("Range") or "bytes=0-")[6:-1])
        if start >= len(content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(content)}")
            self.end_headers()
            return
        start = 0 if act == "whole" else start
        body = content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if act == "cut" else body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def server():
    """A server in a thread; `script` says what it does, `ranges` what it was asked for."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.script, server.ranges, server.naps = [], [], []
        server.url = f"http://127.0.0.1:{server.server_port}/data/"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def download(server, folder, **settings):
    """Download the first shard, noting the pauses instead of making them."""
    patience = Patience(attempts=3, sleep=server.naps.append)
    download_shards([0], url=server.url, data_dir=folder, patience=patience, **settings)


def test_shard_arrives_whole_and_its_checksum_is_noted(server, tmp_path):
    """Nothing else is left in the folder."""
    download(server, tmp_path / "new", sums={NAME: DIGEST})
    assert (tmp_path / "new" / NAME).read_bytes() == CONTENT
    assert read_sums(tmp_path / "new") == {NAME: DIGEST}
    assert {path.name for path in (tmp_path / "new").iterdir()} == {NAME, "SHA256SUMS"}


def test_interrupted_transfer_is_continued_where_it_broke(server, tmp_path):
    """The second request asks for the rest only."""
    server.script = ["cut"]
    download(server, tmp_path, sums={NAME: DIGEST})
    assert (tmp_path / NAME).read_bytes() == CONTENT
    assert server.ranges == [None, f"bytes={len(CONTENT) // 2}-"]


def test_partial_file_of_an_earlier_run_is_continued(server, tmp_path):
    """What has arrived is not asked for again."""
    (tmp_path / f"{NAME}.partial").write_bytes(CONTENT[:1000])
    download(server, tmp_path)
    assert (tmp_path / NAME).read_bytes() == CONTENT
    assert server.ranges == ["bytes=1000-"]


def test_partial_file_that_is_complete_gets_its_name(server, tmp_path):
    """A run that was killed just before the end costs nothing."""
    (tmp_path / f"{NAME}.partial").write_bytes(CONTENT)
    download(server, tmp_path)
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_partial_file_longer_than_the_original_is_dropped(server, tmp_path):
    """The server's file is another one by now."""
    (tmp_path / f"{NAME}.partial").write_bytes(CONTENT + b"more")
    download(server, tmp_path)
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_server_that_ignores_ranges_is_read_from_the_start(server, tmp_path):
    """The whole file is not put behind the half that was there."""
    server.script = ["cut", "whole"]
    download(server, tmp_path)
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_server_errors_that_pass_are_waited_for(server, tmp_path):
    """The pauses double, and begin anew after a success in part."""
    server.script = [500, 503, "cut", 429]
    download(server, tmp_path)
    assert (tmp_path / NAME).read_bytes() == CONTENT
    assert server.naps == [1.0, 2.0, 1.0, 2.0]


def test_server_that_stays_broken_is_given_up(server, tmp_path):
    """As many attempts as were granted, and no shard."""
    server.script = [500] * 9
    with pytest.raises(ConnectionError, match=r"answered 500 .*, 3 times in a row"):
        download(server, tmp_path)
    assert len(server.ranges) == 3
    assert not (tmp_path / NAME).exists()


def test_missing_file_is_not_asked_for_twice(server, tmp_path):
    """404 does not pass by waiting."""
    server.script = [404]
    with pytest.raises(ConnectionError, match=r"shard_00000\.parquet: the server answered 404"):
        download(server, tmp_path)
    assert server.naps == []


def test_wrong_checksum_leaves_no_shard_behind(server, tmp_path):
    """Both sums are told, and the next run starts from nothing."""
    with pytest.raises(ValueError, match=rf"has SHA-256 {DIGEST}, not {'0' * 64}"):
        download(server, tmp_path, sums={NAME: "0" * 64})
    assert list(tmp_path.iterdir()) == []


def test_page_in_place_of_a_shard_is_not_taken_for_one(server, tmp_path):
    """A wrong address may answer 200."""
    server.script = [b"<html>log in first</html>"]
    with pytest.raises(ValueError, match=r"what arrived is not a shard. Check the address"):
        download(server, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_shard_that_is_there_is_not_downloaded_again(server, tmp_path):
    """Unless it has another checksum than it should."""
    (tmp_path / NAME).write_bytes(CONTENT)
    download(server, tmp_path, sums={NAME: DIGEST})
    assert server.ranges == []
    (tmp_path / NAME).write_bytes(b"rotten")
    download(server, tmp_path, sums={NAME: DIGEST})
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_corpora_of_two_origins_are_not_mixed(server, tmp_path):
    """The made corpus has other names, and is not to become part of a downloaded one."""
    (tmp_path / "corpus_00000.parquet").write_bytes(CONTENT)
    with pytest.raises(FileExistsError, match=r"corpus_00000\.parquet: this shard is of another"):
        download(server, tmp_path)


def test_command_downloads_what_is_asked_for(server, tmp_path, monkeypatch, capsys):
    """The address comes from the environment."""
    monkeypatch.setenv("NANOCHAT_BASE_DIR", str(tmp_path))
    monkeypatch.setenv("NANOCHAT_DATA_URL", server.url)
    assert script.main(["--shards", "2"]) == 0
    assert "2 shards are in" in capsys.readouterr().out
    assert (tmp_path / "base_data" / "shard_00001.parquet").read_bytes() == CONTENT


def test_command_reports_a_failure_in_one_line(server, tmp_path, monkeypatch, capsys):
    """No traceback, and an exit code that says that the surroundings are at fault."""
    monkeypatch.setenv("NANOCHAT_BASE_DIR", str(tmp_path))
    server.script = [404]
    assert script.main(["--url", server.url]) == 3
    assert "the server answered 404" in capsys.readouterr().err
