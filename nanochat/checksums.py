"""SHA-256 sums of the shards of a folder, in a file that `sha256sum -c` understands.

One line for each shard: 64 hexadecimal digits, two spaces, the file's name.
"""

import hashlib
import re
from pathlib import Path

from nanochat.base_dir import write_atomically

FILE_NAME = "SHA256SUMS"
LINE = re.compile(r"([0-9a-fA-F]{64}) [ *](\S.*)")


def sha256_of(path: Path):
    """The sum of a file's content, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest()


def parse_sums(text: str, where):
    """Read lines as above into {file name: sum}. `where` names the source in a ValueError."""
    sums = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        match = LINE.fullmatch(line.strip())
        if match is None:
            raise ValueError(f"{where}:{number}: {line[:80]!r} is not a checksum and a file name. "
                             "Write the lines as 'sha256sum FILE...' prints them.")
        sums[match[2]] = match[1].lower()
    return sums


def read_sums(folder: Path):
    """The sums that were noted for the files of a folder; empty if none were."""
    path = folder / FILE_NAME
    return parse_sums(path.read_text(encoding="utf-8"), path) if path.exists() else {}


def write_sums(folder: Path, sums):
    """Note {file name: sum} for a folder, in place of what was noted before."""
    lines = [f"{sums[name]}  {name}\n" for name in sorted(sums)]
    write_atomically(folder / FILE_NAME, "".join(lines).encode())
