"""One screen about a proof: what holds, what does not, where to look."""

import io

import msgspec
import pytest
import small_proof

from bughunt import report
from bughunt.proving import report as proof_report
from bughunt.proving.proof import RULES, Verdict


@pytest.fixture
def bank(bank_folder):
    """Return a bank of three bugs and four detectors."""
    return small_proof.three_bugs(bank_folder)


def written(bank, proof, **options):
    """Return what stands in a pipe."""
    stream = io.StringIO()
    report.write(proof_report.proved(bank, proof, **options), stream)
    return stream.getvalue()


def test_the_screen_says_what_holds_and_what_does_not(bank):
    """Every part has its line; errors stand before warnings, each with place and rule."""
    assert written(bank, small_proof.proof_of(bank)) == (
        "levels.yaml does not hold: 2 errors, 1 warning\n"
        "3 bugs, 4 detectors, 3 seeds\n"
        "1,234 verdicts in 5.7 seconds: 34 run now, 1,200 known already\n"
        "\n"
        "ok       edits       3 of 3 bugs applied, at 4 places in 1 file\n"
        "ok       spoilers    none in texts, comments and names\n"
        "warning  clean code  4 of 4 detectors pass it, on 3 seeds\n"
        "error    bugs        2 of 3 caught as declared, on 3 seeds\n"
        "ok       flakes      none of 4 detectors changed its verdict\n"
        "ok       levels      none of 1 disturbed\n"
        "warning  pairs       1 of 2 disturbed\n"
        "-        triples     not tried\n"
        "error    company     1 conflict, never drawn\n"
        "ok       matrix      4 of 12 cells (3 x 4) see a bug; 2 bugs look alike\n"
        "\n"
        "error    levels.yaml:32  [missed]\n"
        "         bug 'values_taken_as_negative': its detector passes <on> seed 1 & 2: 100%.\n"
        "         Look again.\n"
        "error    levels.yaml:10  [conflict-not-listed]\n"
        "         bug 'values_taken_as_negative': disturbs 'sum_starts_at_one'. "
        "List both under 'conflicts'.\n"
        "warning  tests/a, b.py:1  [slow-detector]\n"
        "         detector 'order_is_indifferent': takes 9 seconds. Make it smaller.\n"
    )


def test_without_findings_the_bank_holds(bank):
    """The headline says so, and nothing stands below the parts."""
    lines = written(bank, small_proof.proof_of(bank, findings=())).splitlines()

    assert lines[0] == "levels.yaml holds"
    assert lines[-1].split()[:2] == ["ok", "matrix"]


def test_every_rule_speaks_against_one_part():
    """A finding that no line shows would leave a proof that fails with all lines ok."""
    placed = [rule for rules in proof_report.PARTS.values() for rule in rules]

    assert sorted(placed) == sorted(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_an_error_of_any_rule_turns_a_line_to_error(bank, rule):
    """The reader sees which part of the proof fell."""
    finding = msgspec.structs.replace(small_proof.FINDINGS[1], rule=rule)
    states = [
        part.state
        for part in proof_report.parts(
            bank, small_proof.proof_of(bank, findings=(finding,), sets=())
        )
    ]

    assert states.count("error") == 1


def test_sixty_bugs_stay_on_one_screen(bank):
    """What does not fit is counted by rule; the first errors are shown."""
    proof = small_proof.proof_of(bank)
    many = msgspec.structs.replace(
        proof,
        bugs=proof.bugs * 20,
        matrix=proof.matrix * 20,
        findings=(small_proof.FINDINGS[0],) * 60 + (small_proof.FINDINGS[1],) * 3,
    )
    lines = written(bank, many).splitlines()

    assert len(lines) < 45
    assert "\n".join(lines).count("[missed]") == 3
    assert lines[-1] == "And 55 more: 55 slow-detector. Show all with --verbose."


def test_verbose_shows_the_matrix_with_marks_where_a_bug_shows(bank):
    """A detector that sees nothing has no column; numbers lead to names."""
    text = written(bank, small_proof.proof_of(bank), verbose=True)

    assert (
        "\n                          123\n"
        "sum_starts_at_one         o.#\n"
        "mean_divisor_off_by_one   .#.\n"
        "values_taken_as_negative  x!.\n"
    ) in text
    assert "  2  mean_of_equal_numbers_is_that_number\n" in text
    assert "without a column, for they see no bug: 1 detector\n" in text


def test_fixed_lines_fit_into_80_columns_for_a_large_bank(bank):
    """Only names, places and the texts of findings may be longer."""
    proof = small_proof.proof_of(bank)
    wide = msgspec.structs.replace(
        proof,
        detectors=proof.detectors * 25,
        bugs=proof.bugs * 20,
        matrix=tuple(row * 25 for row in proof.matrix) * 20,
        findings=(),
        cases=1_234_567,
        ran=1_234_567,
        seconds=9999.9,
    )
    blocks = proof_report.proved(bank, wide, verbose=True)
    stream = io.StringIO()
    report.write(blocks, stream)

    assert max(map(len, stream.getvalue().splitlines())) <= 80


def test_nothing_proved_is_said_to_be_untried(bank):
    """An empty proof claims nothing about clean code, bugs or sets."""
    proof = small_proof.proof_of(
        bank, bugs=(), detectors=(), matrix=(), sets=(), conflicts=(), findings=()
    )
    states = {part.name: part.state for part in proof_report.parts(bank, proof)}

    untried = (
        "edits",
        "spoilers",
        "clean code",
        "bugs",
        "flakes",
        "levels",
        "pairs",
        "company",
        "matrix",
    )
    assert {states[name] for name in untried} == {"-"}


def test_own_detector_that_misses_is_marked_in_the_matrix():
    """Elsewhere the same verdict is the ordinary case."""
    assert proof_report.sign(Verdict.MISSED, is_own=True) == "x"
    assert proof_report.sign(Verdict.MISSED, is_own=False) == "."


def test_one_bug_is_told_with_the_names_of_those_that_see_it(bank):
    """A number of cells says nothing about a single row."""
    proof = small_proof.proof_of(bank)
    one = msgspec.structs.replace(proof, bugs=proof.bugs[:1], matrix=proof.matrix[:1])
    assert (
        "matrix      seen by 2 of 4 detectors: doubling_doubles, total_of_nothing_is_nothing\n"
    ) in written(bank, one)
    unseen = msgspec.structs.replace(one, matrix=((Verdict.MISSED,) * 4,))
    assert "matrix      seen by 0 of 4 detectors\n" in written(bank, unseen)


def test_a_detector_that_rejects_the_clean_code_too_has_caught_nothing(bank):
    """A law that is begun fails whatever the code does."""
    alarm = msgspec.structs.replace(
        small_proof.FINDINGS[0], rule="false-alarm", severity="error",
        detector="total_of_nothing_is_nothing",
    )  # fmt: skip
    proof = small_proof.proof_of(bank, findings=(alarm,))
    assert "bugs        1 of 2 caught as declared, on 3 seeds; 1 not tried\n" in written(
        bank, proof
    )
    one = msgspec.structs.replace(proof, bugs=proof.bugs[:1], matrix=proof.matrix[:1])
    assert "-        bugs        not tried\n" in written(bank, one)
    assert "matrix      seen by 1 of 3 detectors: doubling_doubles\n" in written(bank, one)
