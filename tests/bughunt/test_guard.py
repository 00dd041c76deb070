"""The guard of a watch: general laws that wait for the symptoms, fed by hand."""

import shutil

import pytest

from bughunt import general_laws
from bughunt.dependence import Saves
from bughunt.desk.asking import Ended, OfLaws, Over
from bughunt.desk.desk import Bank, Desk, Line
from bughunt.desk.saves import Saved
from bughunt.desk.screen import draw
from bughunt.desk.terminal import Key
from bughunt.detector import CaseRun, DetectorRun, Failed, Passed, TimedOut
from bughunt.errors import EnvironmentProblem
from bughunt.general_laws import Question
from bughunt.regressions import LAWS
from bughunt.select import select_level
from bughunt.workspace import materialize

MODULE = "abacus/arithmetic.py"
GROWING, SINGLE = "a_total_grows_by_what_is_added", "total_of_one_number_is_that_number"
WRONG = Failed("it grows by 0")
NOTHING_BROKE = "Your changes broke none of the 2 other laws."


class Hunt:
    """A desk, what it asks for, and answers in which these laws are broken."""

    def __init__(self, bank, folder):
        self.workspace = materialize(bank, select_level(bank, "short"), folder)
        self.start()

    def start(self):
        """Sit down at the desk."""
        self.asked, self.cancelled = [], 0
        nothing = Bank(hints=dict, learned=lambda _: ())
        symptoms, laws = Line(self.asked.append, lambda: None), Line(self.asked.append, self.cancel)
        self.desk = Desk(
            self.workspace, nothing, symptoms=symptoms, laws=laws, size=lambda: (80, 24)
        )

    def cancel(self):
        """Count the wish to end what is asked of laws."""
        self.cancelled += 1

    def edit(self, old, new):
        """Save the module with another text."""
        file = self.workspace.root / MODULE
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))
        self.desk.handle(Saved(Saves(frozenset({MODULE}))))

    def answer(self, broken=()):
        """Let what was asked last end, and its batch."""
        for key, case in self.asked[-1].items():
            laws = [file.stem.removeprefix("test_") for file in case.detectors]
            runs = (DetectorRun(it, 0, WRONG if it in broken else Passed(), 0.1) for it in laws)
            self.tell(Ended(key, CaseRun(tuple(runs), 0.1, (MODULE,))))
        self.tell(Over())

    def tell(self, event):
        """Let something be heard from where was asked last."""
        asks_laws = isinstance(self.keys[0], tuple)
        self.desk.handle(OfLaws(event) if asks_laws else event)

    @property
    def keys(self):
        """Return what was asked last."""
        return list(self.asked[-1])

    @property
    def screen(self):
        """Return what is seen."""
        rows = draw(self.desk.view, 80, 24)
        return "\n".join("".join(span.text for span in row) for row in rows)


@pytest.fixture
def hunt(rich_bank, tmp_path):
    """Return a hunt in which the laws were asked: one passes, the other does not."""
    made = Hunt(rich_bank, tmp_path / "hunt")
    made.answer()
    made.answer(broken={SINGLE})
    return made


def test_the_laws_are_asked_once_the_symptoms_have_answered(rich_bank, tmp_path):
    """Law by law, on the texts as they are; a later watch knows the answer."""
    hunt = Hunt(rich_bank, tmp_path / "hunt")
    assert hunt.keys == [1, 2]
    assert "Looking for what else broke ... 0 of 2" in hunt.screen
    hunt.answer()
    assert hunt.keys == [Question(GROWING, "now"), Question(SINGLE, "now")]
    assert "result = 1" in hunt.asked[-1][Question(SINGLE, "now")].overlay[MODULE]
    hunt.answer(broken={SINGLE})
    assert NOTHING_BROKE in hunt.screen
    assert (hunt.workspace.root / LAWS).exists()

    hunt.start()
    hunt.answer()
    assert len(hunt.asked) == 1
    assert NOTHING_BROKE in hunt.screen


def test_a_law_without_a_verdict_is_asked_by_the_next_watch(rich_bank, tmp_path):
    """Its process ended before it could tell; what the others said is kept."""
    hunt = Hunt(rich_bank, tmp_path / "hunt")
    hunt.answer()
    untold = DetectorRun(GROWING, 0, TimedOut(30.0), 30.0)
    hunt.tell(Ended(Question(GROWING, "now"), CaseRun((untold,), 30.0, None)))
    passed = DetectorRun(SINGLE, 0, Passed(), 0.1)
    hunt.tell(Ended(Question(SINGLE, "now"), CaseRun((passed,), 0.1, (MODULE,))))
    hunt.tell(Over())

    hunt.start()
    hunt.answer()
    assert hunt.keys == [Question(GROWING, "now")]
    hunt.answer()
    assert NOTHING_BROKE in hunt.screen


def test_a_save_asks_the_symptoms_first_and_then_the_laws(hunt):
    """What the start code says is known already."""
    hunt.edit("return result", "return 0")
    assert hunt.keys == [1, 2]
    hunt.answer()
    assert hunt.keys == [Question(GROWING, "now"), Question(SINGLE, "now")]
    hunt.answer(broken={GROWING, SINGLE})
    assert "1 thing broke: a total grows by what is added" in hunt.screen
    hunt.desk.handle(Key("l"))
    assert "Your changes broke:" in hunt.screen
    assert "it grows by 0" in hunt.screen


def test_the_start_is_asked_of_a_law_that_passes_no_more(rich_bank, tmp_path):
    """A watch may begin when something is changed already; until it is known, nothing is said."""
    hunt = Hunt(rich_bank, tmp_path / "hunt")
    hunt.edit("return result", "return 0")
    hunt.answer()
    hunt.answer()
    hunt.answer(broken={GROWING, SINGLE})
    assert hunt.keys == [Question(GROWING, "start"), Question(SINGLE, "start")]
    assert "return result" in hunt.asked[-1][Question(GROWING, "start")].overlay[MODULE]
    assert "Looking for what else broke ... 0 of 2" in hunt.screen
    hunt.answer(broken={SINGLE})
    assert "1 thing broke: a total grows by what is added" in hunt.screen


def test_what_is_mended_again_is_broken_no_more(hunt):
    """Without being asked again."""
    hunt.edit("return result", "return 0")
    hunt.answer()
    hunt.answer(broken={GROWING})
    hunt.edit("return 0", "return result")
    hunt.answer()
    assert NOTHING_BROKE in hunt.screen
    assert [isinstance(next(iter(it)), int) for it in hunt.asked] == [
        True,
        False,
        True,
        False,
        True,
    ]


def test_a_save_while_laws_are_asked_ends_that_for_the_symptoms(hunt):
    """A hunter waits for no law."""
    hunt.edit("return result", "return 0")
    hunt.answer()
    hunt.edit("return 0", "return 1")
    assert hunt.cancelled == 1
    assert hunt.keys == [1, 2]
    hunt.answer()
    assert hunt.keys == [1, 2]  # a server that is busy importing takes its time to give up
    hunt.desk.handle(OfLaws(Over()))
    assert hunt.keys == [Question(GROWING, "now"), Question(SINGLE, "now")]


def test_verdicts_of_symptoms_do_not_wait_for_the_laws(rich_bank, tmp_path):
    """They are kept while the start is still being tried."""
    hunt = Hunt(rich_bank, tmp_path / "hunt")
    hunt.answer()
    assert "all are fixed" in hunt.screen
    assert '"fixed": true' in (hunt.workspace.root / ".bughunt/progress.json").read_text()


def test_check_all_asks_the_laws_as_well(hunt):
    """Though nothing is changed."""
    hunt.desk.handle(Key("a"))
    hunt.answer()
    assert hunt.keys == [Question(GROWING, "now"), Question(SINGLE, "now")]


def test_a_file_that_cannot_be_read_is_looked_at_with_the_next_save(hunt, monkeypatch):
    """An editor may be replacing it; until then, nothing is said."""

    def refuse(_workspace):
        raise EnvironmentProblem("it went between two looks")

    with monkeypatch.context() as patch:
        patch.setattr(general_laws, "code_of", refuse)
        hunt.edit("return result", "return 0")
        hunt.answer()
        assert hunt.keys == [1, 2]
        assert "Looking for what else broke" in hunt.screen
    hunt.edit("return 0", "return 1")
    hunt.answer()
    assert hunt.keys == [Question(GROWING, "now"), Question(SINGLE, "now")]


def test_without_the_first_commit_a_watch_goes_on_and_tells(rich_bank, tmp_path):
    """The symptoms need no start."""
    hunt = Hunt(rich_bank, tmp_path / "hunt")
    shutil.rmtree(hunt.workspace.root / ".git")
    (hunt.workspace.root / LAWS).unlink(missing_ok=True)
    hunt.start()
    assert "What else broke is not known" in hunt.screen
    hunt.answer()
    assert len(hunt.asked) == 1
