"""Cells that no spreadsheet runs, and a roster that is read as it was meant."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as some
from small_exam import ROSTER

from bughunt.errors import ExamError
from bughunt.exam.roster import Candidate, read_roster
from bughunt.exam.tables import defused, table


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "  =1", "\t=1", "\r=1", "\ufeff=1", "＝1"],
    ids=repr,
)
def test_a_formula_gets_an_apostrophe_in_front(text):
    """These are the starts that spreadsheets take for formulas."""
    assert defused(text).startswith("'")


@pytest.mark.parametrize("text", ["Ada", "-1.5", "+3", "1e-5", "a=b", "", "O'Neil"], ids=repr)
def test_names_and_numbers_stay_as_they_are(text):
    """A number is no formula, whatever its sign."""
    assert defused(text) == text


@given(some.lists(some.lists(some.text(), min_size=2, max_size=2)))
def test_every_cell_of_a_table_is_harmless_and_in_its_place(rows):
    """Read by another program, rows and columns are those that were written."""
    read = list(csv.reader(io.StringIO(table(("a", "b"), rows), newline="")))
    assert read[0] == ["a", "b"]
    assert len(read) == len(rows) + 1
    for row in read[1:]:
        assert len(row) == 2
        for cell in row:
            assert cell[:1] not in set("=@\t\r\n")
            assert cell.isprintable() or not any(ord(it) < 32 or ord(it) == 127 for it in cell)


def read(tmp_path, content):
    """Return the candidates of a roster with this content."""
    file = tmp_path / "roster.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_roster(file)


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with BOM"])
def test_a_roster_is_read_with_quotes_empty_lines_and_any_order_of_columns(tmp_path, mark):
    """As spreadsheets and learning platforms write it."""
    head = f"{mark}name,student_id,section,extra_time,email\r\n"
    text = f'{head}\r\n"Spruce, Sue",s1,B,25%,x@y.z\r\n,,,,\r\n'
    assert read(tmp_path, text) == (Candidate("s1", "Spruce, Sue", "x@y.z", "B", "25%"),)


@pytest.mark.parametrize("between", [";", "\t"], ids=["semicolons", "tabs"])
def test_a_roster_from_a_spreadsheet_or_platform_is_read_as_it_comes(tmp_path, between):
    """Other separators, names with capitals and blanks, columns that nobody asked for."""
    head = ["Student ID", "Matriculation", "Name", "E-Mail", "email", "Section", "Extra Time"]
    row = ["s1", "4711", "Spruce, Sue", "-", "x@y.z", "B", "25%"]
    text = "".join(between.join(it) + "\n" for it in (head, row))
    assert read(tmp_path, text) == (Candidate("s1", "Spruce, Sue", "x@y.z", "B", "25%"),)


def test_all_problems_of_a_roster_are_listed_with_their_lines(tmp_path):
    """A second attempt need not find the next one."""
    text = (
        "student_id,name,email,section,extra_time\n"
        "a,A,,,half\n\n"
        '"b",B,"two\nlines",,\n'
        "a,A again,,,\n"
        ",Nobody,,,\n"
        "c,Comma, in name,,,\n"
        "d,D,,,30\n"
    )
    with pytest.raises(ExamError) as caught:
        read(tmp_path, text)
    told = [line.split("roster.csv:")[1] for line in str(caught.value).splitlines()]
    assert [it.split(":")[0] for it in told] == ["2", "6", "7", "8", "9"]
    assert "extra_time is 'half'" in told[0]
    assert "'a' stands already on line 2" in told[1]
    assert "student_id is empty" in told[2]
    assert "6 cells, and 5 columns" in told[3]
    assert "25%" in told[4]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("student_id,name\na,A\n", "the column 'email' is missing"),
        ("student_id,name,email,section,extra_tme\n", "Did you mean 'extra_tme'?"),
        ("", "there is no candidate"),
        (ROSTER.splitlines()[0], "there is no candidate"),
        (b"student_id\n\xff", "roster.csv:2: not UTF-8: byte 0xff"),
        (ROSTER + '"open', "not CSV"),
    ],
    ids=["column", "slip", "empty", "nobody", "latin", "quote"],
)
def test_a_table_that_is_no_roster_says_what_is_missing(tmp_path, content, told):
    """The message has the next step."""
    with pytest.raises(ExamError, match="roster") as caught:
        read(tmp_path, content)
    assert told in str(caught.value)


def test_an_id_that_is_typed_in_two_ways_is_one_id(tmp_path):
    """A letter with an accent, and a letter and an accent."""
    text = "student_id,name,email,section,extra_time\n\u00e9va,,,,\ne\u0301va,,,,\n"
    with pytest.raises(ExamError, match="stands already on line 2"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("extra", "minutes"),
    [("", 90), ("0", 90), ("25%", 113), ("50 %", 135), ("30 min", 120), ("12.5%", 102)],
)
def test_extra_time_is_a_share_or_minutes_and_rounded_up(extra, minutes):
    """Of 90 minutes, 25 % are 22.5, and nobody loses half a minute."""
    assert Candidate("s", "", "", "", extra).minutes(90) == minutes
