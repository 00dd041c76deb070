"""Strict YAML: every trap is a problem with its line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bughunt.errors import BankError
from bughunt.yaml_document import described, line_of, parse


def problems(text: str | bytes) -> str:
    """Return the message about a text that must not be accepted."""
    content = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(BankError, match=r"^levels.yaml:\d+: ") as caught:
        parse(content, "levels.yaml").check()
    return str(caught.value)


def data(text: str):
    """Return the data of a text in which nothing is wrong."""
    document = parse(text.encode(), "levels.yaml")
    document.check()
    return document.data


TRAPS = {
    "no": "levels.yaml:2: a.b: YAML reads no as true or false. Write 'no' in quotes",
    "on": "YAML reads on as true or false. Write 'on' in quotes",
    "Yes": "YAML reads Yes as true or false. Write 'Yes' in quotes",
    "1e-10": "YAML reads 1e-10 as text. Write '1e-10' in quotes for text, or a number such as",
    "1e5": "YAML reads 1e5 as text",
    "0o17": "YAML reads 0o17 as text",
    "010": "YAML reads 010 as a number in an unusual notation. Write '010' in quotes for text, or",
    "0x1F": "YAML reads 0x1F as a number in an unusual notation",
    "1_000": "YAML reads 1_000 as a number in an unusual notation",
    "1:30": "YAML reads 1:30 as a number in an unusual notation",
    ".5": "YAML reads .5 as a number in an unusual notation",
    ".inf": "YAML reads .inf as a number in an unusual notation",
    "9" * 5000: "YAML reads 9999999999999999999999999999999999999... as a number",
    "2026-01-01": "YAML reads 2026-01-01 as a date. Write '2026-01-01' in quotes",
    "=": "YAML reads = as a default value. Write '=' in quotes",
    "<<": "YAML reads << as a merge key. Write '<<' in quotes",
    "! no": "YAML reads no as true or false",
    "!foo x": "the tag !foo is not read. Remove it.",
    "!!int '3'": "the tag tag:yaml.org,2002:int is not read. Remove it.",
    "!!python/object:os.system {}": "the tag tag:yaml.org,2002:python/object:os.system is not",
    "*a": "the alias *a is not read. Write the value out.",
    "&a [*a]": "levels.yaml:2: a.b[0]: the alias *a is not read.",
    "`x`": "levels.yaml:2: not YAML: a value cannot start with '`'. Put it in quotes.",
    "x: y": "not YAML: ': ' inside plain text, or wrong indentation. Put the text in quotes.",
    "'x": "not YAML: found unexpected end of stream. Compare the indentation and quotes",
    "\x07": "not YAML: a control character, code 7. Delete it.",
}


@pytest.mark.parametrize(("value", "message"), TRAPS.items(), ids=[trap[:9] for trap in TRAPS])
def test_a_value_that_yaml_reads_otherwise_than_the_eye_is_a_problem(value, message):
    """Neither a silent False nor a number nor a date comes out of a plain word."""
    assert message in problems(f"a:\n  b: {value}\n")


DOCUMENTS = {
    "empty": ("", "levels.yaml:1: the file is empty. Start it with 'version: 1'."),
    "comments": ("# x\n", "the file is empty"),
    "duplicate": ("a: 1\nb: 2\na: 3\n", "levels.yaml:3: 'a' stands already on line 1. Keep one"),
    "merge key": ("<<: {a: 1}\n", "levels.yaml:1: merge keys (<<) are not read."),
    "number as key": ("1: a\n", "the key '1' is not text. Put it in quotes."),
    "nothing as key": ("~: a\n", "the key '~' is not text. Put it in quotes."),
    "list as key": ("? [a]\n: b\n", "a list, mapping or alias stands for a key"),
    "alias": ("a: &x [1]\nb: *x\n", "levels.yaml:2: b: the alias *x is not read."),
    "two documents": ("a: 1\n---\nb: 2\n", "levels.yaml:2: a second document starts here."),
    "tab": ("a:\n\tb: 1\n", "levels.yaml:2: not YAML: a tab is used for indentation."),
    "not UTF-8": (b"a: 1\nb: \xff\n", "levels.yaml:2: not UTF-8: byte 0xff. Save the file"),
    "UTF-16": ("a: 1".encode("utf-16"), "levels.yaml:1: not UTF-8: byte 0x"),
    "deep": ("a: " + "[" * 100_000 + "]" * 100_000, "nested deeper than 32 levels"),
}


@pytest.mark.parametrize(("text", "message"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_that_is_not_plain_is_a_problem(text, message):
    """Duplicates, aliases, merges, second documents and other encodings are named."""
    assert message in problems(text)


def test_a_bomb_of_aliases_is_refused_without_being_expanded():
    """Nine levels of nine aliases would be 387 million items."""
    lines = ["a0: &a0 [x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    assert "a9[8]: the alias *a8 is not read" in problems("\n".join(lines))


def test_all_problems_are_told_in_the_order_of_their_lines():
    """One run shows every value that has to be changed."""
    lines = problems("a: no\nb: [1, on]\nc: 010\n").splitlines()
    assert [line.split(": YAML")[0] for line in lines] == [
        "levels.yaml:1: a",
        "levels.yaml:2: b[1]",
        "levels.yaml:3: c",
    ]


def test_plain_values_come_out_as_they_look():
    """Decimal numbers, true, false, nothing and quoted words are what one expects."""
    text = "a: [1, -3, 2.5, 1.0e-10, true, False, null, 'no', \"1e5\", y, !!str on]\nb: |\n  no\n"
    expected = [1, -3, 2.5, 1e-10, True, False, None, "no", "1e5", "y", "on"]
    assert data(text) == {"a": expected, "b": "no\n"}


def test_a_byte_order_mark_is_no_part_of_the_first_key():
    """Editors on Windows write one."""
    assert data("\ufeffa: 1") == {"a": 1}


@settings(deadline=None, max_examples=50)
@given(
    st.recursive(
        st.integers(-(10**9), 10**9)
        | st.booleans()
        | st.none()
        | st.text("ab:#-'\" é\n", max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3)
        ),
        max_leaves=10,
    )
)
def test_what_json_says_is_read_as_json_reads_it(value):
    """JSON is YAML in which nothing is plain but numbers, true, false and null."""
    import json

    assert data(json.dumps(value)) == value


def test_lines_are_those_of_keys_and_items():
    """An entry without a line of its own has that of the one around it."""
    document = parse(b"a:\n  - x\n  - b: 1\n    c: 2\n", "levels.yaml")
    keys = [("a",), ("a", 0), ("a", 1), ("a", 1, "c"), ("a", 1, "missing"), ("z",)]
    assert [line_of(document.lines, key) for key in keys] == [1, 2, 3, 4, 3, 1]


def test_entries_are_described_as_an_author_thinks_of_them():
    """Bugs and levels by name, fields by path."""
    assert described(("bugs", "x", "edits", 0, "match")) == "bug 'x': edits[0].match: "
    assert described(("levels", "hard")) == "level 'hard': "
    assert described(("source", "packages", 1)) == "source.packages[1]: "
    assert described(()) == ""
