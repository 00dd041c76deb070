"""The desk: saves, verdicts and keys fed by hand; what is seen, kept and asked for comes out."""

from functools import partial

import pytest

from bughunt.dependence import Saves
from bughunt.desk import desk
from bughunt.desk.asking import Ended, Over
from bughunt.desk.desk import MORE, Bank, Desk, Line
from bughunt.desk.saves import Gone, Polling, Saved
from bughunt.desk.screen import draw
from bughunt.desk.terminal import ESCAPE, Key
from bughunt.detector import CaseRun, DetectorRun, Failed, Passed
from bughunt.errors import BankChanged, WorkspaceError
from bughunt.progress import update
from bughunt.progress_report import Explanation, hinted
from bughunt.select import select_level
from bughunt.workspace import bugs_of, materialize

WRONG = Failed("1 is not 0")
MODULE = "abacus/arithmetic.py"


class Hunt:
    """A desk with two symptoms, and what it asks for."""

    def __init__(self, bank, folder):
        self.workspace = materialize(bank, select_level(bank, "short"), folder)
        self.asked, self.cancelled = [], 0
        bugs = bugs_of(self.workspace, bank)
        self.bank = Bank(
            hints=lambda number: partial(hinted, number, bugs[number - 1], more=MORE),
            learned=self.learned,
        )
        self.start()

    def start(self):
        """Sit down at the desk."""
        self.desk = Desk(
            self.workspace,
            self.bank,
            symptoms=Line(lambda cases: self.asked.append(sorted(cases)), self.cancel),
            laws=Line(lambda _: None, lambda: None),
            size=lambda: (80, 24),
        )

    def cancel(self):
        """Count the wish."""
        self.cancelled += 1

    def learned(self, numbers):
        """Know the same of every bug."""
        return [Explanation(number, "It was so.", "a paper") for number in numbers]

    def press(self, keys):
        """Type."""
        for key in keys:
            self.desk.handle(Key(key))

    def edit(self, old="result = 1", new="result = 0"):
        """Change the module, without a word to the desk."""
        file = self.workspace.root / MODULE
        file.write_text(file.read_text().replace(old, new))

    def save(self, *files):
        """Tell of a save."""
        self.desk.handle(Saved(Saves(frozenset(files or (MODULE,)))))

    def end(self, number, outcome, files=(MODULE,)):
        """Let the case of a symptom end."""
        law = self.workspace.manifest.symptoms[number - 1].detector
        self.desk.handle(Ended(number, CaseRun((DetectorRun(law, 0, outcome, 0.1),), 0.1, files)))

    def answer(self, *outcomes):
        """Let all that were asked last end."""
        for number, outcome in zip(self.asked[-1], outcomes, strict=True):
            self.end(number, outcome)
        self.desk.handle(Over())

    @property
    def screen(self):
        """Return what is seen."""
        rows = draw(self.desk.view, 80, 24)
        return "\n".join("".join(span.text for span in row) for row in rows)

    @property
    def record(self):
        """Return the progress that is kept."""
        return update(self.workspace, self.desk._keep().started).after


@pytest.fixture
def hunt(bank, tmp_path):
    """Return a hunt whose two symptoms were seen open."""
    made = Hunt(bank, tmp_path / "hunt")
    made.answer(WRONG, WRONG)
    return made


def test_everything_is_asked_at_the_start(hunt):
    """And once."""
    assert hunt.asked == [[1, 2]]
    assert "2 of 2 are open" in hunt.screen


def test_a_save_asks_whom_it_concerns_and_tells_what_changed(hunt):
    """The other verdict stands."""
    hunt.save("tests/test_mean_of_equal_numbers_is_that_number.py")
    assert hunt.asked[1:] == [[1]]
    assert " 1 open? " in hunt.screen
    hunt.answer(Passed())
    assert "number.py saved: 1 is fixed (" in hunt.screen


def test_a_save_during_a_run_ends_it_and_asks_again(hunt):
    """What comes of the run is not believed; nothing is asked before it is over."""
    hunt.save()
    hunt.save()
    hunt.end(2, Passed())
    assert (hunt.cancelled, len(hunt.asked)) == (1, 2)
    assert " 2 open? " in hunt.screen

    hunt.desk.handle(Over())
    assert hunt.asked[2:] == [[1, 2]]


@pytest.mark.parametrize(
    ("pause", "told"),
    [(1, "abacus/arithmetic.py and 1 more saved: 2 is fixed"), (3, "abacus/table.json saved: no")],
    ids=["at once", "later"],
)
def test_saves_that_follow_at_once_are_told_as_one(hunt, monkeypatch, pause, told):
    """A formatter may write what an editor has just saved."""
    moments = iter([100.0, 100.5, 100.5 + pause, 104.0])
    monkeypatch.setattr(desk, "monotonic", lambda: next(moments))
    for name in (MODULE, "abacus/table.json"):
        hunt.save(name)
        hunt.answer(WRONG, Passed())
    assert told in hunt.screen


def test_verdicts_are_kept_once_all_have_answered(hunt):
    """As a check keeps them; a first fix is explained."""
    hunt.save()
    hunt.end(2, Passed())
    assert hunt.record.trail(2).first_fixed is None
    hunt.end(1, WRONG)
    hunt.desk.handle(Over())
    assert hunt.record.trail(2).first_fixed is not None
    hunt.press("e")
    assert "Symptom 2 is fixed. What it was:\nIt was so.\n" in hunt.screen


def test_a_later_watch_goes_on_where_the_record_stands(hunt):
    """What it finds broken had been fixed."""
    hunt.save()
    hunt.answer(Passed(), Passed())
    hunt.start()
    hunt.answer(WRONG, Passed())
    assert "1 is broken again" in hunt.screen


def test_verdicts_of_changed_tests_are_not_kept(hunt):
    """Whoever changes the law has not fixed the code."""
    law = hunt.workspace.root / "tests" / "test_total_of_nothing_is_nothing.py"
    law.write_text("")
    hunt.save("tests/test_total_of_nothing_is_nothing.py")
    hunt.answer(Passed())

    assert hunt.record.trail(2).first_fixed is None
    told = " ".join(hunt.screen.split())
    assert "no verdict is kept: tests/test_total_of_nothing_is_nothing.py." in told


def test_a_hint_asks_for_the_number_when_several_are_open(hunt):
    """It is counted, and any key leads back."""
    hunt.press("h")
    assert "A hint to which of 1 and 2?" in hunt.screen
    hunt.press("2")
    assert "Start small." in hunt.screen
    assert "Next: leave this page and press h for one more" in hunt.screen
    assert len(hunt.record.trail(2).hints) == 1
    hunt.press("x")
    assert "h hint" in hunt.screen


def test_the_only_open_symptom_gets_its_hint_at_once(hunt):
    """There is no other; and without any, no hint."""
    hunt.save()
    hunt.answer(Passed(), WRONG)
    hunt.press("h")
    assert "Symptom 2:" in hunt.screen
    hunt.save()
    hunt.answer(Passed(), Passed())
    hunt.press("xh")
    assert "Nothing is open" in hunt.screen


@pytest.mark.parametrize("key", ["7", "x", ESCAPE, "\n"])
def test_a_key_that_answers_nothing_leaves_the_question(hunt, key):
    """Nothing is counted; Enter without a number changes nothing either."""
    hunt.press(["h", key])
    assert hunt.record.trail(1).hints == hunt.record.trail(2).hints == ()
    assert ("A hint to which" in hunt.screen) == (key == "\n")


def test_a_diff_shows_what_was_changed_since_the_start(hunt):
    """Without the bank."""
    hunt.press("d")
    assert "Nothing is changed since the start." in hunt.screen
    hunt.edit()
    hunt.press("d")
    assert "-    result = 1\n+    result = 0\n" in hunt.screen


def test_a_reset_asks_first_and_keeps_a_copy(hunt):
    """Any key but y leaves the file alone; the note outlives the save that it makes."""
    hunt.edit()
    file = hunt.workspace.root / MODULE
    hunt.press("rn")
    assert "result = 0" in file.read_text()
    hunt.press("ry")
    hunt.save()

    assert "result = 1" in file.read_text()
    assert f"As at the start again: {MODULE}." in hunt.screen
    (copy,) = (hunt.workspace.root / ".bughunt" / "backup").rglob("*.py")
    assert "result = 0" in copy.read_text()


def test_a_reset_asks_which_of_several_files(hunt):
    """Numbered as they are shown."""
    hunt.edit()
    (hunt.workspace.root / "abacus" / "table.json").unlink()
    hunt.press("r")
    assert "Put back which? 1 abacus/arithmetic.py, 2 abacus/table.json" in hunt.screen
    hunt.press("2y")
    assert (hunt.workspace.root / "abacus" / "table.json").exists()


def test_check_all_asks_everybody(hunt):
    """Saved or not."""
    hunt.press("a")
    assert hunt.asked[1:] == [[1, 2]]


def test_the_list_shows_every_text_in_full(hunt):
    """With the evidence."""
    hunt.press("l")
    assert "The average of equal numbers is not that number.\n          1 is not 0" in hunt.screen


def test_a_server_that_cannot_run_is_told_and_not_asked_for_ever(hunt):
    """A key or a save tries again."""
    hunt.save()
    hunt.desk.handle(Over(problem="detectors: ended with code -9."))
    assert len(hunt.asked) == 2
    assert "detectors: ended with code -9. Then press a." in hunt.screen
    hunt.press("a")
    hunt.desk.handle(Over(restarted=True))
    assert len(hunt.asked) == 4
    assert "was started again" in hunt.screen


def test_an_answer_that_the_bank_does_not_know_is_told(hunt, monkeypatch):
    """The watch goes on."""

    def refuse(_):
        raise BankChanged("the bank has changed since.")

    monkeypatch.setattr(hunt.desk, "_bank", Bank(hints=refuse, learned=hunt.learned))
    hunt.press("h1")
    assert "the bank has changed since." in hunt.screen
    assert not hunt.desk.is_done


def test_where_there_are_no_hints_none_are_spoken_of(hunt, monkeypatch):
    """Neither among the keys nor when somebody asks."""
    nothing = Bank(hints=hunt.bank.hints, learned=hunt.learned, has_hints=False)
    monkeypatch.setattr(hunt.desk, "_bank", nothing)
    assert "hint" not in hunt.screen
    hunt.press("h")
    assert "There are no hints here." in hunt.screen


def test_looking_instead_of_listening_is_told(hunt):
    """With the reason."""
    hunt.desk.handle(Polling("file events do not arrive here"))
    assert "Looking for saves every 0.3 s: file events do not arrive here." in hunt.screen


def test_a_workspace_that_is_gone_ends_the_watch(hunt):
    """And nothing is asked any more."""
    error = WorkspaceError("gone")
    hunt.desk.handle(Gone(error))
    assert (hunt.desk.is_done, hunt.desk.error, len(hunt.asked)) == (True, error, 1)


def test_q_ends_the_watch_without_an_error(hunt):
    """Whatever runs."""
    hunt.press("aq")
    assert (hunt.desk.is_done, hunt.desk.error) == (True, None)
