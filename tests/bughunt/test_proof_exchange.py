"""A proof as other programs read it; what they expect was taken from their published formats."""

import json
import re

import msgspec
import pytest
import small_proof

from bughunt.proving import exchange as proof_exchange
from bughunt.proving.proof import RULES, Finding, Verdict

STATUSES = {
    "Killed", "Survived", "NoCoverage", "CompileError", "RuntimeError", "Timeout", "Ignored",
    "Pending",
}  # fmt: skip


@pytest.fixture
def bank(bank_folder):
    """Return a bank of three bugs and four detectors."""
    return small_proof.three_bugs(bank_folder)


@pytest.fixture
def proof(bank):
    """Return what was proved of it."""
    return small_proof.proof_of(bank)


def sliced(source, location):
    """Return what stands at a location whose lines and columns count from 1, end exclusive."""
    start, end = location["start"], location["end"]
    lines = source.split("\n")[start["line"] - 1 : end["line"]]
    lines[-1] = lines[-1][: end["column"] - 1]
    lines[0] = lines[0][start["column"] - 1 :]
    return "\n".join(lines)


def mutants(report):
    """Return all mutants by id; an id that comes twice fails."""
    found = [mutant for file in report["files"].values() for mutant in file["mutants"]]
    assert len({mutant["id"] for mutant in found}) == len(found)
    return {mutant["id"]: mutant for mutant in found}


def test_json_keeps_every_field_and_writes_verdicts_as_texts(proof):
    """A program can go from bug and detector to the cell of the matrix."""
    plain = json.loads(msgspec.json.encode(proof_exchange.proof_json(proof)))

    assert (plain["format"], plain["holds"]) == (1, False)
    assert set(plain) == {"format", "holds", "rules", *type(proof).__struct_fields__}
    row = [bug["bug"] for bug in plain["bugs"]].index("values_taken_as_negative")
    column = [it["detector"] for it in plain["detectors"]].index("doubling_doubles")
    assert plain["matrix"][row][column] == "missed"
    assert plain["bugs"][row]["runs"][2]["verdict"] == "timed out"
    assert {finding["rule"] for finding in plain["findings"]} <= set(plain["rules"])


def test_mutation_report_has_what_its_schema_requires(bank, proof):
    """Required keys, types and words of the published schema, version 2."""
    report = json.loads(json.dumps(proof_exchange.mutation_testing_report(bank, proof)))

    assert report["schemaVersion"] == "2.0"
    assert 0 <= report["thresholds"]["low"] <= report["thresholds"]["high"] <= 100
    assert report["framework"]["name"] == "bughunt"
    for file in report["files"].values():
        assert {"language", "source", "mutants"} <= set(file)
    for mutant in mutants(report).values():
        assert {"id", "mutatorName", "location", "status"} <= set(mutant)
        assert mutant["status"] in STATUSES
        position = (*mutant["location"]["start"].values(), *mutant["location"]["end"].values())
        assert min(position) >= 1
    for file in report["testFiles"].values():
        assert all({"id", "name"} <= set(test) for test in file["tests"])


def test_location_of_a_mutant_holds_the_text_that_it_replaces(bank, proof):
    """A viewer cuts the source there and puts the replacement in."""
    report = proof_exchange.mutation_testing_report(bank, proof)
    source = report["files"]["abacus/arithmetic.py"]["source"]

    cut = {name: sliced(source, it["location"]) for name, it in mutants(report).items()}
    assert cut == {
        "sum_starts_at_one/1": "result = 0",
        "mean_divisor_off_by_one/1": "len(values)",
        "values_taken_as_negative/1": "+=",
        "values_taken_as_negative/2": "result",
    }
    assert mutants(report)["values_taken_as_negative/1"]["replacement"] == "-="


def test_tests_named_by_mutants_exist_and_stand_where_they_say(bank, proof):
    """Killed by whom the matrix shows; covered by these and by its own detector."""
    report = proof_exchange.mutation_testing_report(bank, proof)
    tests = {
        test["id"]: file["source"].split("\n")[test["location"]["start"]["line"] - 1]
        for file in report["testFiles"].values()
        for test in file["tests"]
    }

    assert set(tests) == set(small_proof.LAWS)
    assert all(line.startswith("def test_") for line in tests.values())
    assert mutants(report)["sum_starts_at_one/1"]["killedBy"] == [
        "doubling_doubles", "total_of_nothing_is_nothing",
    ]  # fmt: skip
    assert mutants(report)["values_taken_as_negative/1"]["killedBy"] == []
    assert mutants(report)["values_taken_as_negative/1"]["coveredBy"] == ["doubling_doubles"]
    path = "tests/detectors/test_doubling_doubles.py"
    assert (bank.path.parent / path).read_text() == report["testFiles"][path]["source"]


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        ([Verdict.CAUGHT, Verdict.CAUGHT], "Killed"),
        ([Verdict.CAUGHT, Verdict.CAUGHT_OTHERWISE], "Killed"),
        ([Verdict.CAUGHT, Verdict.MISSED, Verdict.CRASHED], "Survived"),
        ([Verdict.CAUGHT, Verdict.TIMED_OUT], "Timeout"),
        ([Verdict.TIMED_OUT, Verdict.CRASHED], "RuntimeError"),
        ([Verdict.NOT_COLLECTED], "NoCoverage"),
        ([], "NoCoverage"),
    ],
    ids=["caught", "otherwise", "missed", "timed out", "crashed", "not collected", "not run"],
)
def test_the_worst_verdict_is_the_status_of_a_mutant(bank, proof, verdicts, status):
    """One seed on which a bug is missed lets it survive."""
    bug = msgspec.structs.replace(proof.bugs[0], runs=small_proof.runs(*verdicts))
    proof = msgspec.structs.replace(proof, bugs=(bug, *proof.bugs[1:]))
    report = proof_exchange.mutation_testing_report(bank, proof)

    assert mutants(report)["sum_starts_at_one/1"]["status"] == status


def test_an_edit_that_fails_is_an_error_of_compilation(bank, proof):
    """There is no code in which a detector could have seen the bug."""
    finding = Finding(rule="edit-fails", severity="error", file="levels.yaml", line=1,
                      text="does not compile", bug="sum_starts_at_one")  # fmt: skip
    proof = msgspec.structs.replace(proof, findings=(finding,))
    mutant = mutants(proof_exchange.mutation_testing_report(bank, proof))["sum_starts_at_one/1"]

    assert (mutant["status"], mutant["statusReason"]) == ("CompileError", "does not compile")


def test_a_detector_that_is_no_python_still_has_a_place(bank, proof):
    """It is shown from its first line on."""
    file = "tests/detectors/test_doubling_doubles.py"
    (bank.path.parent / file).write_text("def test_(:")
    report = proof_exchange.mutation_testing_report(bank, proof)

    assert report["testFiles"][file]["tests"][0]["location"]["start"] == {"line": 1, "column": 1}


def test_sarif_names_rule_level_message_and_place_of_each_finding(proof):
    """Indices lead to the rules; an address is relative and has no blanks."""
    log = json.loads(json.dumps(proof_exchange.sarif(proof)))
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    places = [it["locations"][0]["physicalLocation"] for it in run["results"]]

    assert log["version"] == "2.1.0"
    assert [rule["id"] for rule in rules] == list(RULES)
    assert [rules[it["ruleIndex"]]["id"] for it in run["results"]] == [
        "missed", "conflict-not-listed", "slow-detector",
    ]  # fmt: skip
    assert [it["level"] for it in run["results"]] == ["error", "error", "warning"]
    assert places[0] == {
        "artifactLocation": {"uri": "levels.yaml"},
        "region": {"startLine": 32},
    }
    assert places[2]["artifactLocation"]["uri"] == "tests/a%2C%20b.py"
    assert run["results"][0]["message"]["text"].startswith("bug 'values_taken_as_negative': its")


def test_sarif_without_findings_is_a_log_without_results(bank):
    """An empty list says that nothing was found; a missing one, that nothing was looked at."""
    run = proof_exchange.sarif(small_proof.proof_of(bank, findings=()))["runs"][0]

    assert run["results"] == []


def read_annotation(line):
    """Return what a runner of workflows reads from a line: level, properties, message."""
    level, properties, message = re.fullmatch(r"::(\w+) (.*?)::(.*)", line).groups()
    pairs = dict(pair.split("=", 1) for pair in properties.split(","))
    escapes = (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%"))
    for escape, character in escapes[2:]:
        message = message.replace(escape, character)
    for escape, character in escapes:
        pairs = {name: value.replace(escape, character) for name, value in pairs.items()}
    return level, pairs, message


def test_annotations_say_what_the_findings_say(proof):
    """Each is one line; percent signs, line ends, colons and commas come back."""
    hard = Finding(rule="missed", severity="error", file="C:/a,b%2C.yaml", line=7,
                   text="100%0A, not: 99 %\r\nNext, look.")  # fmt: skip
    proof = msgspec.structs.replace(proof, findings=(*proof.findings, hard))
    lines = list(proof_exchange.annotations(proof))

    assert all("\n" not in line and "\r" not in line for line in lines)
    assert [read_annotation(line)[0] for line in lines] == ["error", "error", "error", "warning"]
    _, properties, message = read_annotation(lines[2])
    assert properties == {"file": "C:/a,b%2C.yaml", "line": "7", "title": "missed"}
    assert message == "100%0A, not: 99 %\r\nNext, look."
    assert lines[2].startswith(
        "::error file=C%3A/a%2Cb%252C.yaml,line=7,title=missed::100%250A, not:"
    )
    assert read_annotation(lines[3])[1]["file"] == "tests/a, b.py"
