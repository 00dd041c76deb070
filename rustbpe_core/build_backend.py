"""The build: maturin, after a look for Rust, without which it would fail later and darkly."""

import shutil

import maturin
from maturin import build_editable, build_sdist, build_wheel, prepare_metadata_for_build_wheel

__all__ = ["build_editable", "build_sdist", "build_wheel", "prepare_metadata_for_build_wheel"]

prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel


def get_requires_for_build_wheel(config_settings=None):
    """Say what the build needs besides maturin; end it at once where Rust is missing."""
    if shutil.which("cargo") is None:
        raise SystemExit(
            "A part of this project is written in Rust, and there is no 'cargo' on the PATH. "
            "Install Rust (https://rustup.rs), open a new shell, and run the same command again."
        )
    return maturin.get_requires_for_build_wheel(config_settings)


get_requires_for_build_editable = get_requires_for_build_wheel
get_requires_for_build_sdist = get_requires_for_build_wheel
