"""Putting a bank to the proof: which questions are asked, and what follows from the answers."""

from __future__ import annotations

import ast
import platform
import random
import time
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path

import msgspec

from bughunt import detector_files
from bughunt.detector import CaseRun
from bughunt.errors import BankError, MutationFailed, did_you_mean
from bughunt.grade import evidence as shown
from bughunt.mutate import clean_tree, mutate, unified_diff
from bughunt.proving import company
from bughunt.proving.evidence import Evidence, Question, State
from bughunt.proving.findings import Findings, judge_bug, judge_company, judge_detector, judge_twins
from bughunt.proving.findings import unproved as unproved_bugs
from bughunt.proving.inspection import inspect, sites
from bughunt.proving.proof import BugProof, DetectorProof, Proof, Run, SetProof, Verdict, verdict
from bughunt.running.outcome import Crashed, Outcome, Passed
from bughunt.spec import Bank, Bug

_AGAIN = 3  # seeds that are run again in another way
_THREADS = 2  # of that other way, which also has another order of sets
_HASH_SEED = 1
_SHUFFLES = 2  # each of them forwards and backwards, so that any two detectors meet in both orders
_FORCED = "forced failure"


def prove(
    bank: Bank,
    evidence: Evidence,
    *,
    seeds: int = 20,
    triples: int = 100,
    only: str | None = None,
) -> Proof:
    """Find out everything about a bank, or about one bug of it.

    Args:
        bank: the catalogue and its clean code.
        evidence: where answers come from.
        seeds: how many seeds each detector has to give the same verdict on.
        triples: how many sets of three bugs to try.
        only: the id of a bug; what does not concern it is left out.

    Raises:
        BankError: for an unknown bug, or a bank without any.
        EnvironmentProblem: when detectors cannot be run on this machine.

    """
    if not bank.bugs:
        raise BankError([f"{bank.label}: there is no bug to prove. Write one under 'bugs'."])
    if only is not None and only not in bank.bugs:
        raise BankError([f"{bank.label}: no bug '{only}'. {did_you_mean(only, bank.bugs)}"])
    return _Examination(bank, evidence, seeds, only).proof(triples)


class _Examination:
    """A bank, what is asked about it, and what is found."""

    def __init__(self, bank: Bank, evidence: Evidence, seeds: int, only: str | None) -> None:
        self._bank = bank
        self._evidence = evidence
        self._seeds = seeds
        self._only = only
        self._found = Findings(bank)
        files = bank.detectors.glob("test_*.py")
        self._names = sorted(file.stem.removeprefix("test_") for file in files)
        self._clean = evidence.with_bugs(())

    def proof(self, triples: int) -> Proof:
        """Ask everything, and say what it means."""
        started = time.monotonic()
        made = self._inspected()
        chosen = [bug for bug in made if self._only in (None, bug.id)]
        detectors = self._clean_runs()
        bugs = self._bug_runs(chosen)
        for detector in detectors:
            if detector.runs:
                judge_detector(detector, self._found)
        for bug in bugs:
            judge_bug(self._bank, bug, self._found)
        self._check_dependence(chosen)
        self._check_edits(chosen)
        matrix = self._matrix(chosen)
        sets = self._company(self._solid(made), triples)
        conflicts = company.conflicts(it for it in sets if it.kind != "level")
        judge_company(self._bank, sets, conflicts, self._found)
        twins = _indistinguishable(bugs, matrix)
        judge_twins(twins, self._found)
        return Proof(
            bank=self._bank.label,
            versions=_versions(),
            seeds=self._seeds,
            bugs=bugs,
            detectors=detectors,
            matrix=matrix,
            sets=sets,
            conflicts=tuple(conflicts),
            indistinguishable=twins,
            findings=self._found.sorted(),
            cases=self._evidence.asked,
            ran=self._evidence.ran,
            seconds=time.monotonic() - started,
        )

    def _inspected(self) -> list[Bug]:
        """Note what can be seen without running anything; return the bugs that can be made."""
        made = []
        for bug in self._bank.bugs.values():
            findings = inspect(self._bank, bug)
            if all(finding.rule != "edit-fails" for finding in findings):
                made.append(bug)
            if self._only in (None, bug.id):
                self._found.all += findings
        for name in self._judged():
            for problem in detector_files.problems(self._bank, name):
                self._found.detector("not-collected", name, problem)
        return made

    def _judged(self) -> list[str]:
        """Return the detectors that are in question."""
        return self._names if self._only is None else [self._bank.bugs[self._only].detector]

    def _clean_runs(self) -> tuple[DetectorProof, ...]:
        """Run detectors on the clean code: alone on all seeds, in another way, in any order."""
        judged = self._judged()
        again = range(min(_AGAIN, self._seeds))
        asked = [
            ("alone", Question(self._clean, (name,), seed))
            for name in judged
            for seed in range(self._seeds)
        ]
        asked += [("alone", self._other(self._clean, name, s)) for name in judged for s in again]
        for shuffle in range(_SHUFFLES):
            names = _shuffled(self._names, shuffle)
            asked.append((f"shuffled {shuffle}", Question(self._clean, names)))
            asked.append((f"shuffled {shuffle} backwards", Question(self._clean, names[::-1])))
        runs: dict[str, list[Run]] = {name: [] for name in self._names}
        answers = self._evidence.ask([question for _, question in asked])
        for (order, question), ended in zip(asked, answers, strict=True):
            said = runs_of(question, ended, None, order)
            for name, run in zip(question.detectors, said, strict=True):
                runs[name].append(run)
        return tuple(
            DetectorProof(
                detector=name,
                law=_law(self._bank.detectors / f"test_{name}.py"),
                seconds=min((run.seconds for run in runs[name]), default=0.0),
                runs=tuple(runs[name]) if name in judged else (),
            )
            for name in self._names
        )

    @staticmethod
    def _other(state: State, name: str, seed: int) -> Question:
        """Return the question in which threads and the order of sets are not the usual ones."""
        return Question(state, (name,), seed, _THREADS, _HASH_SEED)

    def _bug_runs(self, bugs: Sequence[Bug]) -> tuple[BugProof, ...]:
        """Run the detector of each bug on the code that has the bug and no other."""
        asked = []
        for bug in bugs:
            state = self._evidence.with_bugs((bug,))
            usual = [Question(state, (bug.detector,), seed) for seed in range(self._seeds)]
            again = range(min(_AGAIN, self._seeds))
            other = [self._other(state, bug.detector, seed) for seed in again]
            asked += [(bug, question) for question in (*usual, *other)]
        runs: dict[str, list[Run]] = {bug.id: [] for bug in bugs}
        answers = self._evidence.ask([question for _, question in asked])
        for (bug, question), ended in zip(asked, answers, strict=True):
            runs[bug.id] += runs_of(question, ended, bug, "alone")
        return tuple(
            BugProof(
                bug=bug.id,
                sites=sites(self._bank, bug),
                diff=_diff(self._bank, bug),
                runs=tuple(runs[bug.id]),
            )
            for bug in bugs
        )

    def _check_dependence(self, bugs: Sequence[Bug]) -> None:
        """Note detectors that a change without effect turns red, or that never load their subject.

        The one is a comment at the end of the edited files, the other a failure at their start.
        """
        questions = []
        for bug in bugs:
            texts = {path: clean_tree(self._bank)[path] for path in _edited(bug)}
            with_comment = {path: f"{text}\n# The end.\n" for path, text in texts.items()}
            broken = dict.fromkeys(texts, f"raise RuntimeError({_FORCED!r})\n")
            questions.append(Question(self._clean, (bug.detector,)))
            questions += [
                Question(self._evidence.with_texts(overlay), (bug.detector,))
                for overlay in (with_comment, broken)
            ]
        outcomes = [ended.runs[0].outcome for ended in self._evidence.ask(questions)]
        for bug, clean, same, forced in zip(
            bugs, outcomes[::3], outcomes[1::3], outcomes[2::3], strict=True
        ):
            self._judge_dependence(bug, clean, same, forced)

    def _judge_dependence(self, bug: Bug, clean: Outcome, same: Outcome, forced: Outcome) -> None:
        files = ", ".join(_edited(bug))
        if not isinstance(same, Passed) and isinstance(clean, Passed):
            text = f"turns red when a comment is added to {files}: {shown(same)}."
            self._found.detector("false-alarm", bug.detector, f"{text} Observe what the code does.")
        if isinstance(forced, Crashed) and _FORCED in forced.message:
            if forced.exception == "NotCollected":
                text = "imports the code under hunt when it is loaded. Import inside 'observe'."
                self._found.detector("not-collected", bug.detector, text)
        else:
            text = f"does not notice that {files} cannot be imported ({shown(forced)})."
            self._found.detector("blind-detector", bug.detector, f"{text} Call the real code.")

    def _check_edits(self, bugs: Iterable[Bug]) -> None:
        """Note edits of a bug, one of several, that by themselves nobody sees."""
        asked = []
        for bug in bugs:
            for index, edit in enumerate(bug.edits if len(bug.edits) > 1 else ()):
                alone = msgspec.structs.replace(bug, id=f"{bug.id}/{index}", edits=(edit,))
                try:
                    state = self._evidence.with_bugs((alone,))
                except MutationFailed:  # it compiles only with the others
                    continue
                asked.append((bug, index, Question(state, (bug.detector,))))
        answers = self._evidence.ask([question for *_, question in asked])
        for (bug, index, _), ended in zip(asked, answers, strict=True):
            if isinstance(ended.runs[0].outcome, Passed):
                text = f"'{bug.detector}' passes with this edit alone. Remove it, unless the others"
                keys = ("bugs", bug.id, "edits", index)
                self._found.entry("silent-edit", keys, f"{text} need it.", warning=True)

    def _matrix(self, bugs: Sequence[Bug]) -> tuple[tuple[Verdict, ...], ...]:
        """Return what each detector says of each bug alone."""
        states = [self._evidence.with_bugs((bug,)) for bug in bugs]
        answers = iter(
            self._evidence.ask(
                [Question(state, (name,)) for state in states for name in self._names]
            )
        )
        return tuple(
            tuple(
                verdict(next(answers).runs[0].outcome, bug.expect if name == bug.detector else None)
                for name in self._names
            )
            for bug in bugs
        )

    def _solid(self, made: Iterable[Bug]) -> list[Bug]:
        """Return the bugs that can be put into company: caught alone, by a detector that holds."""
        doubtful = unproved_bugs(self._bank, self._found.all)
        able = [bug for bug in made if bug.id not in doubtful]
        if self._only is None:
            return able
        answers = self._evidence.ask(
            [
                Question(state, (bug.detector,))
                for bug in able
                for state in (self._clean, self._evidence.with_bugs((bug,)))
            ]
        )
        said = [ended.runs[0].outcome for ended in answers]
        return [
            bug
            for bug, clean, bugged in zip(able, said[::2], said[1::2], strict=True)
            if isinstance(clean, Passed) and verdict(bugged, bug.expect) is Verdict.CAUGHT
        ]

    def _company(self, solid: Sequence[Bug], triples: int) -> tuple[SetProof, ...]:
        """Put levels, all pairs and a sample of triples into the code."""

        def examined(groups: Iterable[company.Group]) -> list[SetProof]:
            concerned = [
                it
                for it in groups
                if self._only is None or self._only in {bug.id for bug in it.bugs}
            ]
            return company.examine(self._evidence, concerned)

        pairs = examined(company.pairs(solid))
        listed = company.listed_triples(self._bank, solid)
        avoided = [*company.conflicts(pairs), *self._bank.conflicts]
        threes = examined([*listed, *company.triples(solid, avoided, triples)])
        return (*examined(company.levels(self._bank, solid)), *pairs, *threes)


def _edited(bug: Bug) -> list[str]:
    return sorted({edit.path for edit in bug.edits})


def _shuffled(names: Sequence[str], order: int) -> tuple[str, ...]:
    generator = random.Random(f"order {order}")
    places = {name: generator.random() for name in names}
    return tuple(sorted(names, key=places.__getitem__))


def _law(file: Path) -> str:
    """Return the first line of a detector's docstring; "" when there is none to be read."""
    try:
        text = ast.get_docstring(ast.parse(file.read_bytes())) or ""
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    return text.partition("\n")[0]


def runs_of(question: Question, ended: CaseRun, bug: Bug | None, order: str) -> list[Run]:
    """Return what each detector of a question said, of the clean code or of a bug."""
    return [
        Run(
            verdict=verdict(run.outcome, bug.expect if bug else None),
            seed=question.seed,
            threads=question.threads,
            order=order,
            seconds=run.seconds,
            evidence=shown(run.outcome),
        )
        for run in ended.runs
    ]


def _diff(bank: Bank, bug: Bug) -> str:
    tree = mutate(bank, (bug,))
    return unified_diff(tree.clean, tree.mutated)


def _indistinguishable(
    bugs: Sequence[BugProof], matrix: Sequence[Sequence[Verdict]]
) -> tuple[tuple[str, ...], ...]:
    """Return groups of bugs that are seen by the same detectors."""
    rows: dict[tuple[bool, ...], list[str]] = {}
    for proof, verdicts in zip(bugs, matrix, strict=True):
        rows.setdefault(tuple(it is not Verdict.MISSED for it in verdicts), []).append(proof.bug)
    return tuple(tuple(ids) for row, ids in rows.items() if len(ids) > 1 and any(row))


def _versions() -> dict[str, str]:
    """Return the versions of what the verdicts depend on most."""
    names = ("bughunt", "torch", "numpy")
    installed = {it.name: it.version for it in metadata.distributions() if it.name in names}
    return {"python": platform.python_version(), **dict(sorted(installed.items()))}
