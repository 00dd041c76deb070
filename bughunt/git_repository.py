"""A git repository with one commit, as bytes, without a git process.

The same files give the same bytes everywhere: object data is stored in a pack without compression
(the output of zlib differs between its implementations), and the index says nothing about the
machine. Formats: gitformat-pack(5) and gitformat-index(5).
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections import Counter
from collections.abc import Mapping
from itertools import accumulate

import msgspec

EMAIL = "bughunt@localhost"
_SIGNATURE = f"bughunt <{EMAIL}>"
_FILE, _FOLDER = 0o100644, 0o40000
_TYPE_CODES = {"commit": 1, "tree": 2, "blob": 3}
_STORED_BLOCK = 0xFFFF
_CONFIG = """\
[core]
\trepositoryformatversion = 0
\tfilemode = false
\tbare = false
\tlogallrefupdates = true
\tautocrlf = false
"""


class _Object(msgspec.Struct, frozen=True):
    """A git object in the form in which a pack holds it."""

    name: bytes  # SHA-1 of header and content
    packed: bytes


def repository(files: Mapping[str, bytes], message: str, time: int) -> dict[str, bytes]:
    """Return the files of a ``.git`` folder whose only commit, on ``main``, holds ``files``.

    Args:
        files: content by path with ``/``; none is executable.
        message: of the commit.
        time: of the commit, in seconds since 1970, UTC.

    """
    blobs = {path: _object("blob", content) for path, content in files.items()}
    trees: list[_Object] = []
    root = _tree({path: blob.name for path, blob in blobs.items()}, trees)
    stamp = f"{_SIGNATURE} {time} +0000"
    text = f"tree {root.hex()}\nauthor {stamp}\ncommitter {stamp}\n\n{message}\n"
    commit = _object("commit", text.encode())

    objects = {item.name: item for item in (commit, *trees, *blobs.values())}
    pack, index = _pack([objects[name] for name in sorted(objects)])
    stem = f"objects/pack/pack-{pack[-20:].hex()}"
    return {
        "HEAD": b"ref: refs/heads/main\n",
        "config": _CONFIG.encode(),
        "index": _staged({path: blob.name for path, blob in blobs.items()}),
        "refs/heads/main": commit.name.hex().encode() + b"\n",
        f"{stem}.pack": pack,
        f"{stem}.idx": index,
    }


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()


def _object(kind: str, content: bytes) -> _Object:
    name = _sha1(f"{kind} {len(content)}\0".encode() + content)

    # The size comes in groups of 4, 7, 7 ... bits, the least significant first.
    size, byte = len(content) >> 4, _TYPE_CODES[kind] << 4 | len(content) & 15
    header = bytearray()
    while size:
        header.append(byte | 0x80)
        size, byte = size >> 7, size & 0x7F
    header.append(byte)
    return _Object(name, bytes(header) + _stored(content))


def _stored(content: bytes) -> bytes:
    """Return a zlib stream that holds the content as it is (RFC 1950, RFC 1951 section 3.2.4)."""
    stream = [b"\x78\x01"]
    for start in range(0, max(len(content), 1), _STORED_BLOCK):
        block = content[start : start + _STORED_BLOCK]
        last = start + _STORED_BLOCK >= len(content)
        stream += (struct.pack("<BHH", last, len(block), len(block) ^ 0xFFFF), block)
    stream.append(struct.pack(">I", zlib.adler32(content)))
    return b"".join(stream)


def _tree(names: Mapping[str, bytes], trees: list[_Object]) -> bytes:
    """Add the tree of these paths and those below it to ``trees``; return its name."""
    folders: dict[str, dict[str, bytes]] = {}
    entries: list[tuple[bytes, int, bytes]] = []
    for path, name in names.items():
        folder, slash, rest = path.partition("/")
        if slash:
            folders.setdefault(folder, {})[rest] = name
        else:
            entries.append((path.encode(), _FILE, name))
    for folder, inner in folders.items():
        entries.append((folder.encode(), _FOLDER, _tree(inner, trees)))

    # A folder is sorted as if its name ended in a slash.
    entries.sort(key=lambda entry: entry[0] + b"/" * (entry[1] == _FOLDER))
    tree = _object(
        "tree", b"".join(b"%o %s\0%s" % (mode, entry, name) for entry, mode, name in entries)
    )
    trees.append(tree)
    return tree.name


def _pack(objects: list[_Object]) -> tuple[bytes, bytes]:
    """Return a pack of the objects, which are sorted by name, and its index (version 2)."""
    offsets, offset = [], 12
    for item in objects:
        offsets.append(offset)
        offset += len(item.packed)
    body = struct.pack(">4sII", b"PACK", 2, len(objects)) + b"".join(o.packed for o in objects)
    pack = body + _sha1(body)

    firsts = Counter(item.name[0] for item in objects)
    fanout = accumulate(firsts[first] for first in range(256))
    index = b"".join(
        (
            b"\xfftOc\0\0\0\2",
            struct.pack(">256I", *fanout),
            *(item.name for item in objects),
            *(struct.pack(">I", zlib.crc32(item.packed)) for item in objects),
            *(struct.pack(">I", offset) for offset in offsets),
            pack[-20:],
        )
    )
    return pack, index + _sha1(index)


def _staged(names: Mapping[str, bytes]) -> bytes:
    """Return an index (version 2) without file times, so that git compares contents."""
    entries = [struct.pack(">4sII", b"DIRC", 2, len(names))]
    for path, name in sorted((path.encode(), name) for path, name in names.items()):
        entry = (
            struct.pack(">10I20sH", *[0] * 6, _FILE, 0, 0, 0, name, min(len(path), 0xFFF)) + path
        )
        entries.append(entry.ljust(len(entry) // 8 * 8 + 8, b"\0"))
    body = b"".join(entries)
    return body + _sha1(body)
