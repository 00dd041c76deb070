"""exam.yaml: what it may say, and what is told with its line when it says something else."""

from datetime import timedelta

import pytest
from small_exam import PLAN, WORDS

from bughunt.errors import ExamError
from bughunt.exam.answers import Entry, with_times
from bughunt.exam.beginning import begin
from bughunt.exam.plan import PLAN as FILE
from bughunt.exam.plan import Stratum, pool, read_plan
from bughunt.exam.roster import Candidate, read_roster


@pytest.fixture
def write(exam_folder, tmp_path):
    """Return a function that reads a plan in which one text is replaced."""

    def read(old="", new="", text=PLAN):
        assert old in text
        text = text.replace("bank: bank", f"bank: {exam_folder / 'bank'}").replace(old, new, 1)
        (tmp_path / FILE).write_text(text)
        return read_plan(tmp_path / FILE)

    return read


def test_what_init_writes_can_be_built_as_it_stands(tmp_path):
    """Every comment in it stands beside a value that is read."""
    plan_file, roster_file = begin(tmp_path / "exam")
    assert "id: exam                       # lower case" in plan_file.read_text()
    plan = read_plan(plan_file)
    assert (plan.id, plan.bugs, plan.strata) == ("exam", 4, (Stratum(2, 3, 3), Stratum(4, 5, 1)))
    assert plan.closes - plan.opens == timedelta(hours=3)
    assert len(read_roster(roster_file)) == 3


@pytest.mark.parametrize(
    ("folder", "name"),
    [("Spring 2027", "spring-2027"), ("\u00fc\u00df", "my-exam"), ("a" * 90, "a" * 60)],
)
def test_two_exams_of_one_key_do_not_share_a_name_by_accident(tmp_path, folder, name):
    """The name goes into every seed, and is that of the folder."""
    assert read_plan(begin(tmp_path / folder)[0]).id == name


def test_init_writes_over_nothing(tmp_path):
    """A plan is work."""
    begin(tmp_path / "exam")
    with pytest.raises(ExamError, match=r"exam\.yaml: already exists\. Choose another folder\."):
        begin(tmp_path / "exam")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("overlap: 2", "overlaps: 2", "11: draw.overlaps: no such field. Did you mean 'overlap'"),
        ("id: forest", "id: The Forest", "2: id: 'The Forest' is not written as it must be."),
        ("title: A walk in the forest\n", "", "1: the field 'title' is missing."),
        ("difficulty: 3,", "difficulty: 3-9,", "9: draw.strata[1].difficulty: '3-9' is no range"),
        ("difficulty: 3,", "difficulty: 2-3,", "2-3 and 1-2 have difficulties in common"),
        ("bugs: 1}", "bugs: 2}", "7: draw.strata: the strata hold 4 bugs, and a candidate gets 3."),
        ("overlap: 2", "overlap: 4", "11: draw.overlap: 4 is more than the 3 bugs of a candidate."),
        ("band: 1", "band: -1", "10: draw.band: "),
        ("zone: Europe/Berlin", "zone: Europe/Berln", "Did you mean 'Europe/Berlin'?"),
        ("closes: 2027-03-01 12:00", "closes: 2027-03-01 09:30", "closes less than 60 minutes"),
        ("opens: 2027-03-01 09:00", "opens: 2027-13-01 09:00", "'2027-13-01 09:00' is no date"),
        ("seeds: 1", "seeds: no", "12: draw.seeds: YAML reads no as true or false."),
        ("id: forest", "id: forest\nscoring: {points: [1, 2]}", "3: scoring.points: "),
        ("id: forest", "id: forest\nhints: {costs: 1}", "3: hints"),
        ("version: 1", "version: 2", "1: version: "),
    ],
)  # fmt: skip
def test_a_wrong_plan_is_refused_with_line_value_and_next_step(write, old, new, told):
    """Each message begins with the file and the line."""
    with pytest.raises(ExamError) as caught:
        write(old, new)
    assert told in str(caught.value)
    assert all(line.split(":")[1].isdigit() for line in str(caught.value).splitlines())


def test_all_problems_of_a_plan_are_told_at_once(write):
    """One for each field."""
    with pytest.raises(ExamError) as caught:
        write("  band: 1\n  overlap: 2", "  band: wide\n  overlap: none\n  size: 3")
    assert len(str(caught.value).splitlines()) == 3


def test_a_field_that_does_not_exist_hides_nothing_else(write):
    """What contradicts itself elsewhere, and in the same section, is told with it."""
    text = PLAN.replace("band: 1", "bandd: 1").replace("Europe/Berlin", "Europe/Berln")
    with pytest.raises(ExamError) as caught:
        write("bugs: 3", "bugs: 5", text=text.replace("bank: bank", "bank: nowhere"))
    told = str(caught.value)
    for part in ("bandd: no such field", "the strata hold 3", "no time zone", "no file"):
        assert part in told
    assert len(told.splitlines()) == 4


@pytest.mark.parametrize("text", ["[]", "3", "{draw: 3, time: [], bank: {}}"])
def test_a_plan_of_another_shape_is_refused(tmp_path, text):
    """With a message."""
    (tmp_path / FILE).write_text(text)
    with pytest.raises(ExamError, match=r"exam\.yaml:1: "):
        read_plan(tmp_path / FILE)


@pytest.mark.parametrize(
    ("hour", "told"),
    [("2027-03-28 02:30", "is left out in Europe/Berlin"), ("2027-10-31 02:30", "comes twice")],
)
def test_an_hour_that_clocks_skip_or_repeat_is_refused(write, hour, told):
    """Nobody could say when it is."""
    with pytest.raises(ExamError, match=told):
        write("opens: 2027-03-01 09:00, closes: 2027-03-01 12:00", f"opens: {hour}")


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("levels: [shor]", "draw.levels[0]: no level 'shor'. Did you mean 'short'?"),
        ("topics: [needls]", "draw.topics[0]: no topic 'needls'. Did you mean 'needles'?"),
        ("leave_out: [ash]", "draw.leave_out[0]: no bug 'ash'."),
    ],
)
def test_names_that_the_bank_does_not_have_are_refused(write, bank, field, told):
    """The nearest one is offered."""
    plan = write("  seeds: 1", f"  seeds: 1\n  {field}")
    with pytest.raises(ExamError) as caught:
        pool(plan, bank)
    assert told in str(caught.value)


def test_levels_topics_and_what_is_left_out_narrow_the_pool(write, bank):
    """A bug is drawn only if it fits all of them."""

    def words(field):
        return [it.id.split("_")[0] for it in pool(write("  seeds: 1", f"  {field}"), bank)]

    assert words("seeds: 1") == sorted(WORDS)
    assert words("levels: [short]") == ["ash", "elm"]
    assert words("topics: [needles]") == ["ash", "cedar", "fir", "larch", "oak", "rowan"]
    assert words("{}: [{}]".format("leave_out", "ash_grown_too_tall")) == sorted(WORDS)[1:]


def test_extra_time_moves_the_own_deadline_even_when_clocks_are_changed(write):
    """An hour more is an hour on the wall clock of Greenwich."""
    plan = write("2027-03-01 12:00", "2027-03-28 01:30")
    entry = Entry(student_id="a", candidate="x", bugs=(), seed="", camouflage="", minutes=0,
                  opens=None, deadline=None)  # fmt: skip
    timed = with_times(entry, Candidate("a", "", "", "", "60 min"), plan)
    assert timed.minutes == 120
    assert timed.opens == "2027-03-01T09:00+01:00"
    assert timed.deadline == "2027-03-28T03:30+02:00"


def test_an_exam_without_hours_has_no_deadline(write):
    """Only how long it takes is said."""
    times = "opens: 2027-03-01 09:00, closes: 2027-03-01 12:00, zone: Europe/Berlin"
    plan = write(f", {times}", "")
    assert (plan.minutes, plan.opens, plan.closes) == (60, None, None)
