"""What a watch knows beside the symptoms: whether a save has broken a law that no symptom names.

The laws are asked when no symptom waits: first of all about the code as the watch found it, unless
an earlier watch or check has.
"""

from __future__ import annotations

from datetime import datetime

from bughunt import general_laws, regressions
from bughunt.desk.asking import CaseKey
from bughunt.desk.screen import Others
from bughunt.detector import Case, CaseRun
from bughunt.errors import BughuntError
from bughunt.general_laws import Question, Trial
from bughunt.manifest import general_law_names
from bughunt.workspace import Workspace


class Guard:
    """The general laws of a workspace while it is watched."""

    def __init__(self, workspace: Workspace, moment: datetime) -> None:
        self._workspace = workspace
        self._trial: Trial | None = None  # None: there are no such laws, or nobody can say
        self._is_blind = False  # over the last save, which could not be read
        self._kept: object = None  # the answers that are written down
        self.warning = ""
        if general_law_names(workspace.manifest):
            self._begin(moment)

    def _begin(self, moment: datetime) -> None:
        found = regressions.recover(self._workspace, moment)
        self.warning = " ".join(found.warnings)
        self._may_be_kept = found.may_be_kept
        try:
            self._trial = regressions.begin(self._workspace, found, is_eager=True)
            self._kept = self._trial.answers
        except BughuntError as error:
            self.warning = regressions.unknown(error)

    @property
    def others(self) -> Others | None:
        """What is to be seen of it; None: there are no such laws, or nobody can say."""
        if (trial := self._trial) is None:
            return None
        is_settled = trial.is_settled and not self._is_blind
        broken, total = regressions.broken(trial), len(trial.answers)
        return Others(broken, trial.answered, total, is_settled=is_settled)

    def saved(self) -> bool:
        """Take in a save; return whether somebody is asked in vain because of it."""
        if self._trial is None:
            return False
        try:
            now = general_laws.code_of(self._workspace)
            tests = general_laws.digests_of_tests(self._workspace)
        except BughuntError:  # a file is being replaced, or is no longer to be read: another save
            self._is_blind = True
            return False
        before, self._trial, self._is_blind = self._trial, self._trial.saved(now, tests), False
        return (now != before.now and any(it.when == "now" for it in before.asked)) or (
            self._trial.asked != before.asked
        )

    def all_again(self) -> bool:
        """Ask everybody anew; return whether somebody is asked already."""
        if self._trial is None:
            return False
        self._trial = self._trial.all_again()
        return self.saved() or bool(self._trial.asked)

    def ask(self) -> dict[CaseKey, Case]:
        """Return what must be run, if anything."""
        if self._trial is None or self._is_blind:
            return {}
        self._trial = self._trial.ask()
        asked = self._trial.asked
        return dict(zip(asked, general_laws.cases(self._workspace.root, asked), strict=True))

    def ended(self, question: Question, run: CaseRun) -> None:
        """Take in what a law said."""
        if self._trial is not None:
            self._trial = self._trial.ended(question, run)

    def over(self) -> str:
        """Take in that no more of them will end; keep what they said.

        Return why that cannot be kept, if so.
        """
        if self._trial is None:
            return ""
        self._trial = self._trial.over()
        if self._kept is self._trial.answers or not (self._may_be_kept and self._trial.is_settled):
            return ""
        self._kept = self._trial.answers
        return " ".join(regressions.keep(self._workspace, self._trial))
