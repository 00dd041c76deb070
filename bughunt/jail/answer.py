"""What comes out of a jail: bytes that were checked before anything was built from them."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import msgspec

from bughunt.jail import wire
from bughunt.running import observation
from bughunt.running.outcome import unframe

_LONGEST_TEXT = 2000
_LONGEST_NAME = 100
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_PLACE = re.compile(r"[\w/.-]+:\d+", re.ASCII)


class Observed(msgspec.Struct, frozen=True, tag="observed"):
    """The child observed something; whether that is right is judged elsewhere."""

    data: bytes  # in the format of bughunt.running.observation

    def observation(self) -> Any:
        """Return the data; they were decoded once before the answer was accepted."""
        return observation.decode(self.data)


class Raised(msgspec.Struct, frozen=True, tag="raised"):
    """The code under hunt, or the observing half, raised an exception."""

    exception: str  # name of its class
    message: str
    where: str = ""  # "nanochat/gpt.py:123", as the child says


class Died(msgspec.Struct, frozen=True, tag="died"):
    """The process ended without an answer, or in another way than an answer ends it."""

    how: str  # "exit code 3", "SIGSEGV"


class Exceeded(msgspec.Struct, frozen=True, tag="exceeded"):
    """The child was killed, or its answer thrown away, because it took too much."""

    what: str  # time, processor time, memory, threads, disk, files, output, answer
    limit: float


class Malformed(msgspec.Struct, frozen=True, tag="malformed"):
    """What the child sent is no answer."""

    reason: str


Ending = Observed | Raised | Died | Exceeded | Malformed


class Answer(msgspec.Struct, frozen=True):
    """How one request ended, and in which tier of jail."""

    ending: Ending
    tier: str
    seconds: float
    output: str = ""  # the end of what was printed, cleaned


class Said(msgspec.Struct, frozen=True):
    """What a child writes into its frame."""

    ending: Observed | Raised
    imported: tuple[str, ...] = ()  # parts of known packages that it had to import


def read(frame: bytes) -> tuple[Observed | Raised | Malformed, tuple[str, ...]]:
    """Return what a child said, from the bytes that it may have forged, and what it imported."""
    content = unframe(frame)
    if content is None or len(content) + 4 != len(frame):
        return Malformed("not exactly one whole frame"), ()
    try:
        said = msgspec.msgpack.decode(content, type=Said)
        if isinstance(said.ending, Raised):
            return _cleaned(said.ending), said.imported
        wire.check(said.ending.data, observation.MAX_VALUES, observation.MAX_DEPTH)
        observation.decode(said.ending.data)
    except (msgspec.MsgspecError, ValueError, TypeError, OverflowError, RecursionError) as error:
        return Malformed(clean(str(error))), ()
    return said.ending, said.imported


def clean(text: str, longest: int = _LONGEST_TEXT) -> str:
    """Return the text without control and format characters, on one line, of bounded length."""
    shown = text[: 4 * longest]
    kept = (" " if unicodedata.category(it)[0] in "CZ" else it for it in shown)
    return " ".join("".join(kept).split())[:longest]


def _cleaned(raised: Raised) -> Raised:
    name = raised.exception[:_LONGEST_NAME]
    where = raised.where if len(raised.where) < 200 and _PLACE.fullmatch(raised.where) else ""
    return Raised(name if _NAME.fullmatch(name) else "Exception", clean(raised.message), where)
