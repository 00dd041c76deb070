"""Laws that no symptom names: asked in company, and alone where they do not pass.

Laws that share a process take a third of the time that they take one by one. What goes wrong for
one of them may come from another, though, so a law is broken only if it does not pass alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from bughunt.dependence import Saves, is_concerned
from bughunt.detector import Case, CaseRun
from bughunt.grade import evidence
from bughunt.manifest import general_file
from bughunt.running.outcome import Crashed, Outcome, Passed

_COMPANY = 8
_LONGEST = 10.0  # seconds for a company; a law alone has the time of a symptom's
_NOT_RUN = Crashed("not run", "")

Group = tuple[str, ...]  # laws that share a process


class Law(msgspec.Struct, frozen=True):
    """One general law, and what is known of it."""

    name: str
    outcome: Outcome | None = None  # of the last run that counts; None: no answer yet
    files: frozenset[str] | None = None  # that its last run asked for; None: not known

    @property
    def passes(self) -> bool:
        """Whether it passed when it was last asked."""
        return isinstance(self.outcome, Passed)

    @property
    def evidence(self) -> str:
        """What the last run showed, on one line."""
        return evidence(self.outcome) if self.outcome else "no answer yet"

    def depends_on(self, saves: Saves) -> bool:
        """Return whether the answer may be another now."""
        return is_concerned(saves, general_file(self.name), self.files)


class Trial(msgspec.Struct, frozen=True):
    """General laws under one state of the code: which are to be asked, and which are asked."""

    laws: Mapping[str, Law]
    waiting: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()  # of the waiting: they did not pass in company

    @property
    def is_settled(self) -> bool:
        """Whether every answer holds."""
        return not (self.waiting or self.asked)

    @property
    def answered(self) -> int:
        """How many answers hold."""
        return len(self.laws) - len(self.waiting | self.asked)

    @property
    def passing(self) -> tuple[str, ...]:
        """The laws that passed when they were last asked."""
        return tuple(law.name for law in self.laws.values() if law.passes)

    @property
    def broken(self) -> tuple[Law, ...]:
        """The laws that did not, when they were last asked alone."""
        return tuple(law for law in self.laws.values() if law.outcome and not law.passes)

    @property
    def singles(self) -> tuple[Group, ...]:
        """Those who wait, to be asked one by one: each then tells the files that it asks for."""
        return tuple((law,) for law in sorted(self.waiting))

    @property
    def groups(self) -> tuple[Group, ...]:
        """Those who wait, to be asked in company where they may."""
        together = sorted(self.waiting - self.alone)
        starts = range(0, len(together), _COMPANY)
        companies = (tuple(together[start : start + _COMPANY]) for start in starts)
        return (*companies, *((law,) for law in sorted(self.alone)))

    def saved(self, saves: Saves) -> Trial:
        """Return the trial after files changed: what they concern is to be asked anew."""
        anew = frozenset(law.name for law in self.laws.values() if law.depends_on(saves))
        return msgspec.structs.replace(
            self, waiting=self.waiting | anew, asked=self.asked - anew, alone=self.alone - anew
        )

    def ask(self) -> Trial:
        """Return the trial while what was waiting is being asked."""
        known = {it: msgspec.structs.replace(self.laws[it], files=None) for it in self.waiting}
        return Trial({**self.laws, **known}, asked=self.waiting)

    def ended(self, group: Group, run: CaseRun) -> Trial:
        """Return the trial after a group has run; who is not asked any more has no say."""
        outcomes = {ended.detector: ended.outcome for ended in run.runs}
        files = None if run.files is None else frozenset(run.files)
        judged, suspects = {}, set()
        for name in self.asked & set(group):
            law = Law(name, outcomes.get(name, _NOT_RUN), files)
            if law.passes or len(group) == 1:
                judged[name] = law
            else:
                suspects.add(name)
        return Trial(
            {**self.laws, **judged},
            waiting=self.waiting | suspects,
            asked=self.asked - set(group),
            alone=self.alone | suspects,
        )

    def over(self) -> Trial:
        """Return the trial after the last run: who was asked and did not answer waits again."""
        return msgspec.structs.replace(self, waiting=self.waiting | self.asked, asked=frozenset())


def cases(
    root: Path, groups: Iterable[Group], overlay: Mapping[str, str] | None = None
) -> Iterator[Case]:
    """Yield what must be run to ask the groups, of the code of a workspace or one laid over it."""
    for group in groups:
        yield Case(
            tuple(root / general_file(law) for law in group),
            overlay=dict(overlay or {}),
            seconds=_LONGEST if len(group) > 1 else None,
            beside=(root / "tests",),
        )
