"""The watch: what a save calls into question, what a run settles, and what is told of both."""

from hypothesis import given
from hypothesis import strategies as st

from bughunt.dependence import Saves
from bughunt.desk.watching import begin
from bughunt.detector import CaseRun, Crashed, DetectorRun, Failed, Passed
from bughunt.workspace import Symptom

LAWS = ("fast", "right", "small")
SYMPTOMS = tuple(Symptom(n, f"It is not {law}.", law) for n, law in enumerate(LAWS, start=1))
EVERY = {1, 2, 3}
WRONG = Failed("1 != 2")
ENGINE, GPT = "nanochat/engine.py", "nanochat/gpt.py"


def run(number, outcome=WRONG, files=()):
    """Return a run of the case of a symptom; ``files`` is None if it died untold."""
    single = DetectorRun(LAWS[number - 1], 0, outcome, 0.1)
    return CaseRun((single,), 0.2, files if files is None else tuple(files))


def answered(files, outcomes=(WRONG, WRONG, WRONG), watch=None):
    """Return a watch in which every symptom was asked, with what each asked for."""
    watch = (watch or begin(SYMPTOMS, {})).ask()
    for number, (paths, outcome) in enumerate(zip(files, outcomes, strict=True), start=1):
        if number in watch.asked:
            watch = watch.ended(number, run(number, outcome, paths))
    return watch.over()


def changed(*files):
    """Return a save of files that were there."""
    return Saves(frozenset(files))


MODULES = [f"nanochat/{name}.py" for name in "abcdef"]
DETECTORS = [f"tests/test_{law}.py" for law in LAWS]


@given(
    st.tuples(*(st.none() | st.frozensets(st.sampled_from(MODULES)) for _ in LAWS)),
    st.frozensets(st.sampled_from([*MODULES, *DETECTORS]), min_size=1),
)
def test_a_save_concerns_who_asked_for_the_file_or_told_nothing(files, saved):
    """The rule itself, symptom by symptom."""
    expected = set()
    for number, asked_for in enumerate(files, start=1):
        if asked_for is None or asked_for & saved or DETECTORS[number - 1] in saved:
            expected.add(number)
    assert answered(files).saved(Saves(saved)).waiting == expected


@given(st.tuples(*(st.frozensets(st.sampled_from(MODULES)) for _ in LAWS)), st.data())
def test_files_saved_together_concern_whom_each_concerns(files, data):
    """One save of two files is as good as two saves, in any order."""
    watch = answered(files)
    first, second = (
        Saves(data.draw(st.frozensets(st.sampled_from(MODULES), max_size=3))) for _ in "ab"
    )
    both = Saves(first.changed | second.changed)
    assert watch.saved(both).waiting == watch.saved(first).saved(second).waiting
    assert watch.saved(both).waiting == watch.saved(second).saved(first).waiting


def test_files_that_come_or_go_concern_everybody():
    """An import that finds another file than before is nobody's last list of files."""
    watch = answered([(GPT,), (GPT,), (GPT,)])
    assert watch.saved(Saves(others=frozenset({"nanochat/more.py"}))).waiting == EVERY


def test_data_and_support_modules_concern_everybody():
    """They are read without asking for them."""
    watch = answered([(GPT,), (), ()])
    assert watch.saved(changed("nanochat/table.json")).waiting == EVERY
    assert watch.saved(changed("tests/reference.py")).waiting == EVERY


def test_nothing_saved_concerns_nobody():
    """Not even who told nothing."""
    assert answered([None, None, None]).saved(Saves()).is_settled


def test_a_run_that_a_save_overtook_is_thrown_away_and_asked_again():
    """It read the file before or after the save, or half of each."""
    watch = answered([(GPT,), (ENGINE,), ()]).saved(changed(GPT)).ask()
    assert watch.asked == {1}

    overtaken = watch.saved(changed(GPT)).ended(1, run(1, Passed(), (GPT,)))
    assert not overtaken.symptoms[0].is_fixed
    assert overtaken.over().waiting == {1}


def test_a_running_case_may_ask_for_any_file():
    """A case that gets further than the last one did asks for more."""
    watch = answered([(GPT,), (ENGINE,), ()]).saved(changed(GPT)).ask()
    assert watch.saved(changed(ENGINE)).waiting == {1, 2}


def test_who_was_cancelled_waits_again():
    """A batch that ends early leaves its question open."""
    watch = begin(SYMPTOMS, {}).ask().ended(2, run(2))
    assert watch.over().waiting == {1, 3}


def news(watch):
    """Return what is told of each symptom."""
    return [it.news for it in watch.symptoms]


def test_news_compares_with_the_last_answer():
    """What was fixed and is open again is broken; what stays as it was is no news."""
    files = [(GPT,)] * 3
    first = answered(files, (WRONG, Passed(), WRONG))
    second = answered(files, (Passed(), WRONG, WRONG), first.saved(changed(GPT)))
    third = answered(files, (Passed(), WRONG, WRONG), second.saved(changed(GPT)))
    assert news(first) == ["", "", ""]
    assert news(second) == ["fixed", "broken again", ""]
    assert news(third) == ["", "", ""]
    assert news(second.saved(changed("tests/test_other.py"))) == ["", "", ""]


def test_a_save_before_the_answer_leaves_the_last_answer_the_last():
    """Two quick saves are told as one step."""
    files = [(GPT,)] * 3
    first = answered(files, (WRONG, WRONG, WRONG))
    half = first.saved(changed(GPT)).ask().ended(1, run(1, Passed(), (GPT,)))
    second = answered(files, (Passed(), WRONG, WRONG), half.saved(changed(GPT)).over())
    assert news(second) == ["fixed", "", ""]


def test_a_save_that_goes_on_leaves_the_news_of_its_beginning():
    """As when a formatter writes the file once more."""
    files = [(GPT,)] * 3
    first = answered(files).saved(changed(GPT))
    second = answered(files, (Passed(), WRONG, WRONG), first)
    again = second.saved(changed(GPT), goes_on=True)
    assert news(answered(files, (Passed(), WRONG, WRONG), again)) == ["fixed", "", ""]


def test_the_first_answer_is_compared_with_the_last_check():
    """A watch goes on where the hunt was left."""
    watch = answered([()] * 3, (WRONG, Passed(), Passed()), begin(SYMPTOMS, {1: True, 2: False}))
    assert news(watch) == ["broken again", "fixed", ""]


def test_one_crash_that_stops_several_is_one_obstacle():
    """A syntax error is told once; a crash of one detector is its own evidence."""
    typo = Crashed("SyntaxError", "invalid syntax: (", "nanochat/gpt.py:3")
    own = Crashed("KeyError", "'x'", "nanochat/gpt.py:9")
    watch = answered([(GPT,)] * 3, (typo, own, typo))
    assert watch.obstacles == {"SyntaxError at nanochat/gpt.py:3: invalid syntax: (": (1, 3)}


def test_check_all_asks_everybody():
    """Whatever is settled."""
    assert answered([()] * 3, (Passed(),) * 3).all_again().waiting == EVERY
