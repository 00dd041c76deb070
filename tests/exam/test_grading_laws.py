"""Which laws are asked of a submission, and when what they say counts: without a jail."""

from types import SimpleNamespace

import pytest

from bughunt.exam.grading import appeal
from bughunt.exam.grading.breakage import Breakage
from bughunt.exam.grading.hearing import Hearing, NothingToTell
from bughunt.exam.grading.laws import Judged
from bughunt.exam.grading.workbench import Sight, Subject

CLEAN, HANDED_IN = {"a.py": "clean"}, {"a.py": "handed in"}
BUG = SimpleNamespace(id="a_bug", detector="a_law")


class Bench:
    """A workbench on which a function says what a law says of a text on a seed."""

    def __init__(self, says, names=("a_law",)):
        self._says = says
        self.now = 0.0  # seconds; each observation takes one
        self.bank = None
        self.asked = []
        files = frozenset({"a.py"})
        self.laws = SimpleNamespace(
            names=names, files=lambda _: files, keys_like_clean=lambda _: ()
        )

    def observed(self, laws, tree, seed, **_):
        """Note what is asked; what hangs is a company that hangs."""
        self.asked.append((tuple(laws), tree["a.py"], seed))
        self.now += 1
        said = [self._says(law, tree["a.py"], seed) for law in laws]
        if "hangs" in said:
            why = Sight(why="took too much time (more than 60)", is_out_of_time=True)
            return dict.fromkeys(laws, why)
        return {law: Sight(it.encode()) for law, it in zip(laws, said, strict=True)}

    def judged(self, items):
        """Judge a law by what was said."""
        return tuple(Judged(it.observed.decode(), "the evidence") for it in items)


def heard(says, seeds=(1, 2, 3, 4, 5, 6), seconds=100):
    """Return what the law of one bug says, and all that was asked."""
    bench = Bench(says)
    subject = Subject(bench, HANDED_IN, seconds, lambda: bench.now)
    hearing = Hearing(bench, lambda _: CLEAN, subject, seeds)
    return hearing.of([BUG])["a_bug"], bench.asked


def test_a_law_must_hold_on_three_seeds_and_no_more_is_asked():
    """Three are to spare."""
    found, asked = heard(lambda *_: "passed")
    assert (found.is_lawful, found.seeds, len(asked)) == (True, (1, 2, 3), 3)


def test_a_law_that_is_broken_once_where_the_clean_code_keeps_it_is_broken():
    """With the evidence of that seed."""
    found, _ = heard(lambda _, text, seed: "failed" if text != "clean" and seed == 2 else "passed")
    assert (found.is_lawful, found.seeds) == (False, (1, 2))
    assert found.evidence == "the evidence"


def test_a_seed_on_which_the_clean_code_breaks_a_law_too_counts_for_nobody():
    """Another one is taken."""
    found, _ = heard(lambda _law, _text, seed: "failed" if seed % 2 else "passed")
    assert (found.is_lawful, found.seeds) == (True, (2, 4, 6))


@pytest.mark.parametrize("said", ["failed", "crashed", "hangs"])
def test_a_law_that_the_clean_code_breaks_here_gives_no_verdict(said):
    """The machine lacks something, or has no time; the submission is tried again."""
    with pytest.raises(NothingToTell, match="the clean code breaks the law 'a_law'"):
        heard(lambda *_: said)


@pytest.mark.parametrize("lucky", [1, 4, 6])
def test_a_law_that_speaks_on_fewer_seeds_is_told_to_a_human(lucky):
    """Other seeds would not come with another grading, so what it says there has to do."""
    found, _ = heard(lambda _law, _text, seed: "passed" if seed in (2, lucky) else "failed")
    assert (found.is_lawful, found.seeds) == (True, tuple(sorted((2, lucky))))
    assert found.needs_look.startswith("the clean code breaks the law on 4 of the seeds")
    found, _ = heard(lambda _, text, seed: "passed" if seed == 2 and text == "clean" else "failed")
    assert (found.is_lawful, found.evidence) == (False, "the evidence")


def test_a_law_that_cannot_speak_any_more_is_asked_no_further():
    """After four seeds that tell nothing; the reason is told."""
    asked = []

    def says(_law, text, seed):
        asked.append((text, seed))
        return "failed"

    with pytest.raises(NothingToTell, match=r"judged by it: the evidence\.$"):
        heard(says)
    assert {seed for _, seed in asked} == {1, 2, 3, 4}


def test_a_submission_that_has_used_up_its_time_is_asked_nothing_more():
    """What was not asked is open, since the clean code takes no such time."""
    found, asked = heard(lambda *_: "passed", seconds=1)
    assert (found.is_lawful, found.seeds) == (False, (1, 2, 3))
    assert found.evidence == "its time was used up before this law was asked"
    assert [text for _, text, _ in asked] == ["handed in", "handed in", "clean"]


@pytest.mark.parametrize(
    ("clean", "handed_in", "outcome"),
    [
        ("passed", "failed", "failed"),
        ("failed", "failed", "says nothing"),
        ("crashed", "passed", "says nothing"),
        ("hangs", "hangs", "says nothing"),
        ("passed", "hangs", "nothing observed"),
    ],
)
def test_an_appeal_asks_the_clean_code_whether_a_law_says_anything(
    monkeypatch, clean, handed_in, outcome
):
    """Before it is held against a submission."""
    monkeypatch.setattr(appeal, "clean_tree", lambda _: CLEAN)
    bench = Bench(lambda _law, text, _seed: clean if text == "clean" else handed_in)
    monkeypatch.setattr(appeal.observation, "decode", bytes.decode)
    assert appeal.tried(bench, "a_law", HANDED_IN, 1).outcome == outcome


def broken(says, count, seconds=1000):
    """Return what a submission breaks of so many laws."""
    names = tuple(f"law_{it:02}" for it in range(count))
    bench = Bench(says, names)
    found = Breakage(bench, Subject(bench, HANDED_IN, seconds, lambda: bench.now), 1)
    found.ask((), ["a.py"], {}, [CLEAN])
    return found


def test_a_law_is_broken_if_the_start_keeps_it_and_the_submission_does_not():
    """Each is asked alone that did not pass in company."""

    def says(law, text, _):
        is_bad = law == "law_03" or (law == "law_11" and text != "clean")
        return "failed" if is_bad else "passed"

    found = broken(says, 20)
    assert [it.law for it in found.broken] == ["law_11"]
    assert (found.asked, found.left) == (20, 0)


def test_code_that_hangs_in_three_laws_is_not_asked_the_rest():
    """A minute each for a hundred laws would hold up everybody."""
    found = broken(lambda _law, text, _seed: "passed" if text == "clean" else "hangs", 100)
    assert [it.law for it in found.broken] == ["law_00", "law_01", "law_02"]
    assert (found.asked, found.left) == (3, 97)


def test_code_that_is_slow_in_every_law_is_asked_until_its_time_is_used_up():
    """The rest is told, and counts for nothing."""
    found = broken(lambda _law, text, _: "passed" if text == "clean" else "failed", 100, seconds=9)
    assert [it.law for it in found.broken] == ["law_00", "law_01", "law_02", "law_03", "law_04"]
    assert (found.asked, found.left) == (5, 95)


def test_code_that_hung_in_the_laws_of_its_bugs_is_asked_no_others():
    """They would hang as well."""
    bench = Bench(lambda _law, text, _: "passed" if text == "clean" else "hangs", ("other_law",))
    subject = Subject(bench, HANDED_IN, 1000, lambda: bench.now)
    bugs = [SimpleNamespace(id=f"bug {it}", detector=f"law {it}") for it in range(4)]
    heard = Hearing(bench, lambda _: CLEAN, subject, (1, 2, 3)).of(bugs)
    assert [it.evidence for it in heard.values()] == ["took too much time (more than 60)"] * 4
    found = Breakage(bench, subject, 1)
    found.ask((), ["a.py"], {}, [CLEAN])
    assert (found.broken, found.asked, found.left) == ((), 0, 1)
