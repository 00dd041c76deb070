"""The child: a fork that locks itself in, then observes, and leaves."""

from __future__ import annotations

import contextlib
import importlib
import os
import random
import sys
import traceback
from pathlib import Path
from typing import NoReturn

import msgspec

from bughunt.jail import landlock, limits, seccomp
from bughunt.jail.answer import Observed, Raised, Said
from bughunt.jail.request import OBSERVING, Limits, Request
from bughunt.running import observation
from bughunt.running.case import crashed
from bughunt.running.outcome import frame
from bughunt.running.tree_import import TreeFinder, late_imports

_MOST_DESCRIPTORS = 65536


class Ends(msgspec.Struct, frozen=True):
    """The descriptors of a child."""

    request: int  # to read what is asked
    answer: int  # to write a frame
    output: int  # what is printed
    ready: int  # one byte, once the doors are locked
    rules: int | None  # of Landlock; None where another wall stands in its place


def become(ends: Ends, bounds: Limits, own: Path) -> NoReturn:
    """Turn this fork into a child: lock the doors, say so, observe, answer."""
    try:
        _enter(ends, bounds)
        os.write(ends.ready, b"+")
        os.close(ends.ready)
        request = _read(ends.request)
        content = _observe(request, own)
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        while content:
            content = content[os.write(ends.answer, content) :]
        os._exit(0)
    except BaseException:  # no error may climb into the server's own loop
        traceback.print_exc()
    finally:
        os._exit(70)


def _enter(ends: Ends, bounds: Limits) -> None:
    """Lock the doors; whatever fails here ends the child before it has read anything."""
    os.setsid()
    limits.die_with_parent()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(ends.output, 1)
    os.dup2(ends.output, 2)
    _close_all_but({ends.request, ends.answer, ends.ready, ends.rules})
    limits.limit(bounds)
    limits.drop_capabilities()
    limits.give_up_new_privileges()
    if ends.rules is not None:
        landlock.restrict(ends.rules)
        os.close(ends.rules)
    seccomp.install(seccomp.program(os.getpid()))


def _close_all_but(kept: set[int | None]) -> None:
    low = 3
    for descriptor in sorted(it for it in kept if it is not None):
        os.closerange(low, descriptor)
        low = descriptor + 1
    os.closerange(low, _MOST_DESCRIPTORS)


def _read(descriptor: int) -> Request:
    size = os.fstat(descriptor).st_size
    parts, position = [], 0
    while position < size:
        parts.append(os.pread(descriptor, size - position, position))
        position += len(parts[-1])
    os.close(descriptor)
    return msgspec.msgpack.decode(b"".join(parts), type=Request)


def _observe(request: Request, own: Path) -> bytes:
    """Import the texts, observe, and return the frame that says what came of it."""
    before = set(sys.modules)
    texts = request.texts()
    root = own / "tree"  # there is no such folder: all that it could hold is in ``texts``
    names = (*request.packages, *request.support, OBSERVING)
    sys.meta_path.insert(0, TreeFinder(root, names, texts))
    ending: Observed | Raised
    try:
        _prepare(request)
        observe = importlib.import_module(OBSERVING).observe
        ending = Observed(observation.encode(observe(request.seed)))
    except BaseException as error:  # the code under hunt may raise anything
        crash = crashed(error, root, tuple(root / name for name in request.packages))
        ending = Raised(crash.exception, crash.message, crash.where)
    return frame(msgspec.msgpack.encode(Said(ending, late_imports(before))))


def _prepare(request: Request) -> None:
    """Seed what a fork shares with all other forks, and set the number of threads."""
    random.seed()
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(request.threads)
