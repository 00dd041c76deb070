"""What is asked of the runner and what it answers: the records that both sides share.

They travel as MessagePack in frames: a length of four bytes, big endian, and the content.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

import msgspec

NOTHING = b""  # content of the frame that ends a batch
_LENGTH_BYTES = 4


class Passed(msgspec.Struct, frozen=True, tag="passed"):
    """Every test of the detector accepts the observation."""


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """A test of the detector judged the observation and found it wrong."""

    message: str


class Crashed(msgspec.Struct, frozen=True, tag="crashed"):
    """There is no judgement: an exception, a signal, an exit, a file that cannot be loaded."""

    exception: str  # name of its class, or of the signal
    message: str
    where: str = ""  # "nanochat/gpt.py:123", the innermost line in the code under hunt


class TimedOut(msgspec.Struct, frozen=True, tag="timed out"):
    """The detector was killed when its time was over."""

    seconds: float


Outcome = Passed | Failed | Crashed | TimedOut


class Case(msgspec.Struct, frozen=True):
    """Detectors that share a process, a seed, and texts that replace files of the tree there."""

    detectors: tuple[Path, ...]  # run in this order
    seed: int = 0
    overlay: dict[str, str] = {}  # path relative to the root, with "/" -> text
    threads: int = 1  # that an operator of torch may use
    until_caught: bool = False  # whether the first that does not pass is the last to run
    tests: tuple[str, ...] = ()  # files and "file::function" for pytest, run after the detectors
    traced: bool = False  # whether to record the lines that each detector and test executes
    seconds: float | None = None  # for all of it; None: the batch's timeout for each detector
    beside: tuple[Path, ...] = ()  # folders that detectors import from, besides their own


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Cases that share a tree, and the bounds within which they run."""

    root: Path
    packages: tuple[str, ...]
    cases: tuple[Case, ...]
    timeout: float = 30.0  # seconds for each detector of a case
    jobs: int = 1
    memory: int | None = None  # bytes that a case may take beyond what it starts with


class Judgement(msgspec.Struct, frozen=True):
    """How one detector or test ended, and how long it took without its process."""

    outcome: Outcome
    seconds: float
    test: str = ""  # "file::function"; empty for a detector
    lines: dict[str, tuple[int, ...]] = {}  # of each file of the packages, that it executed


class Answer(msgspec.Struct, frozen=True):
    """What the process of a case says at its end."""

    judgements: tuple[Judgement, ...]  # of the detectors that ran, then of the tests
    files: tuple[str, ...] = ()  # of the packages, that the case asked for, relative to the root
    entered: tuple[str, ...] | None = None  # names of functions in them; None: not known
    imported: tuple[str, ...] = ()  # what it had to import that the next case could be spared


class CaseReport(msgspec.Struct, frozen=True):
    """How the case with this index ended."""

    index: int
    judgements: tuple[Judgement, ...]
    seconds: float  # of the whole process
    output: str  # the end of what was printed
    files: tuple[str, ...] | None = None  # as in Answer; None: the process died and told nothing
    entered: tuple[str, ...] | None = None  # as in Answer


def time_limit(batch: Batch, case: Case) -> float:
    """Return the seconds after which a case is killed."""
    return batch.timeout * parts(case) if case.seconds is None else case.seconds


def parts(case: Case) -> int:
    """Return how many judgements stand for a case whose process dies."""
    return len(case.detectors) or 1


def encode(record: msgspec.Struct) -> bytes:
    """Return the record as a frame."""
    return frame(msgspec.msgpack.encode(record, enc_hook=os.fspath))


def frame(content: bytes) -> bytes:
    """Return the content behind its length."""
    return len(content).to_bytes(_LENGTH_BYTES, "big") + content


def unframe(received: bytes | bytearray) -> bytes | None:
    """Return the content of the frame that was received, or None as long as it is cut short."""
    stop = _LENGTH_BYTES + int.from_bytes(received[:_LENGTH_BYTES], "big")
    is_whole = len(received) >= _LENGTH_BYTES and len(received) >= stop
    return bytes(received[_LENGTH_BYTES:stop]) if is_whole else None


def read_frame(stream: IO[bytes]) -> bytes | None:
    """Return the content of the next frame of a blocking stream; None at its end."""
    head = stream.read(_LENGTH_BYTES)
    content = stream.read(int.from_bytes(head, "big"))
    return unframe(head + content)


def decode_batch(content: bytes) -> Batch:
    """Return the batch that ``encode`` framed."""
    return msgspec.msgpack.decode(content, type=Batch, dec_hook=lambda type_, value: type_(value))


def decode_report(content: bytes) -> CaseReport:
    """Return the report that ``encode`` framed."""
    return msgspec.msgpack.decode(content, type=CaseReport)


def decode_answer(content: bytes) -> Answer:
    """Return the answer that ``encode`` framed.

    Raises:
        msgspec.MsgspecError: when the content is something else.

    """
    return msgspec.msgpack.decode(content, type=Answer)
