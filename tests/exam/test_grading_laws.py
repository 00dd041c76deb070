"""Which laws are asked of a submission, and when what they say counts: without a jail."""

from types import SimpleNamespace

import pytest

from bughunt.exam.grading.breakage import Breakage
from bughunt.exam.grading.hearing import Hearing, NothingToTell
from bughunt.exam.grading.laws import Judged
from bughunt.exam.grading.workbench import Sight

CLEAN, HANDED_IN = {"a.py": "clean"}, {"a.py": "handed in"}
BUG = SimpleNamespace(id="a_bug", detector="a_law")


class Bench:
    """A workbench on which a function says what a law says of a text on a seed."""

    def __init__(self, says, names=("a_law",)):
        self._says = says
        self.asked = []
        files = frozenset({"a.py"})
        self.laws = SimpleNamespace(
            names=names, files=lambda _: files, keys_like_clean=lambda _: ()
        )

    def observed(self, laws, tree, seed, **_):
        """Note what is asked; what hangs is a company that hangs."""
        self.asked.append((tuple(laws), tree["a.py"], seed))
        said = [self._says(law, tree["a.py"], seed) for law in laws]
        if "hangs" in said:
            why = Sight(why="took too much time (more than 60)", is_out_of_time=True)
            return dict.fromkeys(laws, why)
        return {law: Sight(it.encode()) for law, it in zip(laws, said, strict=True)}

    def judged(self, items):
        """Judge a law by what was said."""
        return tuple(Judged(it.observed.decode(), "the evidence") for it in items)


def heard(says, seeds=(1, 2, 3, 4, 5, 6)):
    """Return what the law of one bug says, and all that was asked."""
    bench = Bench(says)
    hearing = Hearing(bench, lambda _: CLEAN, HANDED_IN, seeds)
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
    """Not even where the submission keeps it now and then."""
    with pytest.raises(NothingToTell, match="the clean code breaks the law 'a_law'"):
        heard(lambda _law, _text, seed: "passed" if seed == 1 else said)


def broken(says, count):
    """Return what a submission breaks of so many laws."""
    names = tuple(f"law_{it:02}" for it in range(count))
    found = Breakage(Bench(says, names), HANDED_IN, 1)
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
