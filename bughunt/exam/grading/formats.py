"""Results as other programs read them: Gradescope's results.json, and JUnit's XML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree

import msgspec

from bughunt.exam.grading.marks import BugMark, Mark
from bughunt.exam.plan import Plan

RESULTS = "results.json"
JUNIT = "junit.xml"
WORDS = {
    "restored": "put right",
    "fixed": "put right",
    "suspicious": "put right",
    "open": "the symptom remains",
}
_CONTROL = re.compile(r"[^\x20-\ud7ff\ue000-\ufffd]")


class Test(msgspec.Struct, frozen=True, kw_only=True):
    """One line of Gradescope's list."""

    name: str
    score: float
    max_score: float
    status: str
    output: str
    output_format: str = "text"
    visibility: str = "after_published"


class Gradescope(msgspec.Struct, frozen=True, kw_only=True):
    """What Gradescope reads."""

    output: str
    output_format: str = "text"
    score: float
    visibility: str = "after_published"
    stdout_visibility: str = "hidden"
    tests: tuple[Test, ...] = ()
    extra_data: dict[str, str] = {}


def gradescope(mark: Mark) -> bytes:
    """Return results.json of one candidate, without answers."""
    if mark.score is None:
        # Gradescope takes no submission without a score; the text says that this is none.
        record = Gradescope(output=f"No score: {mark.state}. {mark.told}".strip(), score=0.0)
    else:
        tests = (*map(_test, mark.bugs), *_taken_away(mark))
        jail = mark.record.findings.tier if mark.record else ""
        record = Gradescope(
            output=summary(mark), score=mark.score, tests=tests, extra_data={"jail": jail}
        )
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


def summary(mark: Mark) -> str:
    """Return in a sentence or three what makes the score, without answers."""
    parts = [f"{mark.score:g} of {mark.maximum:g} points."]
    if mark.penalty:
        count = len(mark.broken)
        parts.append(f"Laws broken that held before: {count}, {mark.penalty:g} points less.")
    if mark.hints:
        parts.append(f"Hints taken: {mark.hints}, {mark.hint_cost:g} points less.")
    if mark.late:
        parts.append(f"Handed in {mark.late} minutes after the deadline.")
    return " ".join(parts)


def outcome(bug: BugMark) -> str:
    """Return what a candidate is told about a symptom."""
    if bug.is_void:
        return "taken out of the exam; its points are shared among the others"
    if bug.earned and bug.record.verdict == "open":
        return "put right in part"
    return WORDS[bug.record.verdict]


def junit(plan: Plan, marks: Iterable[Mark]) -> bytes:
    """Return all results as JUnit XML: a suite for each candidate, a case for each symptom."""
    root = ElementTree.Element("testsuites", name=f"{plan.id}, attempt {plan.attempt}")
    for mark in marks:
        suite = ElementTree.SubElement(root, "testsuite", name=mark.entry.candidate)
        if mark.score is None:
            case = ElementTree.SubElement(suite, "testcase", name="submission")
            said = ElementTree.SubElement(case, "error", message=printable(mark.state))
            said.text = printable(mark.why)
        for bug in mark.bugs:
            _case(suite, bug)
        for law in mark.broken:
            case = ElementTree.SubElement(suite, "testcase", name=printable(law.law))
            failure = ElementTree.SubElement(case, "failure", message="held before and is broken")
            failure.text = printable(law.evidence)
        suite.set("tests", str(len(suite)))
        suite.set("failures", str(len(suite.findall("*/failure"))))
        suite.set("errors", str(len(suite.findall("*/error"))))
        suite.set("skipped", str(len(suite.findall("*/skipped"))))
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def printable(text: str) -> str:
    """Return a text with what XML cannot hold, and what steers a terminal, replaced."""
    return _CONTROL.sub("?", text)


def _case(suite: ElementTree.Element, bug: BugMark) -> None:
    name = f"symptom {bug.record.number}: {bug.record.bug}"
    case = ElementTree.SubElement(suite, "testcase", name=printable(name))
    if bug.is_void:
        ElementTree.SubElement(case, "skipped", message="void")
    elif bug.record.verdict == "open":
        failure = ElementTree.SubElement(case, "failure", message="open")
        failure.text = printable(bug.record.evidence)


def _taken_away(mark: Mark) -> Iterator[Test]:
    """Yield what lowers the score beside symptoms, so that the lines add up, if not below zero."""
    broken = "Laws that held before and are broken"
    for name, number, points in (
        (broken, len(mark.broken), mark.penalty),
        ("Hints that were taken", mark.hints, mark.hint_cost),
    ):
        if points:
            yield Test(name=name, score=-points, max_score=0.0, status="failed", output=f"{number}")


def _test(bug: BugMark) -> Test:
    return Test(
        name=f"Symptom {bug.record.number}: {bug.symptom}",
        score=bug.earned,
        max_score=bug.points,
        status="failed" if bug.record.verdict == "open" and not bug.is_void else "passed",
        output=outcome(bug),
    )
