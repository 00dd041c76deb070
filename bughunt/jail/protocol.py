"""What the keeper outside and the server inside tell each other, one packet each.

The texts under observation are not among it: they go from the keeper straight into a child, and
what the child says goes straight back, so that nothing of one request is left in the server when
the next one is forked from it.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from bughunt.jail.request import Limits

LONGEST_PACKET = 1 << 16
DESCRIPTORS = 3  # that come with a Spawn: request, answer, output


class Start(msgspec.Struct, frozen=True, tag="start"):
    """The first packet: where a child may write, what it may read, what is imported for all."""

    own: Path
    hidden: tuple[str, ...]  # top-level modules whose files no child may read
    needs_landlock: bool
    preload: tuple[str, ...] = ()


class Learn(msgspec.Struct, frozen=True, tag="learn"):
    """Modules that children had to import, so that later ones need not."""

    names: tuple[str, ...]


class Spawn(msgspec.Struct, frozen=True, tag="spawn"):
    """Run one child."""

    limits: Limits


class Kill(msgspec.Struct, frozen=True, tag="kill"):
    """End the child that runs."""


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """The server has started, or learned."""

    landlock: int  # its version; 0 where it is not in use


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """The child is dead, with all that it started, and its folder is empty."""

    how: str = ""  # "exit code 3", "SIGSEGV"; empty when it ended as an answer ends it
    exceeded: str = ""  # what it took too much of
    limit: float = 0.0
    is_locked: bool = True  # whether it had locked its doors before it read anything


Order = Start | Learn | Spawn | Kill
Report = Ready | Ended


def encode(packet: Order | Report) -> bytes:
    """Return the packet as bytes."""
    return msgspec.msgpack.encode(packet, enc_hook=str)


def decode_order(content: bytes) -> Order:
    """Return what the keeper said."""
    order: Order = msgspec.msgpack.decode(content, type=Order, dec_hook=lambda kind, it: kind(it))
    return order


def decode_report(content: bytes) -> Report:
    """Return what the server said."""
    report: Report = msgspec.msgpack.decode(content, type=Report)
    return report
