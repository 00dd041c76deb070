"""What a build was made from and what it made, signed: no secret is in it."""

from __future__ import annotations

import hashlib
import hmac
import platform
from importlib import metadata
from pathlib import Path
from typing import Literal

import msgspec

from bughunt import __version__
from bughunt.detector_files import general_files
from bughunt.errors import ExamError
from bughunt.exam.keys import ExamKey
from bughunt.exam.plan import Plan
from bughunt.exam.settled import Settled, changes, settled
from bughunt.mutate import read
from bughunt.spec import Bank

LOCK = "lock.json"
_FORMAT = 2
_LIBRARIES = ("torch", "numpy")


class Inputs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What must stay the same from one build in a folder to the next."""

    plan: Settled
    bank: str  # SHA-256 of catalogue, clean code and detectors
    key: str  # what tells the key from others
    bughunt: str


class Lock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The record in ``lock.json``."""

    format: int = _FORMAT
    state: Literal["building", "complete"]
    exam: str
    attempt: int
    inputs: Inputs
    versions: dict[str, str]
    roster: str = ""  # SHA-256 of the candidates, in the order of their ids
    points: tuple[float, float] = (0.0, 0.0)  # that candidates can reach, by the scoring of then
    archives: dict[str, str] = {}  # SHA-256 by opaque id
    files: dict[str, str] = {}  # SHA-256 of the other files of the folder
    signature: str = ""  # of the record without it


def begun(plan: Plan, bank: Bank, key: ExamKey) -> Lock:
    """Return the lock of a build that has not made anything yet.

    Raises:
        BankError: when a file of the bank cannot be read.

    """
    inputs = Inputs(settled(plan), bank_digest(bank), key.fingerprint(), __version__)
    installed = {it: metadata.version(it) for it in _LIBRARIES}
    versions = {"bughunt": __version__, "python": platform.python_version(), **installed}
    return Lock(
        state="building", exam=plan.id, attempt=plan.attempt, inputs=inputs, versions=versions
    )


def signed(lock: Lock, key: ExamKey) -> Lock:
    """Return the lock with its signature."""
    return msgspec.structs.replace(lock, signature=_signature(lock, key))


def is_genuine(lock: Lock, key: ExamKey) -> bool:
    """Return whether the lock is as it was signed with this key."""
    return hmac.compare_digest(lock.signature.encode(), _signature(lock, key).encode())


def check_signature(lock: Lock, key: ExamKey, folder: Path) -> None:
    """Raise when a lock is not as it was signed.

    Raises:
        ExamError: which says so.

    """
    if not is_genuine(lock, key):
        text = f"{folder / LOCK}: is not as it was written: its signature is not ours."
        raise ExamError(f"{text} Restore it.")


def _signature(lock: Lock, key: ExamKey) -> str:
    unsigned = msgspec.structs.replace(lock, signature="")
    return key.signature(b"lock " + msgspec.json.encode(unsigned, order="sorted"))


def encode(lock: Lock) -> bytes:
    """Return the lock as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(lock, order="sorted"), indent=2) + b"\n"


def read_lock(folder: Path) -> Lock | None:
    """Read the lock of a build; None: there is none.

    Raises:
        ExamError: when it is damaged.

    """
    file = folder / LOCK
    try:
        return msgspec.json.decode(file.read_bytes(), type=Lock)
    except FileNotFoundError:
        return None
    except OSError as error:
        text = f"{file}: cannot be read: {error.strerror}. Look at its permissions."
        raise ExamError(text) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        text = f"{file}: is no lock of an exam: {error}. Restore it, or build in another folder."
        raise ExamError(text) from None


def differences(old: Lock, new: Lock) -> list[str]:
    """Return in words what the two were made from that is not the same."""
    words = {
        "bank": "the bank has changed since",
        "key": "it was made with another key",
        "bughunt": f"it was made by bughunt {old.inputs.bughunt}",
    }
    before, now = msgspec.structs.asdict(old.inputs), msgspec.structs.asdict(new.inputs)
    found = [f"exam.yaml has changed since: {it}" for it in changes(before["plan"], now["plan"])]
    return found + [text for name, text in words.items() if before[name] != now[name]]


def sha256(content: bytes) -> str:
    """Return the digest of a file, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def bank_digest(bank: Bank) -> str:
    """Return the digest of all of a bank that can reach an archive or decide on a set."""
    files = {f"code/{path}": read(bank.root / path) for path in bank.files}
    files |= {f"detectors/{name}": data for name, data in general_files(bank).items()}
    files["levels.yaml"] = read(bank.path)
    if bank.experiments is not None:
        shown = sorted(bank.experiments.glob("*.py"))
        files |= {f"experiments/{file.name}": read(file) for file in shown}
    lines = [f"{len(path)} {path} {sha256(files[path])}\n" for path in sorted(files)]
    return sha256("".join(lines).encode())
