"""Laws that no symptom names: what they said of which code, and what must still be asked.

A law is broken by the hunter if it passes on the code of the start and not on that of now. What it
says depends on the files that its process asked for and, in them, on the functions that it entered,
on the tests, and on what is installed. So an answer about one code holds for every other that
agrees with it in these; and of the start, only those laws are asked that do not pass now.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from bughunt.detector import Case, CaseRun
from bughunt.digests import digest, digests_of
from bughunt.grade import evidence
from bughunt.manifest import general_file, general_law_names
from bughunt.running.outcome import Crashed, Failed, Outcome, Passed
from bughunt.workspace import Workspace, package_files, test_files

_NOT_RUN = Crashed("not run", "")
_RUNNING = Path(__file__).parent / "running"


class Code(msgspec.Struct, frozen=True):
    """The packages of a workspace at one moment."""

    texts: Mapping[str, str]  # of the Python files in UTF-8, by path with "/"
    digests: Mapping[str, str]  # of all Python files, and of their parts
    rest: str  # digest of what else they hold, and of the names of these


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one law said, and of which code."""

    passed: bool
    evidence: str  # one line
    parts: Mapping[str, str]  # digests of the Python files, or parts of them, on which it depends
    rest: str
    test: str  # digest of all else on which it depends
    lasts: bool = True  # whether it may be kept: False if the machine may be the reason for it

    def is_about(self, code: Code) -> bool:
        """Return whether the law would say the same of this code."""
        return self.rest == code.rest and all(
            code.digests.get(name) == digest for name, digest in self.parts.items()
        )


class Question(NamedTuple):
    """A law, and which code it is asked about."""

    law: str
    when: Literal["start", "now"]


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the laws, and who is being asked about which code."""

    start: Code
    now: Code
    tests: Mapping[str, str]  # for each law, a digest of all on which it depends beside the code
    answers: Mapping[str, tuple[Answer, ...]]  # for each law, with these tests; the newest last
    asked: Mapping[Question, Code] = {}
    is_eager: bool = False  # whether to ask although nothing is changed since the start

    @property
    def is_changed(self) -> bool:
        """Whether the packages are not as at the start."""
        return self.now != self.start

    @property
    def questions(self) -> tuple[Question, ...]:
        """What is to be asked, and is not being asked."""
        wanted = [it for law in self.answers if (it := self._question(law))]
        return tuple(it for it in wanted if it not in self.asked)

    def _question(self, law: str) -> Question | None:
        now = self._answer(law, self.now)
        if now is None:
            return Question(law, "now") if self.is_eager or self.is_changed else None
        if now.passed or self._answer(law, self.start):
            return None
        return Question(law, "start")

    @property
    def is_settled(self) -> bool:
        """Whether nothing is to be asked."""
        return not (self.questions or self.asked)

    @property
    def answered(self) -> int:
        """How many laws have nothing more to say."""
        return sum(self._question(law) is None for law in self.answers)

    @property
    def broken(self) -> Iterator[tuple[str, str]]:
        """The laws that passed at the start and do not now, each with what shows it."""
        for law in self.answers:
            start, now = self._answer(law, self.start), self._answer(law, self.now)
            if start and start.passed and now and not now.passed:
                yield law, now.evidence

    def _answer(self, law: str, code: Code) -> Answer | None:
        return next((it for it in reversed(self.answers[law]) if it.is_about(code)), None)

    def saved(self, now: Code, tests: Mapping[str, str]) -> Trial:
        """Return the trial after the code has changed, or the tests.

        What a law said before its test was saved counts for nothing, nor what it is about to say.
        """
        answers = {
            law: tuple(it for it in known if it.test == tests[law])
            for law, known in self.answers.items()
        }
        same = {it: of for it, of in self.asked.items() if self.tests[it.law] == tests[it.law]}
        return msgspec.structs.replace(self, now=now, tests=tests, answers=answers, asked=same)

    def all_again(self) -> Trial:
        """Return the trial with nothing known."""
        return msgspec.structs.replace(self, answers=dict.fromkeys(self.answers, ()))

    def ask(self) -> Trial:
        """Return the trial while all its questions are being asked."""
        codes = {"start": self.start, "now": self.now}
        return msgspec.structs.replace(self, asked={it: codes[it.when] for it in self.questions})

    def ended(self, question: Question, run: CaseRun) -> Trial:
        """Return the trial after a law has run; who is not asked any more has no say."""
        if question not in self.asked:
            return self
        law = question.law
        asked = {it: of for it, of in self.asked.items() if it != question}
        said = _said(run, self.asked[question], self.tests[law])
        answers = {**self.answers, law: (*self.answers[law], said)}
        return msgspec.structs.replace(self, asked=asked, answers=answers)

    def over(self) -> Trial:
        """Return the trial after the last run: who did not answer is to be asked again."""
        return msgspec.structs.replace(self, asked={})


def _said(run: CaseRun, code: Code, test: str) -> Answer:
    """Return the answer that a run is; one that does not last is about this very code."""
    outcome: Outcome = run.runs[0].outcome if run.runs else _NOT_RUN
    names = set(code.digests if run.parts is None else run.parts)
    lasts = isinstance(outcome, Passed | Failed) and run.parts is not None
    lasts = lasts and code.texts.keys() >= set(run.files or ()) and code.digests.keys() >= names
    parts = {name: code.digests[name] for name in names} if lasts else code.digests
    passed = isinstance(outcome, Passed)
    return Answer(passed, evidence(outcome), parts, code.rest, test, lasts)


def code_of(workspace: Workspace, files: Mapping[str, bytes] | None = None) -> Code:
    """Return the code of a workspace: of now, or of these files of the packages.

    Raises:
        EnvironmentProblem: when a file cannot be read.

    """
    files = package_files(workspace) if files is None else files
    python = {path: content for path, content in files.items() if path.endswith(".py")}
    others = {path: content for path, content in files.items() if path not in python}
    texts = dict(_readable(python))
    digests = {path: digest(content) for path, content in python.items()}
    for path, text in texts.items():
        digests |= digests_of(path, text)
    return Code(texts, digests, digest("\n".join([*sorted(python), *_listed(others)])))


def digests_of_tests(workspace: Workspace) -> dict[str, str]:
    """Return for each law a digest of all that its answers depend on, but for the code.

    Raises:
        EnvironmentProblem: when a file cannot be read.

    """
    files = test_files(workspace)
    is_shared = {path: not path.rpartition("/")[2].startswith("test_") for path in files}
    shared = [_installed(), *_listed({it: files[it] for it in files if is_shared[it]})]
    laws = general_law_names(workspace.manifest)
    own = {law: digest(files.get(general_file(law), b"")) for law in laws}
    return {law: digest("\n".join([*shared, own[law]])) for law in laws}


def _listed(files: Mapping[str, bytes]) -> list[str]:
    return [f"{path} {digest(content)}" for path, content in sorted(files.items())]


def _readable(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Yield those in UTF-8; Python itself may know another encoding."""
    for path, content in files.items():
        with contextlib.suppress(UnicodeDecodeError):
            yield path, content.decode()


@functools.cache
def _installed() -> str:
    """Return what tells this installation from others; names of these folders hold versions."""
    folders = {file.name for place in sys.path for file in Path(place).glob("*.dist-info")}
    ours = (digest(file.read_bytes()) for file in sorted(_RUNNING.glob("*.py")))
    return "\n".join((sys.version, *sorted(folders), *ours))


def cases(root: Path, asked: Mapping[Question, Code]) -> Iterable[Case]:
    """Yield what must be run to ask these questions, whatever is saved meanwhile."""
    for question, code in asked.items():
        yield Case(
            (root / general_file(question.law),),
            overlay=dict(code.texts),
            beside=(root / "tests",),
        )
