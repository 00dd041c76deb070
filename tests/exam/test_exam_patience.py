"""A machine that is slow for a moment decides nothing."""

import contextlib

import msgspec
import pytest
from small_exam import KEY, build_exam, contents

from bughunt.detector import CaseRun, TimedOut
from bughunt.errors import EnvironmentProblem
from bughunt.exam.build import build
from bughunt.exam.keys import ExamKey
from bughunt.exam.patience import PatientEvidence
from bughunt.proving.answer_store import Store
from bughunt.proving.evidence import Question, Runners

pytestmark = pytest.mark.slow  # sets are proved


class Busy(Runners):
    """Runs cases on a machine on which some need more time than they have."""

    def __init__(self, is_late):
        super().__init__()
        self._is_late = is_late
        self.limits = []

    def for_hash_seed(self, hash_seed):
        """Return what runs batches, and loses cases."""
        run = super().for_hash_seed(hash_seed)

        def runs(batch):
            self.limits += [(batch.timeout, batch.jobs, len(batch.cases))]
            for index, ended in run(batch):
                if self._is_late(index, batch.timeout):
                    *before, last = ended.runs
                    yield index, CaseRun((*before, _late(last, batch.timeout)), 0.0, None)
                else:
                    yield index, ended

        return runs


def _late(run, seconds):
    return msgspec.structs.replace(run, outcome=TimedOut(seconds))


@contextlib.contextmanager
def evidence_of(bank, is_late):
    """Give evidence from such a machine, and what it ran."""
    with Busy(is_late) as busy, PatientEvidence(bank, Store(None), jobs=1, runners=busy) as found:
        yield found, busy.limits


def test_cases_that_were_late_once_change_no_byte_of_a_build(order, built, tmp_path):
    """They are asked again one by one, with a longer limit."""
    with evidence_of(order.bank, lambda index, seconds: index % 9 == 0 and seconds < 60) as (
        evidence,
        limits,
    ):
        build(order, ExamKey(KEY), evidence, tmp_path / "build")
    assert contents(tmp_path / "build") == contents(built.folder)
    assert {it for it in limits if it[0] > 60} == {(120.0, 1, 1)}


def test_a_case_that_is_late_twice_stops_the_build_and_draws_no_other_set(order, store, tmp_path):
    """Nothing is written, nothing is kept, and the next build is as ever."""

    def is_late(index, seconds):
        return seconds > 60 or index == 5

    with (
        evidence_of(order.bank, is_late) as (evidence, _),
        pytest.raises(EnvironmentProblem, match=r"no verdict with .* twice: .* 120 s"),
    ):
        build(order, ExamKey(KEY), evidence, tmp_path / "build")
    assert not (tmp_path / "build").exists()
    assert build_exam(order, store, tmp_path / "build").candidates == 3


def test_what_came_to_no_verdict_is_named_with_the_bugs_that_were_there(bank):
    """In a form of the code as well, and where another detector ran before it."""
    bugs = ("ash_grown_too_tall", "elm_grown_too_tall")
    detectors = tuple(bank.bugs[it].detector for it in bugs)
    told = rf"the detector '{detectors[1]}' came to no verdict with '{bugs[0]}', '{bugs[1]}' in"
    with evidence_of(bank, lambda *_: True) as (evidence, _):
        plain = evidence.with_bugs(bank.bugs[it] for it in bugs)
        form = evidence.with_texts(
            {path: f"{text}# form\n" for path, text in plain.overlay.items()}, frozenset(bugs)
        )
        for state in (plain, form):
            with pytest.raises(EnvironmentProblem, match=told):
                evidence.ask((Question(state, detectors),))
