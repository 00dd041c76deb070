"""Archives, unpacked by hand and in memory: nothing that they name is ever written or followed."""

from __future__ import annotations

import bz2
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from bughunt.exam.grading.entries import (
    LARGEST_FILE,
    MOST_ENTRIES,
    Entries,
    NotGradable,
    Taken,
    moment,
)

SUFFIXES = (
    *(".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2"),
)  # fmt: skip
LARGEST_ARCHIVE = 1 << 26  # bytes, packed
LARGEST_STREAM = 1 << 27  # bytes, of a whole tar
_RATIO = 400  # between unpacked and packed size; source text packs by about 5
_SMALL = 1 << 20  # below, no ratio is too high
_LZMA_MEMORY = 1 << 27
_STEP = 1 << 16
_MOST_STREAMS = 1000  # one after the other, as unpackers read them; a stream packs up to 900 kB
_LONGEST_EXTRA = 200  # bytes, of the fields of a member that are looked at
_UNIX_TIME = 0x5455  # the field of a zip's member that holds times in UTC
_ENTRY = b"PK\x01\x02"  # begins each entry of the directory of a zip
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def is_archive(name: str) -> bool:
    """Return whether a file of this name is taken for an archive."""
    return name.lower().endswith(SUFFIXES)


def unpacked(content: bytes) -> Taken:
    """Return what an archive holds; what it is shows in its first bytes.

    Raises:
        NotGradable: when it is damaged, or no honest archive.

    """
    entries = Entries()
    try:
        if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            _take_zip(content, entries)
        else:
            _take_tar(content, entries)
    except NotGradable:
        raise
    except Exception as error:  # a library may trip over a damaged archive in any way
        text = f"cannot be unpacked: {type(error).__name__}. Ask for another archive."
        raise NotGradable(text) from None
    return entries.taken()


def _take_zip(content: bytes, entries: Entries) -> None:
    if content.count(_ENTRY) > MOST_ENTRIES:  # the library reads all of them before it gives one
        raise NotGradable(f"holds more than {MOST_ENTRIES} files. Ask for the code alone.")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            path = info.orig_filename
            if path.endswith("/") or not entries.admits(path, _zip_kind(info)):
                continue
            if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
                raise NotGradable("is encrypted or packed in a rare way. Ask for a plain archive.")
            _check_ratio(info.file_size, info.compress_size)
            with archive.open(info) as file:
                entries.add(path, file.read(LARGEST_FILE + 1), _zip_time(info))


def _zip_kind(info: zipfile.ZipInfo) -> str:
    mode = info.external_attr >> 16
    kind = stat.S_IFMT(mode)
    if kind in (0, stat.S_IFREG):
        return ""
    return "a link" if kind == stat.S_IFLNK else "no file"


def _zip_time(info: zipfile.ZipInfo) -> datetime | None:
    """Return when a member was last changed; without a zone where the archive names none."""
    extra = info.extra[:_LONGEST_EXTRA]
    while len(extra) >= 4:
        name, size = struct.unpack("<HH", extra[:4])
        if name == _UNIX_TIME and size >= 5 and len(extra) >= 9 and extra[4] & 1:
            return moment(struct.unpack("<i", extra[5:9])[0])
        extra = extra[4 + size :]
    try:
        return datetime(*info.date_time)
    except ValueError:
        return None


def _take_tar(content: bytes, entries: Entries) -> None:
    stream = _Unpacked(content)
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for member in archive:
            path = member.name.removeprefix("./")
            if member.isdir():
                entries.count()
            if member.isdir() or not entries.admits(path, _tar_kind(member)):
                continue
            if member.size > LARGEST_FILE:
                entries.add(path, bytes(LARGEST_FILE + 1))
            file = archive.extractfile(member)
            assert file is not None
            entries.add(path, file.read(LARGEST_FILE + 1), moment(member.mtime))


def _tar_kind(member: tarfile.TarInfo) -> str:
    if member.issym() or member.islnk():
        return "a link"
    return "" if member.isreg() and not member.issparse() else "no file"


class _Unpacked(io.RawIOBase):
    """A tar as a stream, unpacked in steps, so that a bomb ends where its limit is."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._packed = len(content)
        self._chunks = _chunks(content)
        self._rest = b""
        self._size = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, as many as there are."""
        parts, missing = [], size
        while missing > 0:
            if not self._rest:
                self._rest = next(self._chunks, b"")
                self._count(len(self._rest))
            if not self._rest:
                break
            parts.append(self._rest[:missing])
            self._rest = self._rest[missing:]
            missing -= len(parts[-1])
        return b"".join(parts)

    def _count(self, size: int) -> None:
        self._size += size
        _check_ratio(self._size, self._packed)
        if self._size > LARGEST_STREAM:
            raise NotGradable(f"unpacks to more than {LARGEST_STREAM} bytes. Ask for the code.")


def _check_ratio(unpacked_size: int, packed_size: int) -> None:
    if unpacked_size > _SMALL and unpacked_size > _RATIO * packed_size:
        raise NotGradable("unpacks to far more than code does. Ask for another archive.")


def _chunks(content: bytes) -> Iterator[bytes]:
    """Yield the unpacked bytes in small steps."""
    pieces = (content[at : at + _STEP] for at in range(0, len(content), _STEP))
    if content.startswith(b"\x1f\x8b"):
        yield from _streams(pieces, lambda: zlib.decompressobj(wbits=31), _inflated)
    elif content.startswith(b"BZh"):
        yield from _streams(pieces, bz2.BZ2Decompressor, _steps)
    elif content.startswith(b"\xfd7zXZ\x00"):
        yield from _streams(pieces, lambda: lzma.LZMADecompressor(memlimit=_LZMA_MEMORY), _steps)
    else:
        yield from pieces


def _streams(
    pieces: Iterator[bytes],
    fresh: Callable[[], Any],
    unpacked_by: Callable[[Any, bytes], Iterator[bytes]],
) -> Iterator[bytes]:
    """Yield what streams that stand one after the other unpack to.

    Packers that work in parallel write many. Zero bytes behind the last one fill up a block.
    """
    streams, unpacker = 1, fresh()
    for piece in pieces:
        rest = piece
        while rest:
            if unpacker.eof:
                rest = rest.lstrip(b"\0")
                if not rest:
                    break
                streams, unpacker = streams + 1, fresh()
                if streams > _MOST_STREAMS:
                    text = f"is packed in more than {_MOST_STREAMS} streams."
                    raise NotGradable(f"{text} Ask for a plain archive.")
            yield from unpacked_by(unpacker, rest)
            rest = unpacker.unused_data if unpacker.eof else b""
    if not unpacker.eof:
        raise NotGradable("is cut short. Ask for the whole archive.")


def _steps(unpacker: bz2.BZ2Decompressor | lzma.LZMADecompressor, packed: bytes) -> Iterator[bytes]:
    chunk = unpacker.decompress(packed, _STEP)
    while chunk:
        yield chunk
        if unpacker.eof or unpacker.needs_input:
            return
        chunk = unpacker.decompress(b"", _STEP)


def _inflated(unpacker: Any, packed: bytes) -> Iterator[bytes]:
    while chunk := unpacker.decompress(packed, _STEP):
        yield chunk
        packed = unpacker.unconsumed_tail
