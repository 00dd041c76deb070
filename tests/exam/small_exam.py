"""A bank of twelve bugs without torch, and an exam of it that is planned, rostered and keyed."""

import textwrap

from bughunt.exam.build import Order, build
from bughunt.exam.keys import ExamKey
from bughunt.exam.patience import PatientEvidence
from bughunt.exam.plan import read_plan
from bughunt.exam.roster import read_roster

WORDS = ("ash", "beech", "cedar", "elm", "fir", "hazel", "larch", "maple", "oak", "pine", "rowan",
         "yew")  # fmt: skip
DISTURBED = {"oak_grown_too_tall", "pine_grown_too_tall"}  # the law of oak looks at pine as well
KEY = bytes(range(32))
SECRET = KEY.hex()
LAW = '''\
"""The {word} is as tall as it was planted."""


def observe(seed):
    from abacus import trees

    return {{"height": {call}}}


def test_the_{word}_is_as_tall_as_it_was_planted(observed):
    assert observed["height"] == {height}
'''
BUG = """\
  {word}_grown_too_tall:
    symptom: Somebody measured the {word} and did not believe it.
    topics: [{topic}]
    difficulty: {difficulty}
    edits:
      - target: abacus/trees.py::{word}
        operator: replace
        match: return {height}
        by: return {wrong}
    detector: {word}_stands_as_planted
    expect: assertion
    hints: [First hint to {word}., Second hint to {word}., Third hint to {word}.]
    explanation: It grew.
    reference: everywhere
"""
PLAN = """\
version: 1
id: forest
title: A walk in the forest
bank: bank
draw:
  bugs: 3
  strata:
    - {difficulty: 1-2, bugs: 2}
    - {difficulty: 3, bugs: 1}
  band: 1
  overlap: 2
  seeds: 1
time: {minutes: 60, opens: 2027-03-01 09:00, closes: 2027-03-01 12:00, zone: Europe/Berlin}
"""
ROSTER = """\
student_id,name,email,section,extra_time
willow-17,Wanda Willow,wanda@forest.example,A,
birch-42,Bert Birch,bert@forest.example,A,25%
spruce-3,"Spruce, Sue",sue@forest.example,B,10 min
"""


def write_bank(root):
    """Write a levels.yaml, a package and its detectors."""
    bugs, functions = [], []
    detectors = root / "tests" / "detectors"
    for folder in (root / "abacus", detectors):
        folder.mkdir(parents=True)
    for number, word in enumerate(WORDS):
        height = number + 10
        call = "trees.oak() + trees.pine() - 19" if word == "oak" else f"trees.{word}()"
        law = LAW.format(word=word, call=call, height=height)
        (detectors / f"test_{word}_stands_as_planted.py").write_text(law)
        functions.append(f'def {word}():\n    """Return a height."""\n    return {height}\n')
        bugs.append(
            BUG.format(
                word=word,
                topic="broad leaves" if number % 2 else "needles",
                difficulty=number % 3 + 1,
                height=height,
                wrong=height + 5,
            )
        )
    (detectors / "conftest.py").write_text("")
    (root / "abacus" / "__init__.py").write_text('"""Trees."""\n')
    (root / "abacus" / "trees.py").write_text("\n\n".join(['"""Heights."""', *functions]))
    head = textwrap.dedent("""\
        version: 1
        source: {root: ., packages: [abacus]}
        detectors: tests/detectors
        levels:
          short: {title: Short, minutes: 20, bugs: [ash_grown_too_tall, elm_grown_too_tall]}
        bugs:
        """)
    (root / "levels.yaml").write_text(head + "".join(bugs))


def more_people(number):
    """Return a roster with the three of the usual one and others."""
    others = [f"late-{it:02},Late {it},late{it}@forest.example,C,\n" for it in range(number)]
    return ROSTER + "".join(others)


def order_of(folder, bank, plan=PLAN, roster=ROSTER):
    """Write plan and roster beside the bank; return what is to be built."""
    (folder / "exam.yaml").write_text(plan)
    (folder / "roster.csv").write_text(roster)
    candidates = read_roster(folder / "roster.csv")
    return Order(plan=read_plan(folder / "exam.yaml"), bank=bank, candidates=candidates)


def build_exam(order, store, folder, key=KEY):
    """Build it with what the store knows of the bank."""
    with PatientEvidence(order.bank, store, jobs=1) as evidence:
        return build(order, ExamKey(key), evidence, folder)


def contents(folder):
    """Return every file below a folder with its bytes."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
