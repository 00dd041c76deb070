"""A proof in the formats of other programs: JSON, mutation testing, SARIF, annotations."""

import ast
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from bughunt import __version__
from bughunt.mutate import clean_tree, read
from bughunt.proving.proof import RULES, BugProof, Finding, Proof, Run, Site, Verdict
from bughunt.proving.report import SEEN, ordered, own_detectors, subject
from bughunt.spec import Bank

FORMAT = 1  # of the JSON; it grows when a program that reads the old one would go wrong
_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# How mutation testing calls a verdict; of several runs, the first in this order speaks.
_STATUSES = {
    Verdict.MISSED: "Survived",
    Verdict.NOT_COLLECTED: "NoCoverage",
    Verdict.CRASHED: "RuntimeError",
    Verdict.TIMED_OUT: "Timeout",
    Verdict.CAUGHT_OTHERWISE: "Killed",
    Verdict.CAUGHT: "Killed",
}


def proof_json(proof: Proof) -> dict[str, Any]:
    """Return the proof as plain data for JSON.

    A program may rely on this, as long as ``format`` is 1:

    - ``format`` is a whole number, ``holds`` says whether no finding is an error.
    - All other keys are the fields of the records of ``bughunt.proving.proof`` by name, with
      records as objects, tuples as lists and verdicts as their texts ("caught as declared",
      "caught otherwise", "missed", "crashed", "timed out", "not collected").
    - ``matrix[i][j]`` is what ``detectors[j]`` says with ``bugs[i]`` in the code.
    - Of the clean code, "missed" means that the detector passes.
    - ``rule`` is one of the keys of ``rules``, whose values say what each means.

    Keys, rules and kinds of sets may be added; none is taken away or changes its meaning.
    """
    plain = msgspec.to_builtins(proof)
    return {"format": FORMAT, "holds": proof.holds, **plain, "rules": RULES}


def mutation_testing_report(bank: Bank, proof: Proof) -> dict[str, Any]:
    """Return a report that viewers of mutation testing show: mutation-testing-elements 2.0.

    A bug that changes several places is several mutants, ``<bug>/1`` and so on, though they are
    put into the code together: all have the status of the bug. Covered counts as what is known to
    reach the change: the detector of the bug, and those that see it.
    """
    clean = clean_tree(bank)
    mutants: dict[str, list[dict[str, Any]]] = {}
    for index, bug in enumerate(proof.bugs):
        about = _about(bank, proof, index)
        for number, site in enumerate(bug.sites, 1):
            mutant = {"id": f"{bug.bug}/{number}", **_change(site), **about}
            mutants.setdefault(site.path, []).append(mutant)
    return {
        "schemaVersion": "2.0",
        "thresholds": {"high": 100, "low": 100},
        "files": {
            path: {"language": "python", "source": clean[path], "mutants": found}
            for path, found in sorted(mutants.items())
        },
        "testFiles": dict(
            _test_file(bank, detector.detector, detector.law) for detector in proof.detectors
        ),
        "framework": {
            "name": "bughunt",
            "version": __version__,
            "dependencies": proof.versions,
        },
        "config": {"bank": proof.bank, "seeds": proof.seeds},
    }


def _change(site: Site) -> dict[str, Any]:
    start = {"line": site.line, "column": site.column}
    end = {"line": site.end_line, "column": site.end_column}
    return {
        "mutatorName": site.operator,
        "replacement": site.after,
        "location": {"start": start, "end": end},
    }


def _about(bank: Bank, proof: Proof, index: int) -> dict[str, Any]:
    """Return what all mutants of a bug share."""
    bug = proof.bugs[index]
    names = [detector.detector for detector in proof.detectors]
    row = dict(zip(names, proof.matrix[index], strict=True)) if proof.matrix else {}
    seeing = [name for name, verdict in row.items() if verdict in SEEN]
    own = own_detectors(bank).get(bug.bug)
    status, reason = _status(proof, bug)
    return {
        "status": status,
        "statusReason": reason,
        "description": bug.bug.replace("_", " "),
        "coveredBy": sorted({*seeing, *([own] if own in names else [])}),
        "killedBy": seeing,
        "testsCompleted": len(row),
        "duration": round(1000 * sum(run.seconds for run in bug.runs), 3),
    }


def _status(proof: Proof, bug: BugProof) -> tuple[str, str]:
    """Return how mutation testing calls what the detector of the bug says, and why."""
    for finding in proof.findings:
        if finding.rule == "edit-fails" and finding.bug == bug.bug:
            return "CompileError", finding.text
    for verdict, status in _STATUSES.items():
        for run in bug.runs:
            if run.verdict is verdict:
                return status, _reason(run)
    return "NoCoverage", "its detector was not run"


def _reason(run: Run) -> str:
    return f"{run.verdict.value} on seed {run.seed}: {run.evidence}"


def _test_file(bank: Bank, detector: str, law: str) -> tuple[str, dict[str, Any]]:
    """Return the path of a detector, and the detector as one test that stands in it."""
    file = bank.detectors / f"test_{detector}.py"
    source = read(file).decode(errors="replace")
    start = {"line": _first_test(source), "column": 1}
    test = {"id": detector, "name": law or detector, "location": {"start": start}}
    path = Path(os.path.relpath(file, bank.path.parent)).as_posix()
    return path, {"source": source, "tests": [test]}


def _first_test(source: str) -> int:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return 1
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    return next((node.lineno for node in functions if node.name.startswith("test")), 1)


def sarif(proof: Proof) -> dict[str, Any]:
    """Return the findings as a log of SARIF 2.1.0, which code hosts show beside the lines."""
    ids = list(RULES)
    rules = [{"id": rule, "shortDescription": {"text": f"{RULES[rule]}."}} for rule in ids]
    driver = {"name": "bughunt", "semanticVersion": __version__, "rules": rules}
    results = [
        {
            "ruleId": finding.rule,
            "ruleIndex": ids.index(finding.rule),
            "level": finding.severity,
            "message": {"text": subject(finding) + finding.text},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": _uri(finding.file)},
                        "region": {"startLine": max(1, finding.line)},
                    }
                }
            ],
        }
        for finding in ordered(proof.findings)
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}


def _uri(file: str) -> str:
    """Return the file relative to where the command runs; elsewhere, with its whole path."""
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def annotations(proof: Proof) -> Iterator[str]:
    """Yield a workflow command of GitHub for each finding, which shows it beside the line."""
    for finding in ordered(proof.findings):
        yield _annotation(finding)


def _annotation(finding: Finding) -> str:
    properties = {"file": finding.file, "line": finding.line, "title": finding.rule}
    told = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{finding.severity} {told}::{_message(subject(finding) + finding.text)}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
