"""The screen: it fits, it says everything in words, and nothing that is quoted can disturb it."""

from unicodedata import east_asian_width

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bughunt.dependence import Saves
from bughunt.desk.screen import INDENT, KEYS, Others, Page, View, draw, listing, turned
from bughunt.desk.watching import begin
from bughunt.detector import CaseRun, Crashed, DetectorRun, Failed, Passed
from bughunt.regressions import Broken
from bughunt.workspace import Symptom

TEXT = "The model loses its way in long texts: far and near are mixed up"
WRONG = Failed("3.16 where 10.0 is right")
TYPO = Crashed("SyntaxError", "invalid syntax: (", "nanochat/gpt.py:3")


def watch_of(outcomes, text=TEXT):
    """Return a watch whose symptoms ended so; None: not yet."""
    symptoms = tuple(Symptom(n, text, "law") for n in range(1, len(outcomes) + 1))
    watch = begin(symptoms, {}).ask()
    for number, outcome in enumerate(outcomes, start=1):
        if outcome is not None:
            single = DetectorRun("law", 0, outcome, 0.1)
            watch = watch.ended(number, CaseRun((single,), 0.1, ("nanochat/gpt.py",)))
    return watch


def view(*outcomes, **fields):
    """Return the view of such a watch."""
    return View(title="Architecture and inference", watch=watch_of(outcomes), **fields)


def texts(view, width=80, height=24):
    """Return the rows as text."""
    rows = draw(view, width, height)
    return ["".join(span.text for span in row) for row in rows]


def columns(text):
    """Return the columns of a text, by the rule of wide characters; none combines here."""
    return sum(1 + (east_asian_width(it) in "WF") for it in text)


ANY_TEXT = st.text(st.sampled_from("ab, \n\t\x1b[2J\u4e2d\uff21\udc80"), max_size=400)
ANY_OUTCOME = st.sampled_from([None, Passed(), WRONG, TYPO])
ANY_PAGE = st.none() | st.builds(Page, ANY_TEXT, st.integers(0, 50), st.booleans())


@given(
    st.lists(ANY_OUTCOME, min_size=1, max_size=40),
    ANY_TEXT,
    ANY_PAGE,
    st.integers(1, 120),
    st.integers(1, 50),
)
def test_every_screen_fits_and_leaves_the_terminal_alone(outcomes, text, page, width, height):
    """Whatever is quoted: control characters, wide ones, halves of a pair."""
    shown = View(
        title=text,
        watch=watch_of(outcomes, text),
        others=Others((Broken(text, "", text),), 1, 1, is_settled=True),
        notes=(text,),
        question=text,
        page=page,
    )
    lines = texts(shown, width, height)

    assert len(lines) <= height
    assert all(columns(line) <= width for line in lines)
    assert all(line.isprintable() for line in lines)


def test_five_symptoms_with_their_evidence_fit_an_old_terminal():
    """Each has its number, its state, and what was expected and observed."""
    lines = texts(view(WRONG, WRONG, Passed(), WRONG, WRONG))

    assert lines[0].split() == ["Architecture", "and", "inference", "1", "of", "5", "fixed"]
    states = [line[:9].split() for line in lines[1:-2] if line[:2].strip().isdigit()]
    assert states == [["1", "open"], ["2", "open"], ["3", "fixed"], ["4", "open"], ["5", "open"]]
    assert sum(line.strip() == "3.16 where 10.0 is right" for line in lines) == 4
    assert lines[-1] == KEYS
    assert len(lines) == 24


def test_a_verdict_that_is_asked_anew_has_a_question_mark():
    """It stood before the save; one that never was is three dots."""
    watch = watch_of([WRONG, Passed()]).saved(Saves(frozenset({"nanochat/gpt.py"})))
    lines = "\n".join(texts(View(title="T", watch=watch, saved=("nanochat/gpt.py",))))

    assert " 1 open?" in lines
    assert " 2 fixed?" in lines
    assert "nanochat/gpt.py saved: checking 1 and 2 ..." in lines
    assert " 1 ... " in "\n".join(texts(view(None)))


def test_a_crash_that_stops_all_is_told_once():
    """With the place, and whom it stops."""
    lines = texts(view(TYPO, TYPO, TYPO))

    told = [line for line in lines if "SyntaxError" in line]
    assert told == ["SyntaxError at nanochat/gpt.py:3: invalid syntax: ( (stops 1, 2 and 3)"]
    assert sum("stuck" in line for line in lines) == 3
    assert "1, 2 and 3 cannot run, 3 of 3 are open." in lines


def test_what_is_new_is_told_in_a_sentence():
    """With the file, and the time that the answer took."""
    saves = Saves(frozenset({"nanochat/gpt.py"}))
    watch = watch_of([WRONG, Passed()]).saved(saves).ask()
    for number, outcome in ((1, Passed()), (2, WRONG)):
        run = CaseRun((DetectorRun("law", 0, outcome, 0.1),), 0.1, ())
        watch = watch.ended(number, run)
    lines = texts(View(title="T", watch=watch, saved=saves.names, seconds=0.84))

    assert "nanochat/gpt.py saved: 1 is fixed, 2 is broken again (0.8 s)." in lines
    assert "all are fixed." in texts(view(Passed(), Passed()))
    assert "a.py saved: nothing new." in texts(view(WRONG, saved=("a.py",)))


def test_more_symptoms_than_rows_begin_with_the_open_ones():
    """The rest is in the list."""
    lines = texts(view(*[Passed()] * 30, WRONG))

    assert lines[2].startswith("31 open")
    assert "... and 13 more: l lists them" in lines


def test_a_narrow_terminal_shows_every_key():
    """On two lines."""
    assert " ".join(texts(view(WRONG), 40, 12)[-2:]).split() == KEYS.split()


def test_a_question_takes_the_place_of_the_keys():
    """And so do the keys of a page."""
    assert texts(view(WRONG, question="Hint to which? 1 or 2"))[-1] == "Hint to which? 1 or 2"
    assert texts(view(WRONG, page=Page("Look there.")))[-1].startswith("space: on")
    assert "e explain" in texts(view(Passed(), can_explain=True))[-1]


@pytest.mark.parametrize("height", [3, 10, 24])
def test_turning_a_page_to_its_end_shows_every_line(height):
    """And no further; back again leads to the first."""
    page = Page("\n".join(f"line {n}" for n in range(50)))
    seen, before = [], None
    while page != before:
        seen += texts(view(WRONG, page=page), 80, height)[:-1]
        before, page = page, turned(page, 80, height, by=1)

    assert [line for n in range(50) for line in [f"line {n}"] if line not in seen] == []
    for _ in range(50):
        page = turned(page, 80, height, by=-1)
    assert page.top == 0


def test_the_list_holds_texts_in_full():
    """However short the screen cuts them."""
    text = "Far and near are mixed up. " * 9
    assert text in listing(watch_of([WRONG], text))
    assert "3.16 where 10.0 is right" in listing(watch_of([WRONG], text))


def test_a_diff_keeps_its_signs_and_its_indentation():
    """Colours only repeat the first character of a line."""
    page = Page("+    x = 1\n-y\n z\n", is_diff=True)
    rows = draw(view(WRONG, page=page), 80, 24)[:3]

    assert [(row[0].text, row[0].style) for row in rows] == [
        ("+    x = 1", "green"),
        ("-y", "red"),
        (" z", ""),
    ]


BROKE = Broken("totals_grow", "tests/general/test_totals_grow.py", "0 is not 3")
OTHER = Broken("means_are_between", "tests/general/test_means_are_between.py", "4 is not in 1 to 3")


def others(*broken, answered=93, settled=False):
    """Return what is known of 93 laws."""
    return Others(broken, answered, 93, is_settled=settled)


@pytest.mark.parametrize(
    ("others", "told"),
    [
        (others(settled=True), "Your changes broke none of the 93 other laws."),
        (others(answered=12), "Looking for what else broke ... 12 of 93"),
        (others(BROKE, settled=True), "1 thing broke: totals grow"),
        (others(BROKE), "1 thing broke?: totals grow"),
        (others(BROKE, BROKE, settled=True), "1 thing broke: totals grow (and 1 other law)"),
        (others(BROKE, OTHER, settled=True), "2 things broke: totals grow and 1 more (l lists"),
    ],
    ids=["nothing", "looking", "one", "one, asked again", "one cause", "two causes"],
)
def test_a_row_tells_what_else_broke(others, told):
    """Below what the save led to, and never longer than the row."""
    rows = texts(view(WRONG, others=others))
    assert len(rows) == 24
    assert rows[rows.index("1 of 1 are open.") + 1].startswith(told)
    laws = [Broken("a_law_" * 30, "x", evidence) for evidence in "yz"]
    crowded = texts(view(*[WRONG] * 9, others=Others(laws, 2, 2, is_settled=True)), 80, 24)
    assert next(it for it in crowded if "broke" in it).endswith("... and 1 more (l lists them)")


def test_the_list_holds_what_else_broke():
    """With its evidence."""
    text = listing(watch_of([WRONG]), others(BROKE, OTHER))
    assert "Your changes broke:\n\n   totals grow\n          0 is not 3\n\n   means" in text


def test_one_cause_for_symptoms_and_laws_is_told_once():
    """Such as a file that is no Python."""
    evidence = "SyntaxError at nanochat/gpt.py:3: invalid syntax: ("
    laws = [Broken(name, "x", evidence) for name in ("b", "c", "d")]
    shown = view(TYPO, TYPO, others=others(*laws, settled=True))
    assert "3 other laws cannot run either." in texts(shown)
    assert sum("SyntaxError" in line for line in texts(shown)) == 1
    listed = listing(shown.watch, others(*laws))
    assert listed.startswith(f"{evidence} (stops 1 and 2)\n\n 1 stuck  {TEXT}\n\n")
    assert listed.endswith(
        "Your changes broke:\n\n   b (and 2 other laws)\n          cannot run either"
    )


def test_the_list_keeps_its_column_where_a_line_is_broken():
    """The number and the state stand alone in front of a symptom."""
    page = Page(listing(watch_of([WRONG], "far and near " * 12)), hang=INDENT)
    lines = texts(view(WRONG, page=page), 40, 24)
    assert lines[0].startswith(" 1 open   far and near")
    assert {line[:INDENT] for line in lines[1:6]} == {" " * INDENT}
    assert {line[INDENT] for line in lines[1:6]} <= set("fan3")


def test_without_other_laws_there_is_no_row():
    """Such as in a workspace of an earlier bughunt."""
    assert "broke" not in "".join(texts(view(WRONG)))
