"""The folder that holds everything that nanochat writes: tokenizer, data, checkpoints, reports."""

import os
import sys
import uuid
from pathlib import Path


def get_base_dir():
    """The folder named by NANOCHAT_BASE_DIR, else `nanochat` in the user's cache folder.

    Returns an absolute Path. Nothing is created here: whoever writes makes the folder it needs.
    """
    chosen = os.environ.get("NANOCHAT_BASE_DIR")
    folder = Path(chosen) if chosen else _user_cache_dir() / "nanochat"
    return folder.expanduser().absolute()


def _user_cache_dir():
    """Where this platform keeps the files of a user that can be made again."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or "~/AppData/Local")
    if sys.platform == "darwin":
        return Path("~/Library/Caches")
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")


def write_atomically(path: Path, data: bytes):
    """Write `data` to `path` so that a reader, or a crash, sees the old file or the new one.

    The folder is created if need be. On failure nothing is left beside `path`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
