"""The tiers and the attacks on the strongest of them, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bughunt.jail.corpus import Result
from bughunt.jail.strength import Strength
from bughunt.report import Block, Line, Table, counted

_BLANK = Line("")


def attacked(strength: Strength, results: Sequence[Result]) -> tuple[Block, ...]:
    """Return what each attack tried, and what became of it."""
    header = tuple(Line(word, "bold") for word in ("", "ATTACK", "WHAT IT TRIED, AND HOW IT ENDED"))
    through = sum(bool(result.got_through) for result in results)
    verdict = f"{counted(through, 'attack')} got through" if through else "Nothing got through"
    name = strength.tier.name if strength.tier else "none"
    return (
        *_tiers(strength),
        _BLANK,
        Table((header, *map(_row, results))),
        _BLANK,
        Line(f"{counted(len(results), 'attack')} on tier {name}. {verdict}.", "bold"),
    )


def as_data(strength: Strength, results: Sequence[Result]) -> Mapping[str, Any]:
    """Return the same as plain data for JSON."""
    return {
        "tier": strength.tier.name if strength.tier else None,
        "refused": strength.refused,
        "attacks": [
            {
                "name": result.attack.name,
                "goal": result.attack.goal,
                "tried": result.attack.tried,
                "stopped": result.stopped,
                "got_through": result.got_through,
            }
            for result in results
        ],
    }


def _tiers(strength: Strength) -> tuple[Block, ...]:
    refused = (
        Line(f"Tier {name} does not hold here: {reason}.", "yellow")
        for name, reason in strength.refused.items()
    )
    strongest = () if strength.tier is None else (Line(f"Strongest tier: {strength.tier.name}"),)
    return (*refused, *strongest)


def _row(result: Result) -> tuple[Line, ...]:
    ended = f"It reached {result.got_through}" if result.got_through else result.stopped
    state = Line("through", "bold red") if result.got_through else Line("stopped", "green")
    return (
        state,
        Line(result.attack.name, "cyan"),
        Line(f"{result.attack.tried}\n  To {result.attack.goal}. {ended}"),
    )
