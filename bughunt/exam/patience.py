"""Evidence for an exam: a machine that is slow for a moment must not decide which sets are drawn.

A case without a verdict, because its time was over or somebody ended its process, is asked once
more, alone and with a longer limit. What has none then either is told, and no set takes its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from bughunt.detector import CaseRun
from bughunt.errors import EnvironmentProblem
from bughunt.grade import evidence as shown
from bughunt.proving.evidence import Evidence, Question
from bughunt.running.outcome import Crashed, Outcome, TimedOut

_LONGER = 6  # times the usual limit


class PatientEvidence(Evidence):
    """Evidence in which every answer is a verdict."""

    def __enter__(self) -> PatientEvidence:
        return self

    def ask(self, questions: Sequence[Question]) -> list[CaseRun]:
        """Return the answers, in the order of the questions.

        Raises:
            EnvironmentProblem: when a case comes to no verdict, alone and with more time.

        """
        answers = super().ask(questions)
        late = [place for place, ended in enumerate(answers) if _has_no_verdict(ended)]
        for place in late:
            question = questions[place]
            answers[place] = self._alone.ask((question,))[0]
            if _has_no_verdict(answers[place]):
                raise EnvironmentProblem(self._untold(question, answers[place]))
        return answers

    @cached_property
    def _alone(self) -> Evidence:
        return self._opened.enter_context(
            Evidence(
                self._bank,
                self._store,
                timeout=_LONGER * self._timeout,
                tick=self._tick,
                runners=self._runners,
            )
        )

    def _untold(self, question: Question, ended: CaseRun) -> str:
        bugs = ", ".join(f"'{it}'" for it in sorted(question.state.bugs)) or "no bug"
        detector = question.detectors[len(ended.runs) - 1]  # those before it have their verdicts
        text = f"the detector '{detector}' came to no verdict with {bugs} in the code"
        text = f"{self._bank.label}: {text} (seed {question.seed}), twice: {shown(_last(ended))}."
        advice = "Build again when the machine is less busy. If that ends here too, leave one out"
        return f"{text} {advice} (draw.leave_out), or list them as a conflict of the bank."


def _has_no_verdict(ended: CaseRun) -> bool:
    match _last(ended):
        case TimedOut() | Crashed("SIGKILL" | "SIGTERM" | "SIGXCPU"):
            return True
    return False


def _last(ended: CaseRun) -> Outcome:
    return ended.runs[-1].outcome
