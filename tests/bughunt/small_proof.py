"""A proof made by hand: three bugs and four detectors of the small bank, and what was found."""

from pathlib import Path

import msgspec

from bughunt.proving.proof import (
    BugProof,
    Conflict,
    DetectorProof,
    Finding,
    Proof,
    Run,
    SetProof,
    Site,
    Verdict,
)
from bughunt.spec import load_bank

THIRD = """\
  values_taken_as_negative:
    symptom: 'Totals have the <script>alert("wrong")</script> sign & nobody''s told.'
    topics: [sums]
    difficulty: 3
    edits:
      - target: abacus/arithmetic.py::total
        operator: replace
        match: result += value
        by: result -= value
    detector: doubling_doubles
    expect: assertion
    hints: ["1 < 2", "a & b", 'say "plus"']
    explanation: Minus <i>is</i> not plus.
    reference: https://example.org/?a=1&b=<2>
"""
LAW = '"""{law}"""\n\n\ndef observe(seed):\n    return {{}}\n\n\ndef test_it(observed):\n    pass\n'
LAWS = {
    "doubling_doubles": "Twice the values are <twice> the total & more.",
    "mean_of_equal_numbers_is_that_number": "The mean of equal numbers is that number.",
    "order_is_indifferent": "The order of the values does not matter.",
    "total_of_nothing_is_nothing": "The total of no numbers is zero.",
}
SEEN, NOT, CRASHED = Verdict.CAUGHT_OTHERWISE, Verdict.MISSED, Verdict.CRASHED
MATRIX = (
    (SEEN, NOT, NOT, Verdict.CAUGHT),
    (NOT, Verdict.CAUGHT, NOT, NOT),
    (NOT, CRASHED, NOT, NOT),
)
FINDINGS = (
    Finding(rule="slow-detector", severity="warning", file="tests/a, b.py", line=1,
            text="takes 9 seconds. Make it smaller.", detector="order_is_indifferent"),
    Finding(rule="missed", severity="error", file="levels.yaml", line=32,
            text="its detector passes <on> seed 1 & 2: 100%.\nLook again.",
            bug="values_taken_as_negative", detector="doubling_doubles"),
    Finding(rule="conflict-not-listed", severity="error", file="levels.yaml", line=10,
            text="disturbs 'sum_starts_at_one'. List both under 'conflicts'.",
            bug="values_taken_as_negative"),
)  # fmt: skip


def three_bugs(folder: Path):
    """Return the small bank of this folder with a third bug and two more detectors."""
    catalogue = folder / "levels.yaml"
    catalogue.write_text(catalogue.read_text() + THIRD)
    for name, law in LAWS.items():
        file = folder / "tests" / "detectors" / f"test_{name}.py"
        if not file.exists():
            file.write_text(LAW.format(law=law))
    return load_bank(catalogue)


def runs(*verdicts, evidence="1 != 0"):
    """Return a run for each verdict, on seeds from 0."""
    return tuple(
        Run(verdict=verdict, seed=seed, threads=1, order="alone", seconds=0.25, evidence=evidence)
        for seed, verdict in enumerate(verdicts)
    )


def site(text, before, after, line):
    """Return the site of a text that is found once in a line."""
    column = text.splitlines()[line - 1].index(before) + 1
    return Site(path="abacus/arithmetic.py", operator="replace", line=line, column=column,
                end_line=line, end_column=column + len(before), before=before,
                after=after)  # fmt: skip


def diff(before, after):
    """Return a unified diff of one line."""
    head = "--- a/abacus/arithmetic.py\n+++ b/abacus/arithmetic.py\n@@ -6 +6 @@\n"
    return f"{head}-    {before}\n+    {after}\n"


def proof_of(bank, **changes):
    """Return the proof of a bank of three bugs; ``changes`` replaces fields of it."""
    text = (bank.root / "abacus" / "arithmetic.py").read_text()
    edits = {
        "sum_starts_at_one": [("result = 0", "result = 1", 6)],
        "mean_divisor_off_by_one": [("len(values)", "(len(values) - 1)", 14)],
        "values_taken_as_negative": [("+=", "-=", 8), ("result", "-result", 9)],
    }
    told = {
        "sum_starts_at_one": runs(*[Verdict.CAUGHT] * 3),
        "mean_divisor_off_by_one": runs(*[Verdict.CAUGHT] * 3, evidence="ZeroDivisionError"),
        "values_taken_as_negative": runs(Verdict.CAUGHT, Verdict.MISSED, Verdict.TIMED_OUT),
    }
    proof = Proof(
        bank="levels.yaml",
        versions={"python": "3.11.2", "torch": "2.9.0"},
        seeds=3,
        bugs=tuple(
            BugProof(
                bug=name,
                sites=tuple(site(text, *it) for it in places),
                diff="".join(diff(before, after) for before, after, _ in places),
                runs=told[name],
            )
            for name, places in edits.items()
        ),
        detectors=tuple(
            DetectorProof(detector=name, law=law, seconds=0.1 * number, runs=runs(*[NOT] * 3))
            for number, (name, law) in enumerate(LAWS.items(), 1)
        ),
        matrix=MATRIX,
        sets=(
            SetProof(
                kind="level",
                level="short",
                bugs=("mean_divisor_off_by_one", "sum_starts_at_one"),
            ),
            SetProof(kind="pair", bugs=("mean_divisor_off_by_one", "sum_starts_at_one")),
            SetProof(kind="pair", bugs=("sum_starts_at_one", "values_taken_as_negative"),
                     disturbed=("'sum_starts_at_one' is missed.",)),
        ),
        conflicts=(Conflict(("sum_starts_at_one", "values_taken_as_negative"), "1 - 1 <is> 0"),),
        indistinguishable=(("sum_starts_at_one", "values_taken_as_negative"),),
        findings=FINDINGS,
        cases=1234,
        ran=34,
        seconds=5.678,
    )  # fmt: skip
    return msgspec.structs.replace(proof, **changes)
