"""What a workspace says about itself, without saying which bugs it holds."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from bughunt.errors import NotAWorkspace

FORMAT = 1
MANIFEST = ".bughunt/manifest.json"


class Symptom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the hunter's list."""

    number: int
    text: str
    detector: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The record in ``.bughunt/manifest.json``."""

    format: int
    bughunt: str  # the version that wrote it
    title: str
    minutes: int
    packages: tuple[str, ...]
    symptoms: tuple[Symptom, ...]
    bank: str  # digest of the clean and the bugged texts
    salt: str
    sealed: tuple[str, ...]  # salted digests of the bug ids, in the order of the symptoms

    def __post_init__(self) -> None:
        if len(self.sealed) != len(self.symptoms):
            raise ValueError("there must be as many 'sealed' as 'symptoms'")
        if not all(package.isidentifier() for package in self.packages):
            raise ValueError("'packages' must be names of packages")


class _Head(msgspec.Struct, frozen=True):
    format: int
    bughunt: str = "another version"


def seal(salt: str, bug: str) -> str:
    """Return the digest that stands for a bug's id in a manifest with this salt.

    It keeps a reader from seeing the ids; who has the bank can still try them one by one.
    """
    return hashlib.sha256(f"{salt} {bug}".encode()).hexdigest()


def encode(manifest: Manifest) -> bytes:
    """Return the manifest as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def read(root: Path) -> Manifest:
    """Read the manifest of the workspace at ``root``.

    Raises:
        NotAWorkspace: when it is missing, damaged, or of another format.

    """
    file = root / MANIFEST
    advice = f"Restore it with 'git checkout -- {MANIFEST}', or materialize anew."
    try:
        content = file.read_bytes()
        head = msgspec.json.decode(content, type=_Head)
        if head.format != FORMAT:
            text = f"{file}: format {head.format}, written by bughunt {head.bughunt}; this bughunt"
            raise NotAWorkspace(f"{text} reads format {FORMAT}. Use that bughunt for it.")
        return msgspec.json.decode(content, type=Manifest)
    except OSError as error:
        raise NotAWorkspace(f"{file}: cannot be read: {error.strerror}. {advice}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotAWorkspace(f"{file}: not a manifest: {error}. {advice}") from None
