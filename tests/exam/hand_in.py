"""A small exam with laws that draw their inputs, and submissions to it from bytes."""

import io
import tarfile
import zipfile
from concurrent.futures import Executor, Future

from bughunt.exam.answers import ANSWERS, read_answers
from bughunt.exam.archive import unpacked
from bughunt.exam.build import Order, build
from bughunt.exam.grading.publishing import publish, sat
from bughunt.exam.grading.sitting import Exam, grade
from bughunt.exam.hint_record import Given
from bughunt.exam.keys import ExamKey
from bughunt.exam.patience import PatientEvidence
from bughunt.exam.plan import read_plan
from bughunt.exam.roster import read_roster
from bughunt.spec import load_bank

KEY = bytes(range(1, 33))
CODE = "shop/__init__.py"
TILL = "shop/till.py"
SHOP = '''\
"""A shop."""


def double(number):
    """Return twice the number."""
    return 2 * number


def greeting(name):
    """Return what is said at the door."""
    return f"Good morning, {name}"
'''
MONEY = '''\
"""A till."""


def total(prices):
    """Return what all of it costs."""
    return sum(prices)
'''
DOUBLE_LAW = '''\
"""Twice a number is the number and the number."""

import random


def observe(seed):
    from shop import double

    draw = random.Random(seed)
    given = [draw.randrange(3, 10**6) for _ in range(20)]
    return {"given": given, "doubled": [double(it) for it in given]}


def test_twice_a_number_is_the_number_and_the_number(observed):
    assert [type(it) for it in observed["doubled"]] == [int] * 20
    assert observed["doubled"] == [it + it for it in observed["given"]]
'''
TOTAL_LAW = '''\
"""A total does not depend on the order of the prices."""

import random

import numpy as np

MATCHES_CLEAN = ("there",)


def observe(seed):
    from shop.till import total

    draw = random.Random(seed)
    prices = [draw.uniform(1, 100) for _ in range(20)]
    return {"there": np.array(total(prices)), "back": np.array(total(prices[::-1]))}


def test_a_total_is_the_same_there_and_back(observed):
    np.testing.assert_allclose(observed["there"], observed["back"])
'''
GREETING_LAW = '''\
"""Who comes in is greeted by name."""


def observe(seed):
    from shop import greeting

    return {"said": greeting(f"number {seed}"), "seed": seed}


def test_a_greeting_ends_with_the_name(observed):
    assert observed["said"].endswith(f"number {observed['seed']}")
'''
LEVELS = """\
version: 1
source: {root: ., packages: [shop]}
detectors: tests/detectors
levels:
  short: {title: Short, minutes: 20, bugs: [doubled_by_adding_two, last_price_left_out]}
bugs:
  doubled_by_adding_two:
    symptom: A customer who bought two was charged something else.
    topics: [money]
    difficulty: 2
    edits:
      - {target: "shop/__init__.py::double", operator: replace, match: 2 * number, by: number + 2}
    detector: twice_is_the_number_and_the_number
    expect: assertion
    hints: [First., Second., Third.]
    explanation: It added.
    reference: everywhere
  last_price_left_out:
    symptom: The till shows less than the receipt adds up to.
    topics: [money]
    difficulty: 2
    edits:
      - target: shop/till.py::total
        operator: replace
        match: sum(prices)
        by: sum(prices[:-1])
    detector: totals_do_not_depend_on_order
    expect: assertion
    hints: [First., Second., Third.]
    explanation: It stopped early.
    reference: everywhere
"""
PLAN = """\
version: 1
id: shop
title: In the shop
bank: bank
draw: {bugs: 2, overlap: 2, seeds: 1}
time: {minutes: 60}
scoring: {points: 2, regression: 0.5}
"""
LAWS = {
    "twice_is_the_number_and_the_number": DOUBLE_LAW,
    "totals_do_not_depend_on_order": TOTAL_LAW,
    "who_comes_in_is_greeted_by_name": GREETING_LAW,
}


class Here(Executor):
    """Runs what is submitted at once, in this thread."""

    def submit(self, fn, /, *args, **kwargs):
        """Run it, and return a future that is done."""
        future = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future


class Room:
    """An exam for as many as are named, the folder of submissions, and what grading makes of it."""

    def __init__(self, folder, students, store):
        self.folder = folder
        bank = folder / "bank"
        for path, text in {CODE: SHOP, TILL: MONEY, "levels.yaml": LEVELS}.items():
            (bank / path).parent.mkdir(parents=True, exist_ok=True)
            (bank / path).write_text(text)
        (bank / "tests" / "detectors").mkdir(parents=True)
        (bank / "tests" / "detectors" / "conftest.py").write_text("")
        for law, text in LAWS.items():
            (bank / "tests" / "detectors" / f"test_{law}.py").write_text(text)
        rows = "".join(f"{it},Name {it},{it}@shop.example,A,\n" for it in students)
        (folder / "roster.csv").write_text(f"student_id,name,email,section,extra_time\n{rows}")
        (folder / "exam.yaml").write_text(PLAN)
        self.candidates = read_roster(folder / "roster.csv")
        loaded, plan, key = load_bank(bank / "levels.yaml"), read_plan(folder / "exam.yaml"), KEY
        order = Order(plan=plan, bank=loaded, candidates=self.candidates)
        with PatientEvidence(loaded, store, jobs=1) as evidence:
            build(order, ExamKey(key), evidence, folder / "build")
        answers = read_answers(folder / "build" / ANSWERS, ExamKey(key))
        self.exam = Exam(plan=plan, bank=loaded, key=ExamKey(key), answers=answers)
        self.submissions, self.results = folder / "submissions", folder / "results"
        self.submissions.mkdir()

    def start(self, student):
        """Return the files that a student was given."""
        name = self.exam.entry(student).candidate
        files = unpacked((self.folder / "build" / "archives" / f"{name}.zip").read_bytes(), name)
        return {path: it for path, it in files.items() if not path.startswith(".git/")}

    def hand_in(self, student, changes=(), name=None):
        """Hand in a zip of the start with changes; None removes a file."""
        files = {**self.start(student), **dict(changes)}
        files = {path: it for path, it in files.items() if it is not None}
        self.put(name or f"{student}.zip", zipped(files))

    def put(self, name, content):
        """Put an archive among the submissions."""
        (self.submissions / name).write_bytes(content)

    def grade(self, pool=None, workers=1, **options):
        """Grade everything; return the marks by student."""
        grade(self.exam, self.submissions, self.results, pool or Here(), workers=workers, **options)
        return self.marks()

    def marks(self, given=None):
        """Publish the results; return the marks by student."""
        people = {it.student_id: it for it in self.candidates}
        marks = publish(self.exam, given or Given(), people, self.results)
        return {mark.entry.student_id: mark for mark in marks}

    def records(self):
        """Return the records by the name under which something was handed in."""
        return {it.source: it for it in sat(self.results)[1]}


def verdicts(mark):
    """Return the verdicts by bug."""
    return {it.record.bug: it.record.verdict for it in mark.bugs}


def zipped(files, top="work/"):
    """Return files as a zip."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(f"{top}{path}", content)
    return stream.getvalue()


def tarred(files, mode="w:gz", members=()):
    """Return files, and members of other kinds, as a tar."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:
        for path, content in files.items():
            info = tarfile.TarInfo(f"work/{path}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for info in members:
            archive.addfile(info)
    return stream.getvalue()
