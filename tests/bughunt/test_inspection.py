"""What is said of a bug without running anything: one bad entry and one near miss for each rule."""

import textwrap

import msgspec
import pytest

from bughunt.mutate import MutatedTree, clean_tree
from bughunt.proving import inspection
from bughunt.proving.inspection import inspect, sites
from bughunt.spec import load_bank

ATTENTION = '''\
"""Attention over plain lists."""

import math
from statistics import fmean

LIMIT = math.inf


class Attention:
    """Scores of one query."""

    def __init__(self, width=768):
        """Keep the width, which was tuned at 768."""
        self.width = width
        self.cache = None
        self.position = 0

    def scores(self, query, keys):
        """Compare a query with every key."""
        products = [dot(query, key) for key in keys]

        # scale by 1/sqrt(width)
        scaled = [product / math.sqrt(self.width) for product in products]
        return scaled[:-1] if len(scaled) != len(keys) else scaled

    def forget(self):
        """The same as `cache = {}` from outside."""
        self.position -= 1
        self.cache = {}

    def reset(self):
        """Start anew."""
        self.position = 0

        # Empty from here on.
        self.cache = None


def dot(left, right):
    """Add up."""
    total = 0
    for a, b in zip(left, right):
        total += a * b  # a part
    return total


def window(tokens, size):
    """As many tokens as asked for."""
    # There may be more than tokens.
    if size > len(tokens):
        raise ValueError(
            "too long",
            size,
        )
    first = len(tokens) - size
    rest = tokens[first:]
    return rest


def trimmed(values, bound):
    """Values that are not far out, in order."""
    # Sorted values come last.
    # About bound * 2 wide.
    low = bound * 2 + 1
    values = clip_all(values, low, bound)  # clipped on both sides
    return sorted(values)


def sign(number):
    """Minus one, nothing or one."""
    if number < 0:
        return -1
    else:
        if number > 0:
            return 1
    return 0


def spread(values, ratio=0.25):
    """Reach to both sides of the mean."""
    centre = fmean(values)
    middle = (values[0] + values[-1]) / 2  # half way
    reach = abs(centre - middle) * ratio
    return centre - reach, centre + reach
'''


@pytest.fixture
def look(bank_folder):
    """Return a function that inspects one bug, made of edits of attention.py, in a small bank."""
    (bank_folder / "abacus/attention.py").write_text(ATTENTION)

    path = bank_folder / "levels.yaml"

    def inspected(*edits, **fields):
        text = path.read_text()
        entry = {
            "symptom": "Nothing adds up.",
            "topics": ["sums"],
            "difficulty": 1,
            "edits": [{"target": f"abacus/attention.py{to}", **edit} for to, edit in edits],
            "detector": "total_of_nothing_is_nothing",
            "expect": "assertion",
            "hints": ["Think.", "Look.", "Mend."],
            "explanation": "It is.",
            "reference": "here",
            **fields,
        }
        entry = textwrap.indent(msgspec.yaml.encode({"planted_defect": entry}).decode(), "  ")
        path.write_text(text + entry)
        bank = msgspec.structs.replace(load_bank(path), label="levels.yaml")
        return inspect(bank, bank.bugs["planted_defect"])

    inspected.path = path
    return inspected


def replace(to, match, by, **more):
    """Write an edit."""
    return (to, {"operator": "replace", "match": match, "by": by, **more})


def drop(to, match):
    """Write an edit that takes a statement away."""
    return (to, {"operator": "drop_statement", "match": match})


def constant(to, match, value):
    """Write an edit of a number."""
    return (to, {"operator": "change_constant", "match": match, "to": value})


BAD = {
    "no place": ([replace("::dot", "total = 5", "total = 6")], "edit-fails", "edits[0]: "),
    "two edits meet": (
        [replace("::dot", "total = 0", "total = 1"), replace("::dot", "0", "2")],
        "edit-fails",
        "edits[1]: changes line 41 of abacus/attention.py",
    ),
    "the target's name": (
        [replace("::window", "def window($$$P):", "def tail($$$P):")],
        "outside-target",
        "takes its own target away",
    ),
    "two lines for one": (
        [replace("::window", "ValueError($A, size)", "ValueError($A, tokens)")],
        "wide-diff",
        "edits[0]: line 51 of abacus/attention.py is written anew though its code stays",
    ),
    "a comment that tells": (
        [replace("::dot", "a * b", "a - b", comment="was a product")],
        "telling-comment",
        "edits[0].comment: the comment `# was a product` says 'was'",
    ),
    "a comment with the id": (
        [replace("::dot", "a * b", "a - b", comment="a defect, planted")],
        "telling-comment",
        "says 'planted_defect'",
    ),
    "the root that goes": (
        [replace("::Attention.scores", "product / $_", "product * 2")],
        "contradicting-comment",
        "line 22 of abacus/attention.py: `# scale by 1/sqrt(width)`",
    ),
    "two edits below one comment": (
        [
            replace("::Attention.scores", "self.width", "query"),
            replace("::Attention.scores", "products", "products + keys", nth=2),
        ],
        "contradicting-comment",
        "speaks of 'math.sqrt(self.width)'",
    ),
    "a factor beside what is quoted": (
        [replace("::dot", "a * b", "a * b * 3", comment="add a*b")],
        "contradicting-comment",
        "speaks of 'a * b', which the edit takes away",
    ),
    "a number as a word": (
        [replace("::spread", "$S / 2", "$S / 3")],
        "contradicting-comment",
        "speaks of '2'",
    ),
    "a comparison as words": (
        [replace("::window", "size > len(tokens)", "size < len(tokens)")],
        "contradicting-comment",
        "speaks of '>'",
    ),
    "a part of a name": (
        [replace("::trimmed", "clip_all($$$A)", "keep($$$A)")],
        "contradicting-comment",
        "speaks of 'clip_all'",
    ),
    "what a docstring says of the last line": (
        [drop("::Attention.forget", "self.cache = {}")],
        "contradicting-comment",
        "speaks of 'self.cache = {}'",
    ),
    "the number of a docstring": (
        [constant("::Attention.__init__", "768", 512)],
        "contradicting-comment",
        "line 13 of abacus/attention.py: ",
    ),
    "nothing below the comment": (
        [drop("::Attention.reset", "self.cache = None")],
        "contradicting-comment",
        "`# Empty from here on.` has no code below it",
    ),
    "an import": (
        [replace("::spread", "fmean(values)", "values[0]")],
        "unused-name",
        "'fmean' in abacus/attention.py is not used any more",
    ),
    "a parameter": (
        [replace("::spread", "$R * ratio", "$R")],
        "unused-name",
        "'ratio' in abacus/attention.py::spread",
    ),
    "a local": (
        [replace("::window", "return rest", "return tokens")],
        "unused-name",
        "'rest' in abacus/attention.py::window",
    ),
}


@pytest.mark.parametrize(("edits", "rule", "text"), BAD.values(), ids=BAD)
def test_what_is_wrong_with_a_bug_is_found(look, edits, rule, text):
    """One finding, of the rule, at the line of the edit, with what to do."""
    found, *more = look(*edits)
    assert more == []
    assert (found.rule, found.severity, found.file) == (rule, "error", "levels.yaml")
    assert text in found.text
    assert found.bug == "planted_defect"
    assert found.text.count(". ") >= 1


NEAR = {
    "an operator beside what is quoted": [
        replace("::trimmed", "$B + 1", "$B - 1"),
    ],
    "an argument with a line of its own": [
        ("::window", {"operator": "drop_argument", "match": "ValueError($$$_)", "argument": 1})
    ],
    "a name in a comment elsewhere": [replace("::trimmed", "sorted(values)", "list(values)")],
    "another number": [replace("::dot", "total = 0", "total = 1")],
    "the whole file as target": [replace("", "def window($$$P):", "def tail($$$P):")],
    "two targets in one file": [
        replace("::dot", "total = 0", "total = 1"),
        replace("::Attention.reset", "self.position = 0", "self.position = 1"),
    ],
    "one line of many": [replace("::window", "size", "tokens", within="ValueError($$$_)")],
    "a block that is indented anew": [
        replace("::dot", "return total", "if total:\n    return total"),
    ],
    "a statement that leaves a loop": [
        ("::dot", {"operator": "move_statement", "match": "total += $_", "before": "return total"})
    ],
    "an innocent comment": [replace("::dot", "a * b", "a - b", comment="one part")],
    "words of a clean comment": [
        replace("::spread", "$R * ratio", "$R / ratio"),
    ],
    "what is quoted elsewhere": [replace("::Attention.scores", "scaled[:-1]", "scaled[1:]")],
    "a number far away": [replace("::window", "len(tokens) - size", "len(tokens) - size - 2")],
    "a name that is used once less": [replace("::window", "return rest", "return rest or tokens")],
}


@pytest.mark.parametrize("edits", NEAR.values(), ids=NEAR)
def test_a_sound_bug_leaves_nothing_to_say(look, edits):
    """Near misses of the rules."""
    assert look(*edits) == ()


def test_code_in_another_notation_is_no_change(look):
    """`elif` for `else` and `if` gives the same tree."""
    nested = "if $A:\n    return -1\nelse:\n    if $B:\n        return 1"
    flat = "if $A:\n    return -1\nelif $B:\n    return 1"
    other = replace("::dot", "total = 0", "total = 1")
    text = "edits[1]: abacus/attention.py means the same with and without this edit. Write code"
    (found,) = look(other, replace("::sign", nested, flat))
    assert found.rule == "no-change"
    assert found.text.startswith(text)


def test_edits_that_undo_each_other_are_no_change(look):
    """Each alone changes the code, both together do not."""
    again = {"operator": "insert_statement", "statement": "total = 0", "before": "for $$$_:"}
    (found,) = look(drop("::dot", "total = 0"), ("::dot", {**again, "before": "for a, b in $_:"}))
    assert found.rule == "no-change"
    assert found.text == "edits: together the edits leave the code as it was. Remove one of them."


def test_the_finding_stands_at_the_line_of_the_edit(look):
    """The second edit begins where its target is written."""
    good = replace("::dot", "total = 0", "total = 1")
    (found,) = look(good, replace("::dot", "total = 5", "total = 6"))
    lines = look.path.read_text().splitlines()
    assert lines[found.line - 1].strip() == "- target: abacus/attention.py::dot"
    assert "total = 5" in lines[found.line + 1]


def test_code_outside_the_target_is_compared(bank, monkeypatch):
    """An operator that went astray: the mean changes in place of the total."""
    clean = clean_tree(bank)
    file = "abacus/arithmetic.py"
    stray = {**clean, file: clean[file].replace("total(values) /", "len(values) /")}
    monkeypatch.setattr(inspection, "mutate", lambda *_: MutatedTree(clean, stray))
    found = {one.rule: one.text for one in inspect(bank, bank.bugs["sum_starts_at_one"])}
    outside = (
        f"edits: code of {file} outside '{file}::total' changes. Name the symbol that is meant."
    )
    assert found["outside-target"] == outside


LAW = '"""Sums."""\n\n\ndef test_sums(observed):\n    assert observed, "mind total = 0"\n'
SOUND = [replace("::dot", "total = 0", "total = 1")]
SPOILERS = {
    "first hint, the place": ({"hints": ["Read dot(x).", "B.", "C."]}, "hints[0]: 'dot(' is"),
    "second hint, the code": (
        {"hints": ["A.", "Mind total = 0.", "C."]},
        "hints[1]: 'total = 0' is",
    ),
    "name of the law": (
        {"detector": "planted_sums_have_no_defect"},
        "detector: the name 'planted_sums_have_no_defect' has all words of the bug's id.",
    ),
    "message of the law": (
        {"detector": "sums_are_sums"},
        "detector: line 5 of test_sums_are_sums.py says 'total = 0'. Say what holds",
    ),
}


@pytest.mark.parametrize(("fields", "text"), SPOILERS.values(), ids=SPOILERS)
def test_a_text_that_says_too_much_too_early_is_a_spoiler(look, fields, text):
    """The hunter reads hints one after the other, and the laws from the beginning."""
    laws = look.path.parent / "tests/detectors"
    (laws / "test_sums_are_sums.py").write_text(LAW)
    (laws / "test_planted_sums_have_no_defect.py").write_text(LAW.replace("mind total = 0", ""))
    (found,) = look(*SOUND, **fields)
    assert found.rule == "spoiler"
    assert found.text.startswith(text)


def test_hints_may_come_nearer_one_by_one(look):
    """The field's words, then the place, then the code."""
    hints = ["The total of a product.", "Read dot(x).", "total = 0 is right."]
    assert look(*SOUND, hints=hints) == ()


def test_the_title_of_a_level_is_read_for_each_of_its_bugs(rewrite):
    """The finding stands at the title."""
    bank = load_bank(rewrite("title: Sums and means", "title: Repair arithmetic.py"))
    (found,) = inspect(bank, bank.bugs["mean_divisor_off_by_one"])
    assert (found.rule, found.line) == ("spoiler", 6)
    assert found.text.startswith("title: 'arithmetic.py' gives the bug 'mean_divisor_off_by_one'")


def test_a_detector_that_is_no_python_is_not_read(look):
    """Running it will say so."""
    path = look.path.parent / "tests/detectors/test_total_of_nothing_is_nothing.py"
    path.write_bytes(b"def \xff")
    assert look(*SOUND) == ()


def test_a_site_is_where_an_editor_would_put_the_cursor(bank):
    """Lines and columns count from 1, and the end lies behind the last character."""
    (site,) = sites(bank, bank.bugs["sum_starts_at_one"])
    assert (site.path, site.operator) == ("abacus/arithmetic.py", "replace")
    assert (site.line, site.column, site.end_line, site.end_column) == (6, 5, 6, 15)
    assert (site.before, site.after) == ("result = 0", "result = 1")


def test_an_edit_without_a_place_has_no_site(rewrite):
    """The other bugs have theirs."""
    bank = load_bank(rewrite("match: result = 0", "match: result = 5"))
    assert [len(sites(bank, bug)) for bug in bank.bugs.values()] == [0, 1]


SHIPPED = load_bank()


@pytest.mark.parametrize("bug", SHIPPED.bugs.values(), ids=SHIPPED.bugs)
def test_nothing_gives_a_bug_of_the_shipped_bank_away(bug):
    """All rules, on the bugs that hunters get."""
    assert inspect(SHIPPED, bug) == ()
