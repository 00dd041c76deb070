"""What of a plan reaches archives and draw: it must stay the same once an exam is built.

Scoring may change until marks are final, and comments at any time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from bughunt.exam.plan import Plan, Stratum

_PLACES = {
    **dict.fromkeys(
        ("bugs", "strata", "band", "overlap", "levels", "topics", "leave_out", "seeds"), "draw."
    ),
    **dict.fromkeys(("minutes", "opens", "closes"), "time."),
}


class Settled(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan without its scoring; the bank is settled by its digest."""

    id: str
    title: str
    attempt: int
    bugs: int
    strata: tuple[Stratum, ...]
    band: int
    overlap: int
    levels: tuple[str, ...]
    topics: tuple[str, ...]
    leave_out: tuple[str, ...]
    seeds: int
    minutes: int
    opens: str | None
    closes: str | None
    hints: Literal["none", "free", "cost"]
    hint_cost: float
    detectors: bool
    earlier: str | None


def settled(plan: Plan) -> Settled:
    """Return what of a plan is settled by a build."""
    fields = {name: getattr(plan, name) for name in Settled.__struct_fields__}
    times = {name: fields[name] and fields[name].isoformat() for name in ("opens", "closes")}
    return Settled(**fields | times)


def as_settled(plan: Plan, was: Settled) -> Plan:
    """Return a plan in which everything is as it was settled, but for what is in no archive."""
    kept = {name: getattr(was, name) for name in was.__struct_fields__}
    return msgspec.structs.replace(plan, **kept | {"opens": plan.opens, "closes": plan.closes})


def changes(was: Settled, now: Settled) -> Iterator[str]:
    """Yield in words what was settled and is otherwise now."""
    for name in was.__struct_fields__:
        before, after = getattr(was, name), getattr(now, name)
        if before != after:
            place = f"{_PLACES.get(name, '')}{name}"
            yield f"{place} was {_shown(before)} and is {_shown(after)}"


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        words = (f"{it.bugs} of {it}" if isinstance(it, Stratum) else str(it) for it in value)
        return f"[{', '.join(words)}]"
    return "left out" if value is None else str(value)
