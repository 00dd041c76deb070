"""A folder in a zip file: the same files give the same bytes everywhere.

Nothing is compressed, since the output of zlib differs between its implementations; times,
permissions and order are fixed.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_MOMENT = (2025, 1, 1, 0, 0, 0)
_UNIX = 3
_FILE = 0o100644 << 16
_LARGEST = 1 << 30


def packed(files: Mapping[str, bytes], top: str) -> bytes:
    """Return an archive of these files, below one folder.

    Args:
        files: contents by path with ``/``.
        top: name of the folder.

    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(f"{top}/{path}", _MOMENT)
            entry.create_system = _UNIX
            entry.external_attr = _FILE
            archive.writestr(entry, files[path])
    return stream.getvalue()


def unpacked(content: bytes, top: str) -> dict[str, bytes] | None:
    """Return the files of an archive that we packed; None: it is none, or it is damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > _LARGEST:
                return None
            files = {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError):
        return None
    if len(files) != len(entries) or not all(name.startswith(f"{top}/") for name in files):
        return None
    return {name.removeprefix(f"{top}/"): data for name, data in files.items()}
