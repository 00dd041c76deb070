"""From detector runs to symptoms: which are fixed, which are open, and what shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from bughunt.comparison import difference
from bughunt.detector import Case, DetectorRun
from bughunt.running.outcome import Crashed, Failed, Outcome, Passed, TimedOut
from bughunt.workspace import Symptom

_LONGEST_EVIDENCE = 160


class SymptomStatus(msgspec.Struct, frozen=True):
    """One symptom of a workspace after its detector ran."""

    number: int
    symptom: str
    detector: str
    fixed: bool
    evidence: str  # one line


class Grade(msgspec.Struct, frozen=True):
    """The symptoms that were looked at, in the hunter's numbering."""

    statuses: tuple[SymptomStatus, ...]

    @property
    def fixed(self) -> int:
        """How many are fixed."""
        return sum(status.fixed for status in self.statuses)

    @property
    def total(self) -> int:
        """How many were looked at."""
        return len(self.statuses)


def cases(root: Path, symptoms: Iterable[Symptom]) -> tuple[Case, ...]:
    """Return what must be run to grade these symptoms of the workspace at ``root``."""
    return tuple(Case((root / "tests" / f"test_{it.detector}.py",)) for it in symptoms)


def grade(symptoms: Iterable[Symptom], runs: Sequence[DetectorRun]) -> Grade:
    """Grade the symptoms; one is fixed if its detector ran and passed in every run."""
    return Grade(tuple(_status(symptom, runs) for symptom in symptoms))


def _status(symptom: Symptom, runs: Sequence[DetectorRun]) -> SymptomStatus:
    outcomes = [run.outcome for run in runs if run.detector == symptom.detector]
    against = [outcome for outcome in outcomes if not isinstance(outcome, Passed)]
    fixed = bool(outcomes) and not against
    shown = evidence(against[0]) if against else "its detector passes" if fixed else "not run"
    return SymptomStatus(symptom.number, symptom.text, symptom.detector, fixed, shown)


def evidence(outcome: Outcome) -> str:
    """Return the outcome on one line."""
    match outcome:
        case Passed():
            return "passes"
        case Failed(message):
            return _line(difference(message)) or "an assertion fails"
        case Crashed(exception, message, where):
            place = f" at {where}" if where else ""
            return _line(f"{exception}{place}: {message}" if message else f"{exception}{place}")
        case TimedOut(seconds):
            return f"no verdict within {seconds:g} s"


def _line(text: str) -> str:
    """Return the lines of a message that say something, joined and cut."""
    line = "; ".join(" ".join(line.split()) for line in text.splitlines() if line.strip())
    return line if len(line) <= _LONGEST_EVIDENCE else f"{line[: _LONGEST_EVIDENCE - 3]}..."
