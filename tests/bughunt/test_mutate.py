"""All edits of all chosen bugs against the clean tree."""

import itertools

import msgspec
import pytest

from bughunt.errors import BankError, MutationFailed
from bughunt.mutate import clean_tree, mutate, replacements, unified_diff
from bughunt.spec import load_bank

FILE = "abacus/arithmetic.py"


def test_both_bugs_are_in_the_text_and_nothing_else_changed(bank):
    """Two lines differ between the trees."""
    tree = mutate(bank, bank.bugs.values())
    pairs = zip(tree.clean[FILE].splitlines(), tree.mutated[FILE].splitlines(), strict=True)
    assert [new.strip() for old, new in pairs if old != new] == [
        "result = 1",
        "return total(values) / (len(values) - 1)",
    ]
    assert tree.clean["abacus/__init__.py"] == tree.mutated["abacus/__init__.py"]


def test_the_order_of_the_bugs_does_not_matter(bank):
    """Every edit is resolved against the clean text."""
    bugs = list(bank.bugs.values())
    trees = [mutate(bank, order) for order in itertools.permutations(bugs)]
    assert all(tree == trees[0] for tree in trees)


def test_no_bugs_leave_the_clean_tree(bank):
    """The tree of an empty choice is the clean one."""
    tree = mutate(bank, ())
    assert tree.mutated == tree.clean == clean_tree(bank)


def test_line_ends_and_missing_last_newline_survive(bank_folder):
    """The text is not normalised on the way."""
    text = "x = 1\r\ny = 2"
    (bank_folder / "abacus/old.py").write_bytes(text.encode())
    assert clean_tree(load_bank(bank_folder / "levels.yaml"))["abacus/old.py"] == text


def test_a_source_that_is_not_utf8_is_named(bank_folder):
    """Reading stops with the file and the byte."""
    (bank_folder / "abacus/old.py").write_bytes(b"# caf\xe9\n")
    with pytest.raises(BankError, match=r"abacus/old.py: not UTF-8 at byte 5. Save the file"):
        clean_tree(load_bank(bank_folder / "levels.yaml"))


def test_what_an_edit_replaces_can_be_asked_for(bank):
    """Offsets are characters of the clean text of the edit's file."""
    (edit,) = bank.bugs["sum_starts_at_one"].edits
    ((start, stop, text),) = [msgspec.structs.astuple(r) for r in replacements(bank, edit)]
    assert (clean_tree(bank)[FILE][start:stop], text) == ("result = 0", "result = 1")


FAULTS = {
    "no such symbol": ("::total", "::totals", r"levels.yaml:15: bug 'sum_starts_at_one': edits\[0"),
    "never": ("match: result = 0", "match: result = 5", r"levels.yaml:15: bug 'sum_starts_at_one'"),
    "twice": ("match: result = 0", "match: result", r"levels.yaml:15: .*result"),
    "no code": ("match: result = 0", "match: 'result ='", r"levels.yaml:15: .*result ="),
}


@pytest.mark.parametrize(("old", "new", "message"), FAULTS.values(), ids=FAULTS)
def test_an_edit_without_a_place_names_its_bug_and_line(rewrite, old, new, message):
    """What the operator says stands behind where it is written."""
    bank = load_bank(rewrite(old, new))
    bank = msgspec.structs.replace(bank, label="levels.yaml")
    with pytest.raises(MutationFailed, match=message):
        mutate(bank, bank.bugs.values())


def test_every_edit_that_fails_is_told_at_once(rewrite):
    """Two broken edits take one run to see."""
    rewrite("match: result = 0", "match: result = 5")
    bank = load_bank(rewrite("match: total(values) / len(values)", "match: total(items)"))
    with pytest.raises(MutationFailed, match="sum_starts_at_one") as caught:
        mutate(bank, bank.bugs.values())
    assert len(caught.value.problems) == 2


def test_two_bugs_in_one_place_are_named_with_their_lines(rewrite):
    """Neither is applied; both catalogue lines and the source line are there."""
    rewrite("::mean", "::total")
    rewrite("match: total(values) / len(values)", "match: '0'")
    bank = load_bank(rewrite("by: total(values) / (len(values) - 1)", "by: '2'"))
    bank = msgspec.structs.replace(bank, label="levels.yaml")
    message = (
        r"^levels.yaml:\d+: bug '\w+': edits\[0\]: changes line 6 of abacus/arithmetic.py, as does "
        r"bug '\w+' \(levels.yaml:\d+\). Choose one of them, or narrow an edit.$"
    )
    with pytest.raises(MutationFailed, match=message) as caught:
        mutate(bank, bank.bugs.values())
    assert all(text in str(caught.value) for text in ("sum_starts", "mean_div", ":15", ":30"))


def test_a_file_that_would_not_compile_is_refused(rewrite):
    """An edit may be code by itself and still be wrong where it lands."""
    bank = load_bank(rewrite("by: result = 1", "by: nonlocal result"))
    with pytest.raises(MutationFailed, match="bug 'sum_starts_at_one': "):
        mutate(bank, bank.bugs.values())


def test_a_diff_reads_as_that_of_git():
    """Paths, hunk header, a missing last newline, new and vanished files."""
    before = {"a.py": "x = 1\ny = 2", "gone.py": "z\n", "same.py": "s\n"}
    after = {"a.py": "x = 1\ny = 3", "new.py": "n\f1\n", "same.py": "s\n"}
    assert unified_diff(before, after) == (
        "--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n x = 1\n"
        "-y = 2\n\\ No newline at end of file\n+y = 3\n\\ No newline at end of file\n"
        "--- a/gone.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-z\n"
        "--- /dev/null\n+++ b/new.py\n@@ -0,0 +1 @@\n+n\f1\n"
    )
