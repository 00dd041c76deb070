"""The key of an exam, and what is derived from it.

Everything that must not be guessed is an HMAC-SHA256 of the key over its purpose and its parts,
each with its length in front, so that no two lists of parts give the same message. Who knows a
student's id, the exam and this code, but not the key, can compute none of it.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bughunt.errors import EnvironmentProblem, ExamError

_SIZE = 32
_OPAQUE_BYTES = 10  # 80 bits, which are 16 letters
_PROOF_SEEDS = 1 << 20
_DOMAIN = "bughunt exam 1"
_ADVICE = "Give the key of this exam; 'bughunt exam keygen' makes one for a new exam."


class ExamKey:
    """A key of 32 bytes, which is never shown."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) != _SIZE:
            raise ValueError("a key has 32 bytes")
        self._key = key

    def __repr__(self) -> str:
        return "ExamKey(...)"

    def __reduce__(self) -> Any:
        raise TypeError("a key is not pickled")

    def seed(self, exam: str, attempt: int, candidate: str) -> bytes:
        """Return the seed of a candidate's draw."""
        return self._mac("seed", exam, str(attempt), candidate)

    def camouflage_seed(self, exam: str, attempt: int, candidate: str) -> bytes:
        """Return the seed of the edits that make a candidate's tree his own."""
        return self._mac("camouflage", exam, str(attempt), candidate)

    def proof_seed(self, exam: str, attempt: int, number: int) -> int:
        """Return the seed with this number on which drawn sets are proved."""
        digest = self._mac("proof", exam, str(attempt), str(number))
        return int.from_bytes(digest[:4], "big") % _PROOF_SEEDS

    def grading_seed(
        self, exam: str, attempt: int, candidate: str, digest: str, number: int
    ) -> int:
        """Return the seed with this number on which a submission with this digest is graded."""
        parts = (exam, str(attempt), candidate, digest, str(number))
        return int.from_bytes(self._mac("grading", *parts)[:4], "big") % _PROOF_SEEDS

    def opaque_id(self, exam: str, attempt: int, candidate: str) -> str:
        """Return the name by which a candidate is known outside: 16 letters and digits."""
        code = self._mac("opaque id", exam, str(attempt), candidate)[:_OPAQUE_BYTES]
        return base64.b32encode(code).decode().lower()

    def signature(self, content: bytes) -> str:
        """Return the signature of a sheet."""
        return self._mac("signature", content).hex()

    def fingerprint(self) -> str:
        """Return what tells this key from others and says nothing else about it."""
        return self._mac("fingerprint").hex()[:32]

    def seal(self, content: bytes, about: bytes) -> bytes:
        """Encrypt and authenticate (AES-256-SIV): the same content gives the same bytes.

        Raises:
            EnvironmentProblem: when the package ``cryptography`` is not installed.

        """
        sealed: bytes = self._cipher().encrypt(content, [about])
        return sealed

    def unseal(self, content: bytes, about: bytes) -> bytes | None:
        """Return what was encrypted; None: with another key, or changed since.

        Raises:
            EnvironmentProblem: when the package ``cryptography`` is not installed.

        """
        cipher = self._cipher()
        from cryptography.exceptions import InvalidTag

        with contextlib.suppress(InvalidTag, ValueError):
            opened: bytes = cipher.decrypt(content, [about])
            return opened
        return None

    def _cipher(self) -> Any:
        try:
            from cryptography.hazmat.primitives import hashes
            from cryptography.hazmat.primitives.ciphers.aead import AESSIV
            from cryptography.hazmat.primitives.kdf.hkdf import HKDF
        except ImportError:
            text = "an exam needs the package 'cryptography'. Run pip install 'bughunt[exam]'."
            raise EnvironmentProblem(text) from None
        info = f"{_DOMAIN} answers".encode()
        return AESSIV(HKDF(hashes.SHA256(), 2 * _SIZE, salt=None, info=info).derive(self._key))

    def _mac(self, purpose: str, *parts: str | bytes) -> bytes:
        encoded = [
            it if isinstance(it, bytes) else it.encode() for it in (_DOMAIN, purpose, *parts)
        ]
        message = b"".join(len(it).to_bytes(8, "big") + it for it in encoded)
        return hmac.new(self._key, message, hashlib.sha256).digest()


def read_key(path: Path) -> ExamKey:
    """Read a key file.

    Raises:
        ExamError: when it holds no key; what it holds is not told.

    """
    try:
        content = path.read_bytes()
    except OSError as error:
        text = f"{path}: cannot be read: {error.strerror}. {_ADVICE}"
        raise ExamError(text) from None
    if not re.fullmatch(rb"[0-9a-f]{64}\s*", content):
        raise ExamError(f"{path}: is no key: 64 hexadecimal digits are needed. {_ADVICE}")
    return ExamKey(bytes.fromhex(content.decode().strip()))


def write_key(path: Path, randomness: Callable[[int], bytes] = os.urandom) -> None:
    """Write a new key that only its owner can read; a file that stands there is kept.

    Raises:
        ExamError: when something stands there.
        EnvironmentProblem: when the system refuses.

    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
            file.write(randomness(_SIZE).hex().encode() + b"\n")
    except FileExistsError:
        text = f"{path}: already exists, and a lost key cannot be made again. Choose another name."
        raise ExamError(text) from None
    except OSError as error:
        text = f"{path}: cannot be written: {error.strerror}. Choose another place."
        raise EnvironmentProblem(text) from None
