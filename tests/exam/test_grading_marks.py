"""From records to marks: points, partial credit, penalties, hints, lateness, what is voided."""

import msgspec
import pytest

from bughunt.exam.answers import Entry
from bughunt.exam.grading.figures import items
from bughunt.exam.grading.intake import stem_of
from bughunt.exam.grading.marks import Scoring, marks
from bughunt.exam.grading.record import Broken, BugRecord, Findings, Record
from bughunt.exam.hint_record import Given

# Difficulties 1, 3 and 2, which count 1, 4 and 2 points.
BUGS = ("ash_grown_too_tall", "cedar_grown_too_tall", "beech_grown_too_tall")
ENTRY = Entry(
    student_id="willow-17", candidate="abc", bugs=BUGS, seed="00", camouflage="00", minutes=60,
    opens=None, deadline="2027-03-01T12:00+01:00",
)  # fmt: skip


def record(*verdicts, broken=(), modified="2027-03-01T10:59:00+00:00", places=(1, 0), **fields):
    """Return a record with these verdicts."""
    bugs = [
        BugRecord(number=number, bug=bug, verdict=it, places=places[0], restored_places=places[1])
        for number, (bug, it) in enumerate(zip(BUGS, verdicts, strict=True), start=1)
    ]
    found = Findings(bugs=tuple(bugs), broken=tuple(Broken(law, 1, "") for law in broken), **fields)
    return Record(
        exam="forest", attempt=1, stamp="", candidate="abc", source="abc.zip", digest="d",
        modified=modified, remarks=(), report="", hints_said=None, findings=found,
    )  # fmt: skip


@pytest.fixture
def scoring(order, bank):
    """Return how marks are made."""
    points = (1.0, 2.0, 4.0, 8.0, 16.0)
    changed = {"points": points, "regression": 0.5, "partial": 0.5, "hint_cost": 0.25}
    return Scoring(msgspec.structs.replace(order.plan, **changed), bank, Given(), {})


def mark(scoring, *records, **fields):
    """Return the mark of one candidate."""
    return marks(msgspec.structs.replace(scoring, **fields), (ENTRY,), records)[0]


def test_points_are_those_of_the_difficulty(scoring):
    """Suspicion takes none away."""
    assert mark(scoring, record("restored", "fixed", "suspicious")).score == 1 + 4 + 2
    assert mark(scoring, record("open", "fixed", "open")).score == 4


def test_a_total_scales_what_each_candidate_can_reach(scoring):
    """Seven points become 21; what is voided is shared out within them, penalties stay."""
    plan = msgspec.structs.replace(scoring.plan, total=21.0)
    found = mark(scoring, record("fixed", "open", "fixed"), plan=plan)
    assert (found.score, found.maximum) == (9, 21)
    assert (
        mark(scoring, record("fixed", "fixed", "fixed", broken=("law",)), plan=plan).score == 20.5
    )
    voided = mark(scoring, record("fixed", "open", "fixed"), plan=plan, void={BUGS[1]: "two"})
    assert (voided.score, voided.maximum) == (21, 21)


def test_an_open_bug_of_several_places_has_part_of_its_points(scoring):
    """Half of the share of places that are restored; with one place there is no part."""
    assert mark(scoring, record("open", "open", "open", places=(4, 3))).score == pytest.approx(
        0.5 * 0.75 * 7
    )
    assert mark(scoring, record("open", "open", "open", places=(1, 0))).score == 0


def test_broken_laws_and_hints_take_points_and_never_more_than_there_are(scoring):
    """There is no negative score."""
    given = Given(hints={"abc": {1: 2, 3: 1}})
    assert mark(
        scoring, record("fixed", "open", "fixed", broken=("x", "y")), given=given
    ).score == (3 - 2 * 0.5 - 3 * 0.25)
    assert mark(scoring, record("open", "open", "open", broken=("x", "y"))).score == 0


def test_a_voided_bug_shares_its_points_among_the_others(scoring):
    """In proportion, with its hints and its law taken out; the maximum stays."""
    void = {BUGS[1]: "unclear"}
    given = Given(hints={"abc": {2: 3}})
    law = scoring.bank.bugs[BUGS[1]].detector
    found = mark(scoring, record("fixed", "fixed", "open", broken=(law,)), void=void, given=given)
    assert (found.maximum, found.hints, found.broken) == (7, 0, ())
    assert found.score == pytest.approx(1 * 7 / 3, abs=1e-4)
    assert mark(scoring, record("fixed", "open", "fixed"), void=void).score == 7


def test_when_all_bugs_are_voided_there_is_no_score(scoring):
    """Nobody can share what is not there."""
    found = mark(scoring, record("open", "open", "open"), void=dict.fromkeys(BUGS, "wrong"))
    assert (found.state, found.score) == ("void", None)


@pytest.mark.parametrize(
    ("modified", "late"),
    [
        ("2027-03-01T11:00:00+00:00", 0),
        ("2027-03-01T11:00:01+00:00", 1),
        ("2027-03-01T12:30:00+00:00", 90),
        (None, 0),
    ],
)
def test_lateness_is_told_in_minutes_and_costs_nothing(scoring, modified, late):
    """The deadline is 12:00 in Berlin, which is 11:00 UTC."""
    found = mark(scoring, record("fixed", "open", "open", modified=modified))
    assert (found.late, found.score) == (late, 1)


@pytest.mark.parametrize(
    ("change", "late"),
    [
        ("2027-03-01T11:05:00+00:00", 5),
        ("2027-03-01T10:00:00+00:00", 1),
        ("2027-03-01T13:00:00", 1),
        ("", 1),
    ],
    ids=["later", "earlier", "without a zone", "unknown"],
)
def test_who_changed_a_file_after_the_deadline_is_late_as_well(scoring, change, late):
    """An archive may bear an earlier time; a clock without a zone says nothing."""
    handed_in = record("fixed", "open", "open", modified="2027-03-01T11:00:30+00:00")
    changed = msgspec.structs.replace(handed_in, last_change=change)
    assert mark(scoring, changed).late == late


def test_the_hardest_bug_is_the_one_that_fewest_solved(scoring):
    """Of those who had it."""
    records = (
        record("fixed", "open", "restored"),
        record("open", "open", "fixed"),
        record("fixed", "suspicious", "fixed"),
    )
    found = items(scoring.bank, [mark(scoring, it) for it in records])
    assert [(it.bug, round(it.solved, 2)) for it in found] == [
        (BUGS[1], 0.33), (BUGS[0], 0.67), (BUGS[2], 1.0)
    ]  # fmt: skip
    assert found[2].discrimination is None


@pytest.mark.parametrize(
    ("name", "stem"),
    [("a.zip", "a"), ("a.tar.gz", "a"), ("a.b.TGZ", "a.b"), ("folder", "folder"), ("s1.x", "s1.x")],
)
def test_a_name_is_read_without_what_says_that_it_is_an_archive(name, stem):
    """The longest ending goes."""
    assert stem_of(name) == stem
