"""Archives, unpacked by hand and in memory: nothing that they name is ever written or followed."""

from __future__ import annotations

import bz2
import io
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator

from bughunt.exam.grading.entries import LARGEST_FILE, Entries, NotGradable, Taken

SUFFIXES = (
    *(".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2"),
)  # fmt: skip
LARGEST_ARCHIVE = 1 << 26  # bytes, packed
LARGEST_STREAM = 1 << 27  # bytes, of a whole tar
_RATIO = 400  # between unpacked and packed size; source text packs by about 5
_SMALL = 1 << 20  # below, no ratio is too high
_LZMA_MEMORY = 1 << 27
_STEP = 1 << 16
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
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            path = info.orig_filename
            if path.endswith("/") or not entries.admits(path, _zip_kind(info)):
                continue
            if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
                raise NotGradable("is encrypted or packed in a rare way. Ask for a plain archive.")
            _check_ratio(info.file_size, info.compress_size)
            with archive.open(info) as file:
                entries.add(path, file.read(LARGEST_FILE + 1))


def _zip_kind(info: zipfile.ZipInfo) -> str:
    mode = info.external_attr >> 16
    kind = stat.S_IFMT(mode)
    if kind in (0, stat.S_IFREG):
        return ""
    return "a link" if kind == stat.S_IFLNK else "no file"


def _take_tar(content: bytes, entries: Entries) -> None:
    stream = _Unpacked(content)
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for member in archive:
            path = member.name.removeprefix("./")
            if member.isdir() or not entries.admits(path, _tar_kind(member)):
                continue
            if member.size > LARGEST_FILE:
                entries.add(path, bytes(LARGEST_FILE + 1))
            file = archive.extractfile(member)
            assert file is not None
            entries.add(path, file.read(LARGEST_FILE + 1))


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
    if content.startswith(b"\x1f\x8b"):
        yield from _inflated(content)
    elif content.startswith(b"BZh"):
        yield from _steps(bz2.BZ2Decompressor(), content)
    elif content.startswith(b"\xfd7zXZ\x00"):
        yield from _steps(lzma.LZMADecompressor(memlimit=_LZMA_MEMORY), content)
    else:
        yield from (content[at : at + _STEP] for at in range(0, len(content), _STEP))


def _steps(
    unpacker: bz2.BZ2Decompressor | lzma.LZMADecompressor, content: bytes
) -> Iterator[bytes]:
    chunk = unpacker.decompress(content, _STEP)
    while chunk:
        yield chunk
        chunk = b"" if unpacker.eof else unpacker.decompress(b"", _STEP)


def _inflated(content: bytes) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(wbits=31)
    while chunk := unpacker.decompress(content, _STEP):
        yield chunk
        content = unpacker.unconsumed_tail
