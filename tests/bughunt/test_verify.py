"""Putting a bank to the proof: a good one holds, and each kind of bad entry is refused by name."""

import json
import os
import subprocess
import sys
import textwrap

import msgspec
import pytest
import yaml
from click.testing import CliRunner

from bughunt.cli import bughunt
from bughunt.detector import CaseRun, DetectorRun, DetectorServer, child_environment
from bughunt.errors import BankError, EnvironmentProblem, SelectionError
from bughunt.proving import conflict_list, findings, verify
from bughunt.proving.answer_store import Store
from bughunt.proving.evidence import Evidence, Question
from bughunt.proving.proof import BugProof, DetectorProof, Run, Verdict
from bughunt.proving.self_check import check_the_checker
from bughunt.proving.snapshot import Snapshot
from bughunt.running.outcome import Passed
from bughunt.select import select_bugs, select_random
from bughunt.spec import load_bank

pytestmark = pytest.mark.slow  # each test starts a server of its own

ARITHMETIC = '''\
"""Sums, means and bounds."""


def total(values):
    """Add up."""
    result = 0
    for value in values:
        result += value
    return result


def mean(values):
    """Divide the sum by the count."""
    return sum(values) / len(values)


def largest(values):
    """Return the greatest value."""
    best = values[0]
    for value in values:
        if value > best:
            best = value
    return best
'''


def law(sentence, call, expected):
    """Return a detector of one function of the package."""
    return textwrap.dedent(f'''\
        """{sentence}"""

        def observe(seed):
            from abacus.arithmetic import largest, mean, total

            return {call}

        def test_{sentence.lower().rstrip(".").replace(" ", "_")}(observed):
            assert observed == {expected}
        ''')


DETECTORS = {
    "total_of_nothing_is_zero": law("The total of nothing is zero.", "total([])", "0"),
    "mean_lies_between": law(
        "The mean lies between.", "mean([1.0 + seed, 2.0 + seed]) - seed", "1.5"
    ),
    "largest_is_not_smaller": law("The largest is not smaller.", "largest([1, 3, 2])", "3"),
}


def edit(symbol, match, by, operator="replace"):
    """Return an edit as it stands in a catalogue."""
    target = f"abacus/arithmetic.py::{symbol}"
    return {"target": target, "operator": operator, "match": match, "by": by}


def bug(detector, *edits, expect="assertion", **fields):
    """Return an entry as it stands in a catalogue."""
    return {
        "symptom": "Numbers come out that nobody expects.",
        "topics": ["sums"],
        "difficulty": 1,
        "edits": list(edits),
        "detector": detector,
        "expect": expect,
        "hints": ["Start small.", "Look closer.", "Count again."],
        "explanation": "A sum starts at the neutral element.",
        "reference": "everywhere",
        **fields,
    }


SUM = bug("total_of_nothing_is_zero", edit("total", "result = 0", "result = 1"))
MEAN = bug("mean_lies_between", edit("mean", "len(values)", "(len(values) - 1)"))
LARGEST = bug("largest_is_not_smaller", edit("largest", "value > best", "value < best"))
GOOD = {"sum_starts_late": SUM, "mean_divisor_short": MEAN, "order_turned_round": LARGEST}


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a bank and returns the path of its catalogue."""

    def write_bank(bugs=GOOD, detectors=DETECTORS, text=ARITHMETIC, **sections):
        catalogue = {
            "version": 1,
            "source": {"root": ".", "packages": ["abacus"]},
            "detectors": "laws",
            "levels": {"short": {"title": "Numbers", "minutes": 20, "bugs": list(bugs)}},
            "bugs": bugs,
            **sections,
        }
        for folder in ("abacus", "laws"):
            (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / "abacus" / "__init__.py").touch()
        (tmp_path / "abacus" / "arithmetic.py").write_text(text)
        for name, source in detectors.items():
            (tmp_path / "laws" / f"test_{name}.py").write_text(source)
        path = tmp_path / "levels.yaml"
        plain = json.loads(json.dumps(catalogue))  # without objects that stand in several places
        path.write_text(yaml.safe_dump(plain, sort_keys=False))
        return path

    return write_bank


def prove(path, store=None, **how):
    """Put a bank to the proof, with few seeds."""
    bank = load_bank(path)
    how.setdefault("seeds", 3)
    with Evidence(bank, store or Store(None), jobs=2) as evidence:
        return verify.prove(bank, evidence, **how)


def found(path, **how):
    """Return (rule, bug or detector, text) of all that is wrong with a bank."""
    return [(it.rule, it.bug or it.detector, it.text) for it in prove(path, **how).findings]


def test_good_bank_holds(write):
    """Nothing is found, every bug is caught by its own detector alone, sets are undisturbed."""
    proof = prove(write())

    assert (proof.holds, proof.findings, proof.conflicts) == (True, (), ())
    assert [detector.law for detector in proof.detectors] == [
        "The largest is not smaller.",
        "The mean lies between.",
        "The total of nothing is zero.",
    ]
    caught, missed = Verdict.CAUGHT, Verdict.MISSED
    assert proof.matrix == (
        (missed, missed, caught),
        (missed, caught, missed),
        (caught, missed, missed),
    )
    assert [it.name for it in proof.sets] == ["level short", "pair", "pair", "pair", "triple"]
    assert all(len(it.runs) == 3 + 3 for it in proof.bugs)  # seeds, and again with more threads
    assert all(len(it.runs) == 3 + 3 + 4 for it in proof.detectors)  # and in four orders


BAD_EDITS = {
    "no site": (
        bug("mean_lies_between", edit("mean", "len(valeus)", "1")),
        "edit-fails",
        "len(valeus)",
    ),
    "no change": (
        bug("mean_lies_between", edit("mean", "len(values)", "(len(values))")),
        "edit-fails",
        "changes nothing",
    ),
    "equivalent": (
        bug("mean_lies_between", edit("mean", "sum(values)", "sum(list(values))")),
        "missed",
        "'mean_lies_between' passes with the bug on all 6 runs",
    ),
    "edits that meet": (
        bug(
            "mean_lies_between",
            edit("mean", "len(values)", "1"),
            edit("mean", "sum(values) / len(values)", "0"),
        ),
        "edit-fails",
        "changes line 14 of abacus/arithmetic.py",
    ),
    "another exception": (
        bug("mean_lies_between", edit("mean", "sum(values)", "sun(values)")),
        "crashed",
        "declares assertion, but its detector ended with: NameError at abacus/arithmetic.py:14",
    ),
    "no exception": (
        {**MEAN, "expect": {"raises": "KeyError"}},
        "caught-otherwise",
        "raises: KeyError",
    ),
    "endless": (
        bug(
            "largest_is_not_smaller",
            edit("largest", "best = values[0]", "best = max(iter(int, 1))"),
        ),
        "timed-out",
        "no verdict within 1 s",
    ),
}


@pytest.mark.parametrize(("entry", "rule", "words"), BAD_EDITS.values(), ids=BAD_EDITS)
def test_bad_bug_is_refused(write, entry, rule, words):
    """The message names the entry's line, what happened and what to do."""
    path = write({"strange_thing": entry})
    bank = load_bank(path)
    with Evidence(bank, Store(None), jobs=2, timeout=1.0) as evidence:
        proof = verify.prove(bank, evidence, seeds=3)

    (finding,) = [it for it in proof.findings if it.severity == "error"]
    assert (finding.rule, finding.bug) == (rule, "strange_thing")
    assert words in finding.text
    assert path.read_text().splitlines()[finding.line - 1].strip()
    assert not proof.holds


SEEDED = '''\
"""Every second seed is unlucky."""

def observe(seed):
    from abacus.arithmetic import mean

    return mean([1.0, 2.0]), seed

def test_it(observed):
    assert observed[0] == 1.5 and observed[1] % 2 == 0
'''
COUNTED = '''\
"""What ran before leaves its trace."""

import small_helper

def observe(seed):
    from abacus.arithmetic import mean

    small_helper.calls.append(seed)
    return mean([1.0, 2.0]), len(small_helper.calls)

def test_it(observed):
    assert observed == (1.5, 1)
'''
THREADED = '''\
"""One thread gives another sum than two."""

def observe(seed):
    import torch
    from abacus.arithmetic import mean

    return mean([1.0, 2.0]) * torch.get_num_threads()

def test_it(observed):
    assert observed == 1.5
'''
BAD_LAWS = {
    "false alarm": (
        law("Means are two.", "mean([1.0, 2.0])", "2.0"),
        "false-alarm",
        "rejects the clean",
    ),
    "flaky": (SEEDED, "flaky", "passes on seeds 0, 2 and rejects the clean code on seed 1"),
    "order": (COUNTED, "flaky", "after other detectors in one process (seed"),
    "threads": (
        THREADED,
        "flaky",
        "rejects the clean code with 2 threads and another order of sets (seed 0",
    ),
    "import": (
        "import nothing_like_it\n" + SEEDED,
        "not-collected",
        "No module named 'nothing_like_it'",
    ),
    "no test": ("def observe(seed):\n    return 1\n", "not-collected", "there is no test"),
    "crash": (law("Means crash.", "mean([])", "0"), "false-alarm", "ZeroDivisionError at abacus"),
    "hang": (law("Means hang.", "max(iter(int, 1))", "0"), "timed-out", "no verdict within 1 s"),
}


@pytest.mark.parametrize(("source", "rule", "words"), BAD_LAWS.values(), ids=BAD_LAWS)
def test_bad_detector_is_refused(write, source, rule, words):
    """It is named, with its file, whatever bug it belongs to; its bug is not put into company."""
    detectors = {
        **DETECTORS,
        "strange_law": source,
        "strange_twin": source.replace("Every", "Each"),
    }
    path = write({"strange_thing": {**MEAN, "detector": "strange_law"}}, detectors)
    (path.parent / "laws" / "small_helper.py").write_text("calls = []\n")
    bank = load_bank(path)
    with Evidence(bank, Store(None), jobs=2, timeout=1.0) as evidence:
        proof = verify.prove(bank, evidence, seeds=1 if rule == "timed-out" else 3)

    told = {it.detector: it for it in proof.findings if it.rule == rule and it.detector}
    blamed = told.get("strange_law") or told["strange_twin"]
    assert words in blamed.text
    assert blamed.file.endswith(f"laws/test_{blamed.detector}.py")


def test_detector_that_never_calls_the_code_is_refused(write):
    """A law that computes for itself passes though the module is broken."""
    blind = (
        "def observe(seed):\n    return 1.5\n\ndef test_it(observed):\n    assert observed == 1.5\n"
    )
    path = write({"strange_thing": MEAN}, {"mean_lies_between": blind})

    rules = {(rule, name): text for rule, name, text in found(path)}

    assert rules.keys() == {("missed", "strange_thing"), ("blind-detector", "mean_lies_between")}
    text = rules["blind-detector", "mean_lies_between"]
    assert "abacus/arithmetic.py cannot be imported" in text


def test_detector_that_reads_the_source_is_refused(write):
    """It would turn red when a hunter adds a comment."""
    reader = law("The source is short.", "len(open('abacus/arithmetic.py').read())", "3").replace(
        "return len", "import abacus.arithmetic, inspect; return len"
    )
    reader = reader.replace(
        "open('abacus/arithmetic.py').read()", "inspect.getsource(abacus.arithmetic)"
    )
    reader = reader.replace("observed == 3", f"observed == {len(ARITHMETIC)}")
    path = write(
        {"strange_thing": {**MEAN, "detector": "mean_lies_between"}}, {"mean_lies_between": reader}
    )

    texts = [text for rule, _, text in found(path) if rule == "false-alarm"]

    assert len(texts) == 1
    assert "turns red when a comment is added to abacus/arithmetic.py" in texts[0]


@pytest.mark.parametrize(("seconds", "rules"), [(1.9, []), (2.1, ["slow-detector"])])
def test_detector_that_takes_more_than_two_seconds_is_refused(write, seconds, rules):
    """On the clean code, and with its bug; of several runs the shortest counts."""
    bank = load_bank(write())
    runs = [
        Run(verdict=said, seed=seed, threads=1, order="alone", seconds=seconds + seed, evidence="")
        for seed, said in enumerate([Verdict.MISSED] * 2)
    ]
    caught = tuple(msgspec.structs.replace(run, verdict=Verdict.CAUGHT) for run in runs)
    found = findings.Findings(bank)

    findings.judge_detector(
        DetectorProof(detector="slow_law", law="", seconds=seconds, runs=tuple(runs)), found
    )
    findings.judge_bug(bank, BugProof(bug="sum_starts_late", sites=(), diff="", runs=caught), found)

    assert [it.rule for it in found.all] == 2 * rules


TOTAL_AND_MEAN = ARITHMETIC.replace("sum(values) / len", "total(values) / len")


def test_bug_that_another_turns_red_is_a_conflict(write):
    """The mean is wrong because the total is: fixing the mean alone turns nothing green."""
    path = write(text=TOTAL_AND_MEAN)
    proof = prove(path)

    (conflict,) = proof.conflicts
    assert conflict.bugs == ("sum_starts_late", "mean_divisor_short")
    assert "the detector of 'mean_divisor_short' stays red after it is fixed" in conflict.because
    rules = [it.rule for it in proof.findings]
    assert sorted(rules) == ["conflict-not-listed", "masked"]
    (masked,) = [it for it in proof.findings if it.rule == "masked"]
    assert masked.text.startswith("the detector of 'mean_divisor_short' stays red")


def test_bugs_that_cancel_each_other_are_a_conflict(write):
    """Each is caught alone, and with both in the code nothing is wrong any more."""
    text = ARITHMETIC.replace(
        "return sum(values) / len(values)", "half = 2\n    return sum(values) / half"
    )
    cancelling = {
        "half_is_one": bug("mean_lies_between", edit("mean", "half = 2", "half = 4")),
        "sum_is_twofold": bug("mean_of_two", edit("mean", "sum(values)", "(sum(values) * 2)")),
    }
    detectors = {**DETECTORS, "mean_of_two": law("The mean of two.", "mean([1.0, 3.0])", "2.0")}
    proof = prove(write(cancelling, detectors, text, levels={}))

    (conflict,) = proof.conflicts
    assert conflict.because == "'half_is_one' is missed beside 'sum_is_twofold' (seed 0)."


def test_bugs_that_change_the_same_place_are_a_conflict(write):
    """They cannot be put into the same code at all."""
    bugs = {
        "mean_divisor_short": MEAN,
        "mean_divisor_long": bug("mean_of_two", edit("mean", "len(values)", "(len(values) + 1)")),
    }
    detectors = {**DETECTORS, "mean_of_two": law("The mean of two.", "mean([1.0, 3.0])", "2.0")}
    proof = prove(write(bugs, detectors, levels={}))

    (conflict,) = proof.conflicts
    assert "they cannot be in the same code" in conflict.because
    assert conflict.because.endswith("narrow an edit.")
    assert "changes line 14 of abacus/arithmetic.py" in conflict.because


def test_written_conflicts_are_known_to_whoever_chooses(write):
    """What verify finds is what select looks up; the rest of the file stays as it is."""
    path = write(text=TOTAL_AND_MEAN, levels={})
    before = path.read_text()
    conflict_list.add(load_bank(path), prove(path).conflicts)

    assert path.read_text().startswith(before)
    bank = load_bank(path)
    assert prove(path).findings == ()
    with pytest.raises(SelectionError, match="are in conflict"):
        select_bugs(bank, ["sum_starts_late", "mean_divisor_short"])
    for seed in range(20):
        drawn = {it.id for it in select_random(bank, 2, seed).bugs}
        assert drawn != {"sum_starts_late", "mean_divisor_short"}


def test_conflict_that_is_none_is_named(write):
    """A list that is too long would thin out the draws for ever."""
    conflicts = [{"bugs": ["sum_starts_late", "mean_divisor_short"], "because": "once it was so."}]
    proof = prove(write(conflicts=conflicts, levels={}))

    (finding,) = proof.findings
    assert (finding.rule, finding.severity) == ("conflict-unfounded", "warning")
    assert proof.holds


def test_bugs_that_the_same_detectors_see_are_named(write):
    """A hunter cannot tell them apart; that is worth knowing and no error."""
    bugs = {
        "mean_divisor_short": MEAN,
        "mean_of_half": {**MEAN, "edits": [edit("mean", "sum(values)", "1")]},
    }
    proof = prove(write(bugs, levels={}))

    assert proof.indistinguishable == (("mean_divisor_short", "mean_of_half"),)
    assert [(it.rule, it.severity) for it in proof.findings] == [("indistinguishable", "warning")]
    assert proof.holds


def test_one_bug_is_proved_in_the_company_of_all(write):
    """With the name of a bug, only what concerns it is looked at."""
    proof = prove(write(text=TOTAL_AND_MEAN), only="mean_divisor_short")

    assert [it.bug for it in proof.bugs] == ["mean_divisor_short"]
    assert [it.detector for it in proof.detectors if it.runs] == ["mean_lies_between"]
    assert len(proof.matrix[0]) == len(proof.detectors) == len(DETECTORS)
    assert all("mean_divisor_short" in it.bugs for it in proof.sets)
    assert len(proof.conflicts) == 1


def test_unknown_bug_is_told(write):
    """With the name that was probably meant."""
    with pytest.raises(
        BankError, match=r"no bug 'sum_starts_lat'\. Did you mean 'sum_starts_late'"
    ):
        prove(write(), only="sum_starts_lat")


def test_bugs_that_disturb_each_other_on_some_seeds_only_are_a_conflict(write):
    """One seed would not show it: with both, the mean of seed 1 is right by chance."""
    text = ARITHMETIC.replace("return sum(values)", "offset = 0\n    return offset + sum(values)")
    bugs = {
        "mean_divisor_short": MEAN,
        "means_are_lifted": bug("mean_of_seeds", edit("mean", "offset = 0", "offset = -4")),
    }
    seeded = law("The mean of seeds.", "mean([2.0 + 2 * seed, 2.0]) - seed", "2.0")
    proof = prove(write(bugs, {**DETECTORS, "mean_of_seeds": seeded}, text, levels={}))

    assert [it.bugs for it in proof.conflicts] == [("mean_divisor_short", "means_are_lifted")]


def test_edit_that_shows_nothing_by_itself_is_named(write):
    """It may be needed by the others, or be left over."""
    idle = edit("largest", "value > best", "value >= best")
    path = write({"mean_divisor_short": {**MEAN, "edits": [*MEAN["edits"], idle]}})

    ((rule, name, text),) = found(path)

    assert (rule, name) == ("silent-edit", "mean_divisor_short")
    assert "passes with this edit alone" in text


def test_law_that_imports_the_code_at_its_top_is_told_where_to_import(write):
    """The likeliest mistake of somebody who writes a first law."""
    early = "from abacus.arithmetic import mean\n" + law("Means are.", "mean([1.0, 2.0])", "1.5")
    path = write({"strange_thing": {**MEAN, "detector": "early_law"}}, {"early_law": early})

    texts = {text for _, name, text in found(path) if name == "early_law"}

    assert any("Import inside 'observe'" in text for text in texts)


def test_detector_that_no_workspace_could_be_given_is_refused(write):
    """Materialize would say so later."""
    hidden = DETECTORS["mean_lies_between"].replace("def observe", "def see") + "\nobserve = see\n"
    path = write({"mean_divisor_short": MEAN}, {"mean_lies_between": hidden})

    assert [(rule, name) for rule, name, _ in found(path)] == [
        ("not-collected", "mean_lies_between")
    ]


def test_bank_without_bugs_is_no_proof(write):
    """Nothing that holds would be worth anything."""
    with pytest.raises(BankError, match="there is no bug to prove"):
        prove(write({}, levels={}))


def test_order_of_sets_decides_no_verdict(write):
    """A hunter's own pytest has another one each time."""
    command = [sys.executable, "-c", "print(hash('x'))"]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    usual = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    source = law("Hashes are.", "[mean([1.0, 2.0]), hash('x')]", f"[1.5, {usual.stdout.strip()}]")
    path = write({"strange_thing": {**MEAN, "detector": "hash_law"}}, {"hash_law": source})

    texts = [text for rule, name, text in found(path) if (rule, name) == ("flaky", "hash_law")]

    assert len(texts) == 1
    assert "another order of sets" in texts[0]


def test_what_is_saved_during_a_run_plays_no_part(write):
    """Cases run in a copy, so an answer belongs to the text that it is kept under."""
    path = write({"mean_divisor_short": MEAN})
    bank = load_bank(path)
    with Evidence(bank, Store(None)) as evidence:
        (path.parent / "laws" / "test_mean_lies_between.py").write_text("broken(\n")
        (path.parent / "abacus" / "arithmetic.py").write_text("broken(\n")
        (ended,) = evidence.ask([Question(evidence.with_bugs(()), ("mean_lies_between",))])

    assert ended.runs[0].outcome == Passed()


@pytest.mark.parametrize("change", ["data.json", "conftest.py", "helper.py"])
def test_change_beside_a_detector_is_asked_about_again(write, tmp_path, change):
    """Whatever lies in the folder may be what a law compares with."""
    path = write({"mean_divisor_short": MEAN})
    keys = []
    for content in ("1", "2"):
        (tmp_path / "laws" / change).write_text(content)
        keys.append(Snapshot(load_bank(path)).key(("mean_lies_between",)))
    assert keys[0] != keys[1]


def test_data_and_new_files_of_a_package_are_asked_about_again(write, tmp_path):
    """A file more may be what an import finds."""
    path = write({"mean_divisor_short": MEAN})
    keys = {Snapshot(load_bank(path)).key(("mean_lies_between",))}
    (tmp_path / "abacus" / "table.csv").write_text("1")
    keys.add(Snapshot(load_bank(path)).key(("mean_lies_between",)))
    (tmp_path / "abacus" / "table.csv").write_text("2")
    keys.add(Snapshot(load_bank(path)).key(("mean_lies_between",)))
    (tmp_path / "abacus" / "numbers.py").write_text("")
    keys.add(Snapshot(load_bank(path)).key(("mean_lies_between",)))
    assert len(keys) == 4


def test_settings_of_the_user_reach_no_case(monkeypatch):
    """They would not be in the key of an answer."""
    monkeypatch.setenv("WORLD_SIZE", "4")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    environment = child_environment()
    assert environment.keys().isdisjoint({"WORLD_SIZE", "PYTHONPATH"})
    assert environment["PYTHONHASHSEED"] == "0"


def test_checker_that_does_not_tell_right_from_wrong_is_not_believed():
    """Whatever is said of a specimen of which everything is known, one lie is enough."""

    def passes(batch):
        return (
            (index, CaseRun((DetectorRun("double", 0, Passed(), 0.0),), 0.0, ()))
            for index in range(len(batch.cases))
        )

    with pytest.raises(EnvironmentProblem, match="the checker: a forced failure gave Passed"):
        check_the_checker(passes)
    with DetectorServer() as server:
        check_the_checker(server.run)


class TestStore:
    """What is known need not be run; what it depends on decides."""

    def test_unchanged_bank_runs_nothing(self, write, tmp_path):
        """A second proof, in another process's place, has the same content."""
        path = write()
        first, second = (prove(path, Store(tmp_path / "known.sqlite3")) for _ in range(2))

        assert first.ran > 0
        assert second.ran == 0
        assert (first.matrix, first.bugs, first.sets) == (second.matrix, second.bugs, second.sets)

    def test_change_of_a_detector_runs_that_detector_again(self, write, tmp_path):
        """All cases of other detectors by themselves are known."""
        store = Store(tmp_path / "known.sqlite3")
        prove(write(), store)
        changed = {**DETECTORS, "mean_lies_between": law("Means lie.", "mean([2.0, 3.0])", "2.5")}

        second = prove(write(detectors=changed), store)

        assert 0 < second.ran < second.cases / 2
        assert second.holds

    def test_change_of_a_module_runs_what_asked_for_it(self, write, tmp_path):
        """A detector that never imports a module is not asked again when that changes."""
        store = Store(tmp_path / "known.sqlite3")
        path = write()
        (tmp_path / "abacus" / "unused.py").write_text("A = 1\n")
        prove(path, store)
        (tmp_path / "abacus" / "unused.py").write_text("A = 2\n")
        assert prove(path, store).ran == 0

        write(text=ARITHMETIC + "\n\nMORE = 1\n")
        changed = prove(path, store)
        assert changed.ran > 0

    def test_broken_file_is_replaced(self, write, tmp_path):
        """A cache is worth no error message."""
        (tmp_path / "known.sqlite3").write_bytes(b"no database " * 100)
        path = write()
        assert prove(path, Store(tmp_path / "known.sqlite3")).ran > 0
        assert prove(path, Store(tmp_path / "known.sqlite3")).ran == 0

    def test_folder_that_cannot_be_written_is_no_obstacle(self, write, tmp_path):
        """Then nothing is kept."""
        (tmp_path / "file").touch()
        assert prove(write(), Store(tmp_path / "file" / "known.sqlite3")).holds


class TestCommand:
    """``bughunt bank verify`` as it is typed."""

    def test_proof_is_written_as_json(self, write, monkeypatch, tmp_path):
        """A program reads whether it holds, and the findings with their places."""
        monkeypatch.setenv("BUGHUNT_CACHE_DIR", str(tmp_path / "cache"))
        path = write({"strange_thing": BAD_EDITS["equivalent"][0]})
        options = ["--bank", str(path), "--seeds", "2", "--json"]
        result = CliRunner().invoke(bughunt, ["bank", "verify", *options])

        record = json.loads(result.stdout)
        assert result.exit_code == 1
        assert (record["holds"], record["findings"][0]["rule"]) == (False, "missed")
        assert (tmp_path / "cache" / "evidence.sqlite3").exists()

    def test_reports_are_written_beside_the_screen(self, write, tmp_path):
        """A page, a report for viewers and SARIF; the screen says it in a few lines."""
        files = {name: tmp_path / name for name in ("page.html", "report.json", "proof.sarif")}
        options = ["--bank", str(write()), "--seeds", "2", "--no-cache"]
        options += ["--html", str(files["page.html"]), "--sarif", str(files["proof.sarif"])]
        options += ["--mutation-report", str(files["report.json"])]
        result = CliRunner().invoke(bughunt, ["bank", "verify", *options])

        assert result.exit_code == 0
        assert "levels.yaml holds" in result.stdout
        assert len(result.stdout.splitlines()) < 20
        assert "order_turned_round" in files["page.html"].read_text()
        assert json.loads(files["report.json"].read_text())["schemaVersion"].startswith("2")
        assert json.loads(files["proof.sarif"].read_text())["version"] == "2.1.0"

    def test_missing_conflicts_are_reported_and_then_written(self, write, tmp_path):
        """The report is on the screen whatever becomes of the file."""
        path = write(text=TOTAL_AND_MEAN, levels={})
        options = ["--bank", str(path), "--seeds", "1", "--no-cache", "--write-conflicts"]
        first, second = (
            CliRunner().invoke(bughunt, ["bank", "verify", *options]) for _ in range(2)
        )

        assert (first.exit_code, second.exit_code) == (1, 0)
        assert "conflict-not-listed" in first.stdout
        assert "1 conflicts written" in first.stderr
        assert "no conflict to write" in second.stderr
        assert not list(tmp_path.glob(".levels.yaml*"))

    def test_of_one_bug_is_told_first_whether_it_holds_alone(self, write):
        """One that holds not in company may hold by itself; one without a place does not."""
        misplaced = bug("mean_lies_between", edit("mean", "result = 1", "result = 2"))
        path = write({**GOOD, "strange_thing": misplaced}, text=TOTAL_AND_MEAN, levels={})
        lines = {}
        for name in ("mean_divisor_short", "strange_thing"):
            options = ["--bank", str(path), "--bug", name, "--seeds", "2", "--no-cache"]
            result = CliRunner().invoke(bughunt, ["bank", "verify", *options])
            lines[name] = result.stdout.splitlines()
            assert result.exit_code == 1

        first = "Alone, 'mean_divisor_short' holds on 2 seeds."
        assert lines["mean_divisor_short"][0].startswith(first)
        assert "does not hold: 1 error" in lines["mean_divisor_short"][2]
        assert lines["strange_thing"][0] == "Alone, 'strange_thing' does not hold on 2 seeds:"
        assert "matches nothing in abacus/arithmetic.py::mean" in lines["strange_thing"][1]

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--bug", "x", "--write-conflicts"], "belongs to the whole bank"),
            (["--json", "--annotations"], "both write to the standard output"),
        ],
    )
    def test_options_that_exclude_each_other_are_refused(self, options, message):
        """Before anything is run."""
        result = CliRunner().invoke(bughunt, ["bank", "verify", *options])
        assert result.exit_code == 2
        assert message in result.stderr

    def test_place_for_a_report_is_looked_at_first(self, tmp_path):
        """Not after minutes of work."""
        missing = tmp_path / "nowhere" / "page.html"
        result = CliRunner().invoke(bughunt, ["bank", "verify", "--html", str(missing)])

        assert result.exit_code == 2
        assert "Name a file in a folder that exists." in result.stderr
