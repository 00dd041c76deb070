"""Fetching shards over HTTP, so that an unsteady line costs time and nothing else.

A shard arrives as NAME.partial beside its destination, and takes its name when it is complete, has
the expected checksum and can be read. What has arrived is kept when the connection breaks, and is
not asked for a second time.
"""

import http.client
import re
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nanochat import dataset
from nanochat.checksums import read_sums, sha256_of, write_sums

PUBLIC_SHARDS = "https://huggingface.co/datasets/karpathy/fineweb-edu-100b-shuffle/resolve/main"
BLOCK = 2**18                                   # bytes
PASSING = (408, 425, 429, 500, 502, 503, 504)   # statuses with which a server asks for patience
BROKEN_LINE = (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError,
               ssl.SSLError)


class Interrupted(Exception):
    """A transfer that ended early, for a reason that may pass."""


@dataclass(frozen=True)
class Patience:
    """How long to try: so many failures in a row without a byte gained, with growing pauses."""

    attempts: int = 6
    pause: float = 1.0                          # seconds, after the first failure
    timeout: float = 30.0                       # seconds without a sign of the server
    sleep: Callable[[float], None] = time.sleep


def shard_name(number: int):
    """The file name of a public shard."""
    return f"shard_{number:05d}.parquet"


def download_shards(numbers, *, url=PUBLIC_SHARDS, data_dir=None, sums=None, patience=None):
    """Make sure that the shards with these numbers are in the folder; note their checksums.

    Args:
        numbers: of the shards, an iterable of int.
        url: address of the folder that has them.
        data_dir: where they go; default: the folder of the shards in the base folder.
        sums: {file name: SHA-256}, as far as known.
        patience: a Patience.

    Raises:
        FileExistsError: the folder has shards of another origin.
        ConnectionError: the server does not have a shard, or cannot be reached.
        ValueError: what arrives has another checksum, or is no shard.
    """
    folder = dataset.get_data_dir() if data_dir is None else Path(data_dir)
    for path in folder.glob("*.parquet"):
        if not re.fullmatch(r"shard_\d{5}\.parquet", path.name):
            raise FileExistsError(f"{path}: this shard is of another origin, and corpora are not "
                                  "to be mixed. Delete it, or set another NANOCHAT_BASE_DIR.")
    folder.mkdir(parents=True, exist_ok=True)
    for name in map(shard_name, numbers):
        found = fetch_shard(
            f"{url.rstrip('/')}/{name}",
            folder / name,
            sha256=(sums or {}).get(name),
            patience=patience or Patience(),
        )
        write_sums(folder, read_sums(folder) | {name: found})


def fetch_shard(url: str, path: Path, *, sha256=None, patience):
    """Downloads one shard, unless it is there already, as it should be. Returns its checksum."""
    if path.exists():
        found = sha256_of(path)
        if sha256 in (None, found):
            return found

    partial = path.with_name(f"{path.name}.partial")
    _fetch_patiently(url, partial, patience)
    found = sha256_of(partial)
    try:
        _check_content(url, partial, found, sha256)
    except ValueError:
        partial.unlink()
        raise
    partial.replace(path)
    return found


def _check_content(url, partial, found, sha256):
    """Raise ValueError unless the file has the checksum, if one is known, and is a shard."""
    if sha256 not in (None, found):
        raise ValueError(f"{url}: what arrived has SHA-256 {found}, not {sha256}. Try again; if it "
                         "happens again, the list of checksums is not for this address.")
    try:
        with dataset.opened_shard(partial):
            pass
    except ValueError as error:
        raise ValueError(f"{url}: what arrived is not a shard. Check the address. ({error})"
                         ) from error


# -----------------------------------------------------------------------------
# The transfer

def _fetch_patiently(url, partial, patience):
    """Transfers until the file is complete. Raises ConnectionError when patience ends."""
    failures = 0
    while True:
        held = _size(partial)
        try:
            return _transfer(url, partial, patience.timeout)
        except Interrupted as error:
            failures = 1 if _size(partial) > held else failures + 1
            if failures >= patience.attempts:
                raise ConnectionError(f"{url}: {error}, {failures} times in a row. Try again "
                                      "later: what has arrived is kept.") from error
            patience.sleep(patience.pause * 2 ** (failures - 1))


def _transfer(url, partial, timeout):
    """Asks once for what is missing. Raises Interrupted, or ConnectionError if there is no hope."""
    held = _size(partial)
    request = urllib.request.Request(url, headers={"Range": f"bytes={held}-"} if held else {})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:
            _receive(response, partial, held if response.status == 206 else 0)
    except urllib.error.HTTPError as error:
        with error:
            _judge_status(url, error, partial)
    except BROKEN_LINE as error:
        raise Interrupted(f"the connection broke ({error})") from error


def _judge_status(url, error, partial):
    """Decides what a refusal means: complete already, try again, or give up."""
    if error.code == 416:
        # Nothing lies beyond what we hold: either that is all, or the file is another one by now.
        if error.headers.get("Content-Range") == f"bytes */{_size(partial)}":
            return
        partial.unlink(missing_ok=True)
        raise Interrupted("the file has changed on the server")
    if error.code in PASSING:
        raise Interrupted(f"the server answered {error.code} {error.reason}")
    raise ConnectionError(f"{url}: the server answered {error.code} {error.reason}. "
                          "Check the address and the number of shards.")


def _receive(response, partial, held):
    """Write a response behind the first `held` bytes. Raise Interrupted if it ends early."""
    length = response.headers.get("Content-Length")
    total = None if length is None else held + int(length)
    progress = ProgressLine(partial.stem, held, total)
    with partial.open("ab" if held else "wb") as file:
        while block := response.read(BLOCK):
            file.write(block)
            held += len(block)
            progress.update(held)
    progress.end(held)
    if total is not None and held < total:
        raise Interrupted(f"the connection ended after {held:,} of {total:,} bytes")


def _size(path):
    """How many bytes of a file are there."""
    return path.stat().st_size if path.exists() else 0


class ProgressLine:
    """One line on stderr that is rewritten while a file arrives; off a terminal, only its end."""

    def __init__(self, name, held, total):
        self.name = name
        self.held_before = held
        self.total = total
        self.started = self.shown = time.monotonic()
        self.on_terminal = sys.stderr.isatty()

    def update(self, held):
        """Show how many bytes are there, a few times a second."""
        now = time.monotonic()
        if self.on_terminal and now - self.shown > 0.2:
            self.shown = now
            print(f"\r{self._text(held)}", end="", file=sys.stderr, flush=True)

    def end(self, held):
        """Show how far it came, and end the line."""
        print("\r" * self.on_terminal + self._text(held), file=sys.stderr)

    def _text(self, held):
        """Name, share, size and speed."""
        seconds = max(time.monotonic() - self.started, 1e-3)
        speed = (held - self.held_before) / seconds / 1e6
        share = f"{held / self.total:4.0%} " if self.total else ""
        return f"{self.name} {share}{held / 1e6:8.1f} MB {speed:6.1f} MB/s"
