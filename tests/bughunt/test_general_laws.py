"""General laws: who is asked with whom, and what an answer in company is worth."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bughunt.dependence import Saves
from bughunt.detector import CaseRun, Crashed, DetectorRun, Failed, Passed
from bughunt.general_laws import Law, Trial, cases

NAMES = tuple(f"law_{number:02}" for number in range(20))
GPT = "nanochat/gpt.py"
WRONG = Failed("1 is not 0")


def trial(names=NAMES):
    """Return a trial in which everybody is to be asked."""
    return Trial({name: Law(name) for name in names}, waiting=frozenset(names))


def run(group, outcomes=(), files=(GPT,)):
    """Return the run of a group in which all pass but those with another outcome."""
    outcomes = dict(outcomes)
    runs = (DetectorRun(name, 0, outcomes.get(name, Passed()), 0.1) for name in group)
    return CaseRun(tuple(runs), 0.1, files)


def tried(start, broken, *, kills=()):
    """Run a trial to its end; who kills takes the company along. Return it and its groups."""
    asked = []
    while groups := start.groups:
        asked += groups
        start = start.ask()
        for group in groups:
            if set(group) & set(kills):
                death = Crashed("SIGKILL", "the process was ended by SIGKILL.")
                start = start.ended(group, run(group, dict.fromkeys(group, death), None))
            else:
                start = start.ended(group, run(group, dict.fromkeys(broken, WRONG)))
        start = start.over()
    return start, asked


ANY_LAWS = st.frozensets(st.sampled_from(NAMES))


@given(ANY_LAWS, ANY_LAWS)
def test_exactly_those_that_do_not_pass_alone_are_broken(broken, kills):
    """A law that dies takes nobody along."""
    end, _ = tried(trial(), broken, kills=kills)
    assert {law.name for law in end.broken} == broken | kills
    assert set(end.passing) == set(NAMES) - broken - kills


@given(ANY_LAWS)
def test_everybody_is_asked_once_in_company_and_who_does_not_pass_alone(broken):
    """No process holds more than eight laws."""
    _, asked = tried(trial(), broken)
    company = [name for group in asked if len(group) > 1 for name in group]
    assert sorted(company) == sorted(NAMES)
    assert {name for group in asked if len(group) == 1 for name in group} == broken
    assert max(map(len, asked)) == 8


def test_a_failure_that_says_nothing_is_a_failure():
    """An assertion without a message, in a law or in what it calls."""
    end = trial(("a",)).ask().ended(("a",), run("a", {"a": Failed("")}))
    assert [(law.name, law.evidence) for law in end.broken] == [("a", "an assertion fails")]
    assert end.passing == ()


def test_a_law_that_no_run_tells_of_is_broken():
    """Such as one whose file is gone."""
    end = trial(("a",)).ask().ended(("a",), run(()))
    assert [law.evidence for law in end.broken] == ["not run"]


def test_a_save_concerns_who_asked_for_the_file():
    """Or for whom nobody knows it, such as while it is asked."""
    files = {"a": GPT, "b": "x.py"}
    settled = Trial({name: Law(name, Passed(), frozenset({file})) for name, file in files.items()})
    assert settled.saved(Saves(frozenset({GPT}))).waiting == {"a"}
    assert settled.saved(Saves(frozenset({"tests/general/test_b.py"}))).waiting == {"b"}
    assert settled.saved(Saves(frozenset({"tests/conftest.py"}))).waiting == {"a", "b"}

    asked = settled.saved(Saves(frozenset({GPT}))).ask()
    again = asked.saved(Saves(frozenset({"y.py"})))
    assert (again.waiting, again.asked) == ({"a"}, frozenset())


def test_an_answer_that_a_save_has_overtaken_is_thrown_away():
    """And so is a suspicion: on the new code, the law is asked in company first."""
    pair = trial(("a", "b")).ask()
    assert pair.saved(Saves(frozenset({GPT}))).ended(("a", "b"), run("ab")).passing == ()
    suspected = pair.ended(("a", "b"), run("ab", {"a": WRONG}))
    assert suspected.groups == (("a",),)
    assert suspected.saved(Saves(others=frozenset({GPT}))).groups == (("a", "b"),)


def test_who_did_not_answer_waits_again():
    """When the batch is ended before its time."""
    half = trial(("a",)).ask()
    assert not half.is_settled
    assert half.over().groups == (("a",),)


def test_a_case_names_the_folder_that_laws_import_from():
    """A company has less time than as many laws alone."""
    company, single = cases(Path("/hunt"), (("a", "b"), ("c",)), {GPT: "x = 1\n"})
    assert [str(file) for file in company.detectors] == [
        "/hunt/tests/general/test_a.py",
        "/hunt/tests/general/test_b.py",
    ]
    assert company.beside == (Path("/hunt/tests"),)
    assert (company.seconds, single.seconds) == (10.0, None)
    assert single.overlay == {GPT: "x = 1\n"}
