"""Attacks on a jail, each a text of its own beside this file, and what became of them.

An attack replaces the specimen's package. Words between @ stand for what it aims at: a folder with
a key, a variable, the process of the grader, a port that listens, a folder that must stay as it is.
"""

from __future__ import annotations

import ast
import contextlib
import os
import secrets
import socket
import tempfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import msgspec

from bughunt.jail import scratch, specimen
from bughunt.jail.answer import Answer, Died, Exceeded, Malformed, Observed, Raised
from bughunt.jail.descendants import descendants
from bughunt.jail.keeper import Jail, JailBroke
from bughunt.jail.observing_half import observing_half
from bughunt.jail.request import Request
from bughunt.jail.tiers import Tier

_FOLDER = Path(__file__).parent / "attacks"
_OUTSIDE = ("/tmp", "/var/tmp", "/dev/shm", "/run")
_STOLEN = b"stolen"


class Attack(msgspec.Struct, frozen=True):
    """One hostile text."""

    name: str
    tried: str  # the first line of its docstring
    goal: str
    text: str


class Result(msgspec.Struct, frozen=True):
    """What became of an attack."""

    attack: Attack
    stopped: str  # how it ended
    got_through: str  # what it reached; empty when nothing


def attacks() -> tuple[Attack, ...]:
    """Return all attacks, by name."""
    return tuple(_read(file) for file in sorted(_FOLDER.glob("*.txt")))


def _read(file: Path) -> Attack:
    text = file.read_text(encoding="utf-8")
    module = ast.parse(text)
    goals = (
        ast.literal_eval(it.value)
        for it in module.body
        if isinstance(it, ast.Assign) and ast.unparse(it.targets[0]) == "GOAL"
    )
    tried = (ast.get_docstring(module) or "").partition("\n")[0]
    return Attack(file.stem, tried, next(goals), text)


class Range:
    """A jail to attack, and around it what attacks aim at."""

    def __init__(self, tier: Tier) -> None:
        self._stack = contextlib.ExitStack()
        temporary = tempfile.TemporaryDirectory
        self._home = Path(self._stack.enter_context(temporary(prefix="home-")))
        self._outside = Path(self._stack.enter_context(temporary(prefix="outside-")))
        self._key, self._value, self._earlier, self._nonce = (
            secrets.token_hex(16) for _ in range(4)
        )
        (self._home / "key").write_text(self._key, encoding="ascii")
        self._arrange()
        self._listening = [self._stack.enter_context(it) for it in _listening()]
        self._variable = f"KEY_{secrets.token_hex(4)}"
        os.environ[self._variable] = self._value
        self._stack.callback(os.environ.pop, self._variable)
        self._jail = self._stack.enter_context(Jail(tier))

    def __enter__(self) -> Range:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def suffer(self, attack: Attack) -> Result:
        """Let one attack happen; look at what it reached."""
        seed = secrets.randbits(62) + 100  # not one that anybody can have tried at home
        try:
            clean = self._run(f"EARLIER = '{self._earlier}'\n{specimen.CLEAN}", seed)
            before = descendants(os.getpid())
            answer = self._run(self._aimed(attack.text), seed)
            left = descendants(os.getpid()) - before
            beside = self._run(specimen.CLEAN, seed)
        except JailBroke as error:
            return Result(attack, "", str(error))
        reached = [
            *(["a point"] if self._is_honest(answer, clean) else []),
            *([] if self._is_honest(beside, clean) else ["the mark of the clean code beside it"]),
            *(["a secret"] if self._tells(answer) else []),
            *([f"processes {sorted(left)}"] if left else []),
            *self._changes(),
            *(["the network"] if self._was_called() else []),
            *(["control characters"] if not _text(answer).isprintable() else []),
        ]
        return Result(attack, _stopped(answer), ", ".join(reached))

    @cached_property
    def _half(self) -> str:
        return observing_half("specimen", specimen.DETECTOR, {}).observing

    def _run(self, text: str, seed: int) -> Answer:
        return self._jail.run(
            Request(
                packages=(specimen.PACKAGE,),
                tree={specimen.FILE: text},
                observing=self._half,
                seed=seed,
                limits=specimen.LIMITS,
            )
        )

    def _aimed(self, text: str) -> str:
        aims = {
            "home": str(self._home),
            "outside": str(self._outside),
            "variable": self._variable,
            "pid": str(os.getpid()),
            "port": str(self._listening[0].getsockname()[1]),
            "nonce": f"left-{self._nonce}",
            "reversed": self._earlier.encode()[::-1].hex(),
            "package": str(Path(__file__).parents[1]),
        }
        for word, value in aims.items():
            text = text.replace(f"@{word}@", value)
        return text

    def _is_honest(self, answer: Answer, clean: Answer) -> bool:
        if not isinstance(answer.ending, Observed) or not isinstance(clean.ending, Observed):
            return False
        return specimen.earns_the_point(answer.ending.observation(), clean.ending.observation())

    def _tells(self, answer: Answer) -> bool:
        data = answer.ending.data if isinstance(answer.ending, Observed) else b""
        told = data + _text(answer).encode()
        canaries = (self._key, self._value, self._earlier, specimen.SECRET)
        return _STOLEN in told or any(it.encode() in told for it in canaries)

    def _changes(self) -> Iterator[str]:
        """Yield what was left or changed, and put things back as they were."""
        library = Path(os.__file__).parent
        folders = [*map(Path, _OUTSIDE), self._home, library, library / "__pycache__", Path.cwd()]
        for file in [it for folder in folders for it in folder.glob(f"*{self._nonce}*")]:
            file.unlink()
            yield str(file)
        if _state(self._outside) != self._state:
            yield f"changes in {self._outside}"
            self._arrange()

    def _arrange(self) -> None:
        """Put the folder that must stay as it is into its state."""
        scratch.empty(self._outside)
        (self._outside / "kept").write_text("as it was", encoding="ascii")
        self._state = _state(self._outside)

    def _was_called(self) -> bool:
        called = False
        for listening in self._listening:
            with contextlib.suppress(BlockingIOError):
                if listening.type == socket.SOCK_STREAM:
                    listening.accept()[0].close()
                else:
                    listening.recv(64)
                called = True
        return called


def _listening() -> Iterator[socket.socket]:
    """Yield sockets that answer on one port, for connections and for datagrams."""
    stream = socket.create_server(("127.0.0.1", 0))
    datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagram.bind(stream.getsockname())
    for it in (stream, datagram):
        it.setblocking(False)
        yield it


def _state(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return what a folder holds: mode, time and content of each file."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return {
        str(file): (file.stat().st_mode, file.stat().st_mtime_ns, file.read_bytes())
        for file in files
    }


def _text(answer: Answer) -> str:
    """Return all words of an answer that a person could be shown."""
    ending = answer.ending
    if isinstance(ending, Raised):
        return f"{ending.exception} {ending.message} {ending.where} {answer.output}"
    return f"{_stopped(answer)} {answer.output}"


def _stopped(answer: Answer) -> str:
    match answer.ending:
        case Observed():
            return "what it observed is wrong"
        case Raised(exception, message):
            return f"{exception}: {message[:60]}"
        case Died(how):
            return f"ended with {how}"
        case Exceeded(what):
            return f"killed: too much {what}"
        case Malformed(reason):
            return f"no answer: {reason[:60]}"
