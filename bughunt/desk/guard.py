"""What a watch knows beside the symptoms: whether a save has broken a law that no symptom names.

The laws are asked when no symptom waits. Which of them the start code keeps is tried first, unless
an earlier watch or check has.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bughunt import general_laws, regressions, reset
from bughunt.dependence import Saves
from bughunt.desk.asking import CaseKey
from bughunt.desk.screen import Others
from bughunt.detector import Case, CaseRun
from bughunt.errors import BughuntError
from bughunt.general_laws import Group, Trial
from bughunt.manifest import general_law_names
from bughunt.regressions import Start
from bughunt.workspace import Workspace, changed_tests, sources


class Guard:
    """The general laws of a workspace while it is watched."""

    def __init__(self, workspace: Workspace, moment: datetime) -> None:
        self._workspace = workspace
        found = regressions.recover(workspace, moment)
        self._known = found.record or regressions.NOTHING_KNOWN
        self._may_be_kept = found.may_be_kept
        self._files: Mapping[str, bytes] = {}
        self._overlay: Mapping[str, str] | None = None
        self._trial = Trial({})
        self.warning = " ".join(found.warnings)
        self._is_used = bool(general_law_names(workspace.manifest))
        if self._is_used:
            self._begin()

    def _begin(self) -> None:
        """Ask what is not as at the start, or first of the start what is not known of it."""
        try:
            self._files = reset.start_files(self._workspace)
            self._trial = regressions.of_missing(self._workspace, self._known)
            if self._trial.is_settled:
                self._compare(self._known)
            else:
                self._overlay = sources(self._files)
        except BughuntError as error:
            self.warning = regressions.unknown(error)
            self._is_used = False

    @property
    def others(self) -> Others | None:
        """What is to be seen of it; None: there are no such laws, or nobody can say."""
        if not self._is_used:
            return None
        answered, total = self._trial.answered, len(self._trial.laws)
        if self._overlay is not None:
            return Others((), answered, total, is_settled=False)
        broken, is_settled = regressions.broken(self._trial), self._trial.is_settled
        return Others(broken, answered, total, is_settled=is_settled)

    def saved(self, saves: Saves) -> bool:
        """Take in a save; return whether somebody is asked in vain because of it."""
        if self._overlay is not None:  # the start code is what it was
            return False
        before, self._trial = self._trial.asked, self._trial.saved(saves)
        return self._trial.asked != before

    def all_again(self) -> bool:
        """Ask everybody anew; return whether somebody is asked in vain because of it."""
        everything = Saves(others=frozenset({""}))
        return self.saved(everything)

    def ask(self) -> dict[CaseKey, Case]:
        """Return what must be run, if anything."""
        groups = self._trial.groups if self._overlay is None else self._trial.singles
        cases = general_laws.cases(self._workspace.root, groups, self._overlay)
        asked: dict[CaseKey, Case] = dict(zip(groups, cases, strict=True))
        self._trial = self._trial.ask()
        return asked

    def ended(self, group: Group, run: CaseRun) -> None:
        """Take in how a group did."""
        self._trial = self._trial.ended(group, run)

    def over(self) -> str:
        """Take in that no more of them will end; of the start, keep what was found.

        Return why that cannot be kept, if so.

        Raises:
            EnvironmentProblem: when a file of the workspace cannot be read.

        """
        self._trial = self._trial.over()
        if self._overlay is None or not self._trial.is_settled:
            return ""
        self._overlay = None
        self._known = regressions.of_trial(self._trial, self._known)
        self._compare(self._known)
        tests = changed_tests(self._workspace)
        if self._may_be_kept and all(it.change == "added" for it in tests):
            return " ".join(regressions.keep(self._workspace, self._known))
        return ""

    def _compare(self, start: Start) -> None:
        """Ask the laws that the start code kept, as far as something is not as it was."""
        self._trial = regressions.of_kept(start)
        since = regressions.since_start(self._workspace, self._files)
        self._trial = self._trial.saved(since)
