"""All bugs of a bank on one page, for those who teach with them: the answers are on it."""

from __future__ import annotations

from collections.abc import Iterator

from bughunt.authoring.preview import Preview, preview
from bughunt.spec import Bank

_HEAD = """\
# The bugs of {title}

For instructors: all answers are here. Made from `{catalogue}`; after a change of it:
`{command}`.

{count} bugs in {levels} levels. Difficulty is the author's estimate, from 1 to 5.
"""
_ENTRY = """
## {bug}

> {symptom}

{facts}

```diff
{diff}
```

**Law**: {law} (`{detector}`; ends with {end})

**Hints**

1. {first}
2. {second}
3. {third}

**Explanation**: {explanation}

**Cost**: {cost}

**Reference**: {reference}
"""


def page(bank: Bank, *, command: str) -> str:
    """Return the page, in Markdown; drafts are left out.

    Args:
        bank: the catalogue.
        command: what makes the page, to be named on it.

    Raises:
        BankError: when a file cannot be read.

    """
    shown = [preview(bank, name) for name, bug in bank.bugs.items() if not bug.unwritten]
    head = _HEAD.format(
        title=" and ".join(bank.packages),
        catalogue=bank.path.name,
        command=command,
        count=len(shown),
        levels=len(bank.levels),
    )
    return "".join([head, "\n", *_overview(shown), *map(_entry, shown)])


def _overview(shown: list[Preview]) -> Iterator[str]:
    """Yield a table of contents: by level, then the others."""
    yield "| bug | level | difficulty | topics |\n|---|---|---|---|\n"
    for it in shown:
        link = f"[{it.bug.id}](#{it.bug.id})"
        topics = ", ".join(it.bug.topics)
        yield f"| {link} | {'; '.join(it.levels)} | {it.bug.difficulty} | {topics} |\n"


def _entry(it: Preview) -> str:
    bug = it.bug
    first, second, third = map(_on_one_line, bug.hints)
    levels = "; ".join(it.levels) or "in no level"
    return _ENTRY.format(
        bug=bug.id,
        symptom=_on_one_line(bug.symptom),
        facts=f"{levels}. Difficulty {bug.difficulty}. Topics: {', '.join(bug.topics)}.",
        diff=it.diff.rstrip("\n"),
        law=it.law,
        detector=it.detector,
        end=bug.expect.exception or "an assertion that fails",
        first=first,
        second=second,
        third=third,
        explanation=_on_one_line(bug.explanation),
        cost=_on_one_line(bug.cost or "not measured"),
        reference=_on_one_line(bug.reference),
    )


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
