"""Which bugs, in which order."""

from __future__ import annotations

import random
from collections.abc import Iterable

import msgspec

from bughunt.errors import SelectionError, did_you_mean
from bughunt.spec import Bank, Bug, Level

_MINUTES_PER_DIFFICULTY = 10


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What may be said of a level before the hunt: no bug is named."""

    name: str
    title: str
    minutes: int
    bugs: int
    topics: tuple[str, ...]
    difficulty: tuple[int, int]  # of the easiest bug and of the hardest


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """The bugs of one hunt, in the hunter's numbering."""

    bugs: tuple[Bug, ...]
    title: str
    minutes: int
    origin: str  # "level hard", "bugs", "random 3 seed 7"; names no bug
    seed: int | None = None


def scope(bank: Bank, level: Level) -> Scope:
    """Return what a level is about; topics are sorted, so that none stands for a bug."""
    bugs = [bank.bugs[name] for name in level.bugs]
    grades = [bug.difficulty for bug in bugs]
    return Scope(
        name=level.name,
        title=level.title,
        minutes=level.minutes,
        bugs=len(bugs),
        topics=tuple(sorted({topic for bug in bugs for topic in bug.topics})),
        difficulty=(min(grades), max(grades)),
    )


def select_level(bank: Bank, name: str) -> Selection:
    """Return the bugs of a level.

    Raises:
        SelectionError: when there is no such level.

    """
    level = bank.levels.get(name)
    if level is None:
        advice = did_you_mean(name, bank.levels)
        raise SelectionError(f"{bank.label}: no level '{name}'. {advice}")
    return Selection(
        bugs=tuple(bank.bugs[bug] for bug in level.bugs),
        title=level.title,
        minutes=level.minutes,
        origin=f"level {name}",
    )


def select_bugs(bank: Bank, ids: Iterable[str]) -> Selection:
    """Return the bugs with these ids, in this order.

    Raises:
        SelectionError: for an unknown id, a draft, one that is there twice, two bugs with one
            detector (their symptoms could not be told apart), bugs in conflict, or none at all.

    """
    bugs: list[Bug] = []
    for name in ids:
        bug = bank.bugs.get(name)
        if bug is None:
            raise SelectionError(f"{bank.label}: no bug '{name}'. {did_you_mean(name, bank.bugs)}")
        if bug.unwritten:
            text = f"bug '{name}' is a draft. Write its {', '.join(bug.unwritten)} first."
            raise SelectionError(f"{bank.label}: {text}")
        if bug in bugs:
            raise SelectionError(f"bug '{name}' is named twice. Remove one.")
        for other in bugs:
            if other.detector == bug.detector:
                text = f"bugs '{other.id}' and '{name}' share the detector '{bug.detector}'."
                raise SelectionError(f"{text} Choose one of them.")
        bugs.append(bug)
    if conflict := bank.conflict_in([bug.id for bug in bugs]):
        text = f"bugs {', '.join(conflict.bugs)} are in conflict: {conflict.because.strip()}"
        raise SelectionError(f"{text} Leave one of them out.")
    if not bugs:
        raise SelectionError(f"no bug is named. {did_you_mean('', bank.bugs)}")
    return _own_choice(bugs, "bugs", None)


class Terms(msgspec.Struct, frozen=True):
    """What a draw is restricted to."""

    topics: tuple[str, ...] = ()  # a bug has one of them or more; empty: whatever they are
    difficulty: tuple[int, int] | None = None  # from the first to the second, both included

    def fit(self, bug: Bug) -> bool:
        """Return whether the bug may be drawn."""
        easiest, hardest = self.difficulty or (bug.difficulty, bug.difficulty)
        topical = not self.topics or not set(self.topics).isdisjoint(bug.topics)
        return topical and easiest <= bug.difficulty <= hardest

    def __str__(self) -> str:
        topics = f" on {' or '.join(self.topics)}" if self.topics else ""
        return topics + (" of difficulty {}-{}".format(*self.difficulty) if self.difficulty else "")


def select_random(bank: Bank, number: int, seed: int, terms: Terms | None = None) -> Selection:
    """Draw bugs without conflicts; the same bank and arguments give the same draw anywhere.

    Only ``Random.random`` is used, whose sequence Python promises to keep between its versions.

    Raises:
        SelectionError: for an unknown topic, or when the bank does not have so many.

    """
    terms = terms or Terms()
    if number < 1:
        raise SelectionError(f"{number} bugs cannot be drawn. Ask for 1 or more.")
    _check_topics(bank, terms)
    generator = random.Random(str(seed))  # the text, because -7 and 7 are the same number to it
    places = {name: generator.random() for name in sorted(bank.bugs)}
    drawn: dict[str, Bug] = {}
    for name in sorted(places, key=places.__getitem__):
        bug = bank.bugs[name]
        others = (other.id for other in drawn.values())
        if terms.fit(bug) and not bug.unwritten and not bank.conflict_in([name, *others]):
            drawn.setdefault(bug.detector, bug)
    if number > len(drawn):
        text = f"a draw of {_count(number)}{terms} without conflicts is asked for, and"
        advice = f"Ask for {len(drawn)} or fewer." if drawn else "Ask for bugs of another kind."
        raise SelectionError(f"{text} {bank.label} has {len(drawn)}. {advice}")
    origin = f"random {number}{terms} seed {seed}"
    return _own_choice(list(drawn.values())[:number], origin, seed)


def _check_topics(bank: Bank, terms: Terms) -> None:
    known = {topic for bug in bank.bugs.values() for topic in bug.topics}
    for topic in terms.topics:
        if topic not in known:
            raise SelectionError(f"{bank.label}: no topic '{topic}'. {did_you_mean(topic, known)}")


def _own_choice(bugs: list[Bug], origin: str, seed: int | None) -> Selection:
    minutes = _MINUTES_PER_DIFFICULTY * sum(bug.difficulty for bug in bugs)
    title = f"A hunt for {_count(len(bugs))}"
    return Selection(bugs=tuple(bugs), title=title, minutes=minutes, origin=origin, seed=seed)


def _count(number: int) -> str:
    return "one bug" if number == 1 else f"{number} bugs"
