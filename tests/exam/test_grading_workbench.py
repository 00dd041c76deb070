"""The two jails of a worker, with the bank that comes with bughunt."""

import sys

import pytest

from bughunt.exam.grading.laws import Item
from bughunt.exam.grading.workbench import Workbench
from bughunt.mutate import clean_tree, mutate
from bughunt.running import observation
from bughunt.spec import load_bank

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="a jail needs Linux"),
]
SPELLED = "tokens_spell_the_text_that_they_encode"
FILE = "rustbpe/vocabulary.py"
# Instead of putting it right, a submission looks for the clean code.
LOOKS_ROUND = '''

def spelled(merges):
    """Return what the installed package says, if it can be found."""
    import glob
    import sys

    places = [*sys.path, *sys.modules["bughunt"].__path__]
    places += [f"{place}/.." for place in places]
    for name in ("rustbpe", "bughunt/bank/rustbpe"):
        for place in places:
            for file in glob.glob(f"{place}/{name}/vocabulary.py"):
                space = {}
                exec(open(file).read(), space)
                return space["spelled"](merges)
    raise LookupError("no clean code")
'''


@pytest.fixture(scope="module")
def bench():
    """Return a workbench."""
    bench = Workbench(load_bank(None))
    yield bench
    bench.close()


def test_the_clean_code_passes_and_a_bug_does_not(bench):
    """Observed in one jail, judged in the other."""
    bug = bench.bank.bugs["merged_tokens_spelled_backwards"]
    said = []
    for tree in (clean_tree(bench.bank), mutate(bench.bank, [bug]).mutated):
        sight = bench.observed((SPELLED,), tree, 7)[SPELLED]
        said.append(bench.judged((Item(SPELLED, sight.data),))[0].outcome)
    assert said == ["passed", "failed"]


def test_a_submission_cannot_read_the_clean_code_of_an_installed_package(bench):
    """Neither where it is installed nor in the bank of bughunt."""
    tree = clean_tree(bench.bank)
    tree = {**tree, FILE: tree[FILE] + LOOKS_ROUND}
    sight = bench.observed((SPELLED,), tree, 7)[SPELLED]
    assert sight.why.startswith("LookupError")


def test_a_judge_that_is_given_other_data_fails_it_and_goes_on(bench):
    """Whatever its shape; the next one is judged as always."""
    right = bench.observed((SPELLED,), clean_tree(bench.bank), 7)[SPELLED].data
    for data in (None, [], {}, {"texts": 3}, "text", [[[[1]]]]):
        (said,) = bench.judged((Item(SPELLED, observation.encode(data)),))
        assert said.outcome in ("failed", "crashed")
    assert bench.judged((Item(SPELLED, right),))[0].outcome == "passed"
