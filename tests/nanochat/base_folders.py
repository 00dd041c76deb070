"""Base folders that tests start from."""

import shutil
from contextlib import contextmanager

import pytest


@contextmanager
def base_dir_at(folder):
    """A block in which nanochat reads and writes there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NANOCHAT_BASE_DIR", str(folder))
        yield folder


@contextmanager
def copy_of(prepared, folder):
    """A block in which nanochat works on a copy of a prepared folder."""
    shutil.copytree(prepared, folder, dirs_exist_ok=True)
    with base_dir_at(folder):
        yield folder
