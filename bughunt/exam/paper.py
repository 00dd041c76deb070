"""What a candidate gets: a workspace that does not know its bugs.

It has the code, the symptoms and a signed sheet. The manifest that hunters' commands read is there
without the salted digests of bug ids, which somebody with the bank could try one by one. Detectors
stay with the organiser unless the plan gives them away, and so does the notebook, whose experiments
are named by law. The only commit is that of the start, so that ``diff`` and ``reset`` work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bughunt import __version__, git_repository, manifest
from bughunt.contents import gitignore, pyproject
from bughunt.detector_files import detector_files
from bughunt.exam.answers import Entry
from bughunt.exam.archive import packed
from bughunt.exam.camouflage.disguise import disguised
from bughunt.exam.keys import ExamKey
from bughunt.exam.plan import Plan
from bughunt.exam.sheet import FORMAT, SHEET, Sheet, encode, signed
from bughunt.manifest import Manifest, Symptom
from bughunt.mutate import MutatedTree, mutate, read
from bughunt.notebook import NOTEBOOK, notebook
from bughunt.select import Selection
from bughunt.spec import Bank, Bug

Disguise = Callable[[MutatedTree, bytes], MutatedTree]

_MOMENT = 1_735_689_600  # the start of 2025, UTC: of the commit
_README = """\
# {title}

Candidate `{candidate}`, {minutes} minutes.{opens}{deadline}

The code in {packages} has {count}. Somebody who used it reports:

{symptoms}

Find what is wrong, and put it right where it is wrong. Hand in this whole folder, or an archive of
it; only the code in {packages} is looked at.

```
{commands}
```

The commands come with bughunt {version}.

{tests}
{hints}
"""
_COMMANDS = """\
bughunt diff         # what you changed so far; 'git diff' shows the same
bughunt reset FILE   # puts a file back as it is now
bughunt status       # how long you have been at it"""
_OWN_TESTS = """\
There are no tests in this folder. Write your own: `pytest` runs what stands in `tests/`, on the
code of this folder, whatever is installed."""
_CHECK = "bughunt check        # which symptoms remain"
_PYTEST = "pytest               # the laws in tests/"
_HINTS = {
    "none": "There are no hints.",
    "free": "`bughunt hint N` gives a hint to symptom N, one of three. Hints cost nothing.",
    "cost": "A hint costs {cost:g} points. Ask the organiser, with your number and the symptom's.",
}


def archive(
    bank: Bank, plan: Plan, entry: Entry, key: ExamKey, disguise: Disguise = disguised
) -> bytes:
    """Return the archive of one candidate.

    Raises:
        BankError: when an edit does not apply, or a file of the bank cannot be used.

    """
    files = paper(bank, plan, entry, key, disguise)
    repository = git_repository.repository(files, "Start", _MOMENT)
    files |= {f".git/{path}": content for path, content in repository.items()}
    return packed(files, entry.candidate)


def paper(
    bank: Bank, plan: Plan, entry: Entry, key: ExamKey, disguise: Disguise = disguised
) -> dict[str, bytes]:
    """Return every file of a candidate's workspace but those of git, by path with ``/``.

    Raises:
        BankError: when an edit does not apply, or a file of the bank cannot be used.

    """
    bugs = tuple(bank.bugs[name] for name in entry.bugs)
    tree = disguise(mutate(bank, bugs), bytes.fromhex(entry.camouflage))
    files = {path: text.encode() for path, text in tree.mutated.items()}
    files |= {path: read(bank.root / path) for path in bank.files if not path.endswith(".py")}
    tests = _tests(bank, bugs) if plan.detectors else {}
    files |= tests
    record = _manifest(bank, plan, entry, bugs, tests)
    files[manifest.MANIFEST] = manifest.encode(record)
    files["README.md"] = _readme(plan, entry, record).encode()
    files[".gitignore"] = gitignore(manifest.MANIFEST, SHEET)
    if plan.detectors:
        selection = Selection(
            bugs=bugs, title=plan.title, minutes=entry.minutes, origin=f"exam {plan.id}"
        )
        files[NOTEBOOK] = notebook(bank, selection)
    files["pyproject.toml"] = pyproject("tests")
    files[SHEET] = encode(signed(_sheet(plan, entry, bugs, files), key))
    return files


def _tests(bank: Bank, bugs: tuple[Bug, ...]) -> dict[str, bytes]:
    return {f"tests/{name}": source for name, source in detector_files(bank, bugs).items()}


def _manifest(
    bank: Bank, plan: Plan, entry: Entry, bugs: tuple[Bug, ...], tests: Mapping[str, bytes]
) -> Manifest:
    return Manifest(
        format=manifest.FORMAT,
        bughunt=__version__,
        title=plan.title,
        minutes=entry.minutes,
        packages=bank.packages,
        symptoms=tuple(
            Symptom(number, _line(bug.symptom), bug.detector if plan.detectors else "")
            for number, bug in enumerate(bugs, start=1)
        ),
        bank="",
        salt="",
        sealed=(),
        tests={path: manifest.fingerprint(tests[path]) for path in sorted(tests)},
    )


def _sheet(plan: Plan, entry: Entry, bugs: tuple[Bug, ...], files: Mapping[str, bytes]) -> Sheet:
    return Sheet(
        format=FORMAT,
        exam=plan.id,
        attempt=plan.attempt,
        title=plan.title,
        candidate=entry.candidate,
        minutes=entry.minutes,
        opens=entry.opens,
        deadline=entry.deadline,
        hints=plan.hints,
        hint_cost=plan.hint_cost,
        hint_texts=tuple(bug.hints for bug in bugs) if plan.hints == "free" else (),
        files={path: manifest.fingerprint(files[path]) for path in sorted(files)},
    )


def _readme(plan: Plan, entry: Entry, record: Manifest) -> str:
    count = len(record.symptoms)
    tests = _OWN_TESTS
    commands = _COMMANDS
    if plan.detectors:
        tests = "Each law in `tests/` says what correct code does. The code is to be put right."
        commands = f"{_CHECK}\n{commands}\n{_PYTEST}"
    return _README.format(
        title=plan.title,
        version=__version__,
        candidate=entry.candidate,
        minutes=entry.minutes,
        opens=f" Opens {entry.opens}." if entry.opens else "",
        deadline=f" To be handed in by {entry.deadline}." if entry.deadline else "",
        packages=" and ".join(f"`{package}/`" for package in record.packages),
        count="a bug" if count == 1 else f"{count} bugs",
        symptoms="\n".join(f"{it.number}. {it.text}" for it in record.symptoms),
        commands=commands,
        tests=tests,
        hints=_HINTS[plan.hints].format(cost=plan.hint_cost),
    )


def _line(text: str) -> str:
    return " ".join(text.split())
