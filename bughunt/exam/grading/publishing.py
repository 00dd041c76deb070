"""Everything that is written about results, from records: no submission is needed for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bughunt.errors import ExamError
from bughunt.exam.grading import formats, gradebook, pages, sitting
from bughunt.exam.grading import record as records
from bughunt.exam.grading.marks import Mark, Scoring, marks
from bughunt.exam.grading.record import Record
from bughunt.exam.grading.sitting import Exam, Sitting
from bughunt.exam.hint_record import Given
from bughunt.exam.own_folder import make_folder
from bughunt.exam.roster import Candidate
from bughunt.placement import place_file

CANDIDATES = "candidates"


def sat(results: Path) -> tuple[Sitting, tuple[Record, ...]]:
    """Return what a folder of results holds.

    Raises:
        ExamError: when nothing was graded into it, or a record is damaged.

    """
    found = sitting.read_sitting(results)
    if found is None:
        text = f"{results}: no {sitting.SITTING}. Grade first with 'bughunt exam grade'."
        raise ExamError(text)
    known = {records.name_of(it.digest, it.candidate): it for it in records.kept(results)}
    missing = [name for name in found.records if name not in known]
    if missing:
        text = f"{results / records.RECORDS / missing[0]}: is missing. Grade again."
        raise ExamError(text)
    return found, tuple(known[name] for name in found.records)


def publish(
    exam: Exam, given: Given, people: Mapping[str, Candidate], results: Path
) -> tuple[Mark, ...]:
    """Write tables, pages and results of all candidates; return the marks.

    Raises:
        ExamError: when nothing was graded, or a record is damaged.
        EnvironmentProblem: when the system refuses to write.

    """
    found, own = sat(results)
    scoring = Scoring(exam.plan, exam.bank, given, found.void)
    given_marks = marks(scoring, exam.answers.entries, own)
    nobodys = [it for it in own if it.candidate is None]
    page = pages.organiser(exam.plan, exam.bank, given_marks, nobodys, people)
    files = {
        gradebook.GRADEBOOK: gradebook.gradebook(exam.plan, given_marks, people).encode(),
        gradebook.REVIEW: gradebook.review(given_marks, own).encode(),
        formats.JUNIT: formats.junit(exam.plan, given_marks),
        pages.ORGANISER: page.encode(),
    }
    for mark in given_marks:
        folder = f"{CANDIDATES}/{mark.entry.candidate}"
        if mark.record is not None or (results / folder).exists():  # with an older score in it
            make_folder(results / folder)
            files[f"{folder}/{formats.RESULTS}"] = formats.gradescope(mark)
            files[f"{folder}/{pages.FEEDBACK}"] = pages.feedback(exam.plan, mark).encode()
    for name, content in files.items():
        place_file(content, results / name)
    return given_marks
