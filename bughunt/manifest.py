"""What a workspace says about itself, without saying which bugs it holds."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bughunt.errors import NotAWorkspace

FORMAT = 2
MANIFEST = ".bughunt/manifest.json"
GENERAL = "tests/general"
_WORD = re.compile(r"[a-z][a-z0-9_]*")


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
    tests: dict[str, str]  # SHA-256 of each file below tests/, by path with "/"

    @property
    def is_exam(self) -> bool:
        """Whether the workspace does not know its bugs, and perhaps not their detectors."""
        return not self.sealed


def general_law_names(manifest: Manifest) -> tuple[str, ...]:
    """Return the laws in ``tests/general``, which belong to no symptom of the workspace."""
    laws = (re.fullmatch(rf"{GENERAL}/test_(\w+)\.py", path) for path in manifest.tests)
    return tuple(sorted(law[1] for law in laws if law))


def general_file(law: str) -> str:
    """Return the path of such a law from the root of the workspace, with ``/``."""
    return f"{GENERAL}/test_{law}.py"


class _Head(msgspec.Struct, frozen=True):
    format: int
    bughunt: str = "another version"


def seal(salt: str, bug: str) -> str:
    """Return the digest that stands for a bug's id in a manifest with this salt.

    It keeps a reader from seeing the ids; who has the bank can still try them one by one.
    """
    return hashlib.sha256(f"{salt} {bug}".encode()).hexdigest()


def fingerprint(content: bytes) -> str:
    """Return the digest by which a file of the tests is known again."""
    return hashlib.sha256(content).hexdigest()


def encode(manifest: Manifest) -> bytes:
    """Return the manifest as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def read(root: Path) -> Manifest:
    """Read the manifest of the workspace at ``root``.

    Raises:
        NotAWorkspace: when it is missing, damaged, forged, or of another format.

    """
    file = root / MANIFEST
    advice = f"Restore it with 'git checkout -- :/{MANIFEST}', or materialize anew."
    try:
        content = file.read_bytes()
        head = msgspec.json.decode(content, type=_Head)
        if head.format != FORMAT:
            text = f"{file}: format {head.format}, written by bughunt {head.bughunt}; this bughunt"
            raise NotAWorkspace(f"{text} reads format {FORMAT}. Use that bughunt for it.")
        record = msgspec.json.decode(content, type=Manifest)
    except OSError as error:
        raise NotAWorkspace(f"{file}: cannot be read: {error.strerror}. {advice}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotAWorkspace(f"{file}: not a manifest: {error}. {advice}") from None
    if problem := next(_problems(record), ""):
        raise NotAWorkspace(f"{file}: not a manifest: {problem}. {advice}")
    return record


def _problems(record: Manifest) -> Iterator[str]:
    """Yield what no workspace has, such as a name that leads out of it."""
    count = len(record.symptoms)
    if not count:
        yield "'symptoms' is empty"
    numbers = [symptom.number for symptom in record.symptoms]
    if numbers != list(range(1, count + 1)):
        yield f"'symptoms' must be numbered from 1 in order, not {numbers}"
    if record.sealed and len(record.sealed) != count:
        yield f"'sealed' has {len(record.sealed)} entries for {count} 'symptoms'"
    if not record.packages:
        yield "'packages' is empty"
    for package in record.packages:
        if not package.isidentifier() or package in sys.stdlib_module_names:
            yield f"'packages' has {package!r}, which is no name of a package of its own"
    for symptom in record.symptoms:
        is_left_out = record.is_exam and not symptom.detector
        if not is_left_out and not _WORD.fullmatch(symptom.detector):
            yield f"'detector' is {symptom.detector!r}, which is no name of a law"
