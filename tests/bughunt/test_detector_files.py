"""Detectors are looked at before they go into a workspace."""

import pytest

from bughunt.detector_files import detector_files
from bughunt.errors import BankError

LAW = "test_total_of_nothing_is_nothing.py"
BROKEN = {
    "syntax": (
        "def observe(seed):",
        "def observe(seed:",
        "is no Python: .* in line 8. Correct it.",
    ),
    "no observe": ("def observe(", "def look(", "there is no function 'observe'. Write observe"),
    "no test": ("def test_the", "def the", r"there is no test. Write test_<law>\(observed\)"),
    "no parameter": (
        "nothing(observed)",
        "nothing()",
        r"nothing\(\) in line 14 must take 'observed'",
    ),
    "two parameters": (
        "nothing(observed)",
        "nothing(observed, *, tmp_path=None)",
        r"nothing\(observed, \*, tmp_path=None\) in line 14 must take 'observed' and nothing else",
    ),
    "module": (
        "from samples",
        "from sample",
        "line 3 imports 'sample', which is neither beside it nor installed. Did you mean 'samples'",
    ),
}


def files(bank):
    """Return the files for all bugs of a bank."""
    return detector_files(bank, bank.bugs.values())


@pytest.mark.parametrize(("old", "new", "message"), BROKEN.values(), ids=BROKEN)
def test_broken_detector_is_told_with_its_bug(bank, rewrite, old, new, message):
    """The line is that of the catalogue; what to do stands behind it."""
    rewrite(old, new, f"tests/detectors/{LAW}")
    place = rf"levels.yaml:19: bug 'sum_starts_at_one': detector: {LAW}: .*"
    with pytest.raises(BankError, match=place + message):
        files(bank)


def test_detector_that_is_not_utf8_is_told(bank):
    """The byte is counted from the start of the file."""
    (bank.detectors / LAW).write_bytes(b"# caf\xe9\n")
    with pytest.raises(BankError, match=rf"{LAW}: not UTF-8 at byte 5. Save the file as UTF-8."):
        files(bank)


def test_broken_support_is_told_with_the_bug_that_needs_it(bank):
    """A workspace without it would fail as well."""
    (bank.detectors / "emptiness.py").write_text("NOTHING = (\n")
    with pytest.raises(BankError, match=r"bug 'sum_starts_at_one': detector: emptiness.py: is no"):
        files(bank)


def test_all_broken_detectors_are_told_at_once(bank):
    """One run shows every file."""
    for law in bank.detectors.glob("test_*.py"):
        law.write_text("def observe(seed):\n    import nothing_like_it\n")
    with pytest.raises(BankError, match="nothing_like_it") as caught:
        files(bank)
    assert len(caught.value.problems) == 4


def test_detector_that_nobody_chose_is_not_looked_at(bank):
    """Work in progress on one law does not stop a hunt for another bug."""
    (bank.detectors / LAW).write_text("def observe(:\n")
    assert LAW not in detector_files(bank, [bank.bugs["mean_divisor_off_by_one"]])
