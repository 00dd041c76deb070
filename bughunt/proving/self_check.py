"""The checker, checked: detectors of which everything is known are run before any others."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bughunt.detector import CaseRun
from bughunt.errors import EnvironmentProblem
from bughunt.running.outcome import Batch, Case, Crashed, Failed, Passed

_SPECIMEN = "def double(number):\n    return 2 * number\n"
_JUDGE = """
def observe(seed):
    import specimen
    return specimen.double(3)

def test_twice_three_is_six(observed):
    assert observed == 6
"""


def check_the_checker(run: Callable[[Batch], Iterator[tuple[int, CaseRun]]]) -> None:
    """Let detectors of which everything is known say what is known.

    Raises:
        EnvironmentProblem: when one of them says something else.

    """
    expected = {
        "the clean code": ("test_double.py", _SPECIMEN, Passed()),
        "a mutant that changes nothing": ("test_double.py", f"{_SPECIMEN}# no more\n", Passed()),
        "a forced failure": (
            "test_double.py",
            _SPECIMEN.replace("2", "3"),
            Failed("observed is 9, not 6"),
        ),
        "a forced crash": (
            "test_double.py",
            "raise LookupError('forced')\n",
            Crashed("LookupError", "forced", "specimen/__init__.py:1"),
        ),
        "a detector without a test": (
            "test_nothing.py",
            _SPECIMEN,
            Crashed(
                "NotCollected",
                "test_nothing.py: there is no function 'observe'. Write observe(seed).",
            ),
        ),
    }
    with tempfile.TemporaryDirectory(prefix="bughunt-") as folder:
        root = Path(folder).resolve()
        (root / "specimen").mkdir()
        (root / "specimen" / "__init__.py").write_text(_SPECIMEN, encoding="utf-8")
        (root / "test_double.py").write_text(_JUDGE, encoding="utf-8")
        (root / "test_nothing.py").write_text("", encoding="utf-8")
        cases = tuple(
            Case((root / name,), 0, {"specimen/__init__.py": text})
            for name, text, _ in expected.values()
        )
        ended = dict(run(Batch(root=root, packages=("specimen",), cases=cases)))
    for index, (name, (*_, outcome)) in enumerate(expected.items()):
        said = ended[index].runs[0].outcome
        if said != outcome:
            text = f"the checker: {name} gave {said}, and not {outcome}."
            raise EnvironmentProblem(f"{text} Run 'bughunt doctor' to see what is missing.")
