"""What is saved in a workspace: file events say when to look, a look says what changed.

So an editor that writes another file and renames it, several files at once, and events that come
twice are all the same. Where a look finds what no event announced, twice in a row, file events do
not arrive (as on some shared folders), and from then on there are only looks.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event, main_thread
from typing import Protocol

import msgspec

from bughunt.dependence import Saves
from bughunt.errors import WorkspaceError
from bughunt.workspace import Workspace

_PERIOD = 0.3  # seconds between looks without events
_QUIET = 30  # milliseconds without another event, after which a save is complete
_LONGEST_SAVE = 300
_LONGEST_TRUST = 1000  # milliseconds without events, after which to look all the same

Look = dict[str, tuple[int, int, int]]  # time, size and inode of each file, by path with "/"


class Saved(msgspec.Struct, frozen=True):
    """Files of the workspace changed."""

    saves: Saves


class Polling(msgspec.Struct, frozen=True):
    """From now on there are only looks."""

    reason: str


class Gone(msgspec.Struct, frozen=True):
    """The folder is not there any more, or another one is."""

    error: WorkspaceError


class Watchable(Protocol):
    """Files that can be looked at again and again."""

    root: Path

    @property
    def watched(self) -> Sequence[Path]:
        """Where events are asked for."""

    def look(self) -> Look | None:
        """Return what is there now; None: the folder is gone."""


class Place:
    """The folder of a workspace, as it is when the watch begins."""

    def __init__(self, workspace: Workspace) -> None:
        self.root = workspace.root
        self._folders = (*workspace.manifest.packages, "tests")
        self._identity = self._look_at_root()
        self._known: frozenset[str] = frozenset(self._files(all_of_them=True))

    @property
    def watched(self) -> Sequence[Path]:
        """The whole workspace."""
        return (self.root,)

    def look(self) -> Look | None:
        """Return what is there now; None: the folder is gone."""
        if self._identity is None or self._look_at_root() != self._identity:
            return None
        return self._files()

    def _look_at_root(self) -> tuple[int, int] | None:
        try:
            status = self.root.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def _files(self, *, all_of_them: bool = False) -> Look:
        """Look at Python files, and at others only if they were there when the watch began.

        So what editors leave beside a file while they write it does not count.
        """
        found = {}
        for path in self._paths():
            name = path.relative_to(self.root).as_posix()
            if all_of_them or name.endswith(".py") or name in self._known:
                try:
                    status = path.stat()
                except OSError:  # it went between the two looks
                    continue
                found[name] = (status.st_mtime_ns, status.st_size, status.st_ino)
        return found

    def _paths(self) -> Iterator[Path]:
        for top in self._folders:
            for folder, folders, names in os.walk(self.root / top):
                folders[:] = [name for name in folders if name[0] != "." and name != "__pycache__"]
                yield from (Path(folder, name) for name in names if name[0] != ".")


class Follower:
    """Compares looks, and doubts events that do not come."""

    def __init__(self, place: Watchable) -> None:
        self.place = place
        self.is_polling = False
        self._seen = place.look()
        self._is_doubted = False
        self._rounds = 0

    def step(self, *, announced: bool) -> Iterator[Saved | Polling | Gone]:
        """Look, and yield what happened; ``announced`` is whether an event said so."""
        seen = self.place.look()
        if seen is None or self._seen is None:
            yield Gone(_gone(self.place.root))
            return
        saves = difference(self._seen, seen)
        if saves:
            yield Saved(saves)
        if self._is_doubted and not (announced or self.is_polling):
            self.is_polling = True
            yield Polling("file events do not arrive here")
        # The first round begins before events can come, and an event may be on its way.
        self._is_doubted = bool(saves) and not announced and self._rounds > 0
        self._rounds += 1
        self._seen = seen

    def poll(self, reason: str) -> Polling:
        """Do without events, for a reason that is known."""
        self.is_polling = True
        return Polling(reason)


def difference(before: Look, after: Look) -> Saves:
    """Return what changed between two looks."""
    both = before.keys() & after.keys()
    changed = {path for path in both if before[path] != after[path]}
    return Saves(frozenset(changed), frozenset(before.keys() ^ after.keys()))


def follow(follower: Follower, post: Callable[[Saved | Polling | Gone], None], stop: Event) -> None:
    """Tell ``post`` what happens, until ``stop`` is set, or the folder or the main thread is gone.

    A signal may end the main thread before it comes to set ``stop``.
    """
    for announced in _rounds(follower, post, stop):
        if not main_thread().is_alive():
            return
        for event in follower.step(announced=announced):
            post(event)
            if isinstance(event, Gone):
                return


def _rounds(follower: Follower, post: Callable[[Polling], None], stop: Event) -> Iterator[bool]:
    """Yield when it is time to look, and whether an event says so."""
    try:
        for events in _events(follower.place.watched, stop):
            if follower.is_polling:
                break
            yield bool(events)
    except (OSError, RuntimeError) as error:  # such as a limit on the number of watched folders
        post(follower.poll(f"no file events: {error}"))
    while not stop.wait(_PERIOD):
        yield False


def _events(paths: Sequence[Path], stop: Event) -> Iterator[object]:
    from watchfiles import watch

    return watch(
        *paths,
        watch_filter=None,
        debounce=_LONGEST_SAVE,
        step=_QUIET,
        stop_event=stop,
        rust_timeout=_LONGEST_TRUST,
        yield_on_timeout=True,
        force_polling=False,  # that is ours to do, and to tell
        ignore_permission_denied=True,
    )


def _gone(root: Path) -> WorkspaceError:
    return WorkspaceError(
        f"{root}: the workspace was moved, removed or replaced while it was watched. Change into "
        "it where it is now, and start 'bughunt watch' again."
    )
