"""What answers are kept under holds everything that an answer depends on."""

import subprocess
import sys
from pathlib import Path

import bughunt
from bughunt.proving import snapshot


def test_answers_are_kept_under_all_of_ours_that_finds_them():
    """Every module that judging or asking loads is among the files that are read."""
    modules = "bughunt.running.runner, bughunt.running.case, bughunt.proving.evidence, rustbpe"
    code = f"import sys, {modules}; print(*(it.__file__ for it in sys.modules.values() if "
    code += "it.__name__.startswith(('bughunt.', 'rustbpe_core.native'))), sep='\\n')"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    loaded = {Path(line) for line in run.stdout.splitlines()}
    packages = {it for it in loaded if it.name == "__init__.py"}  # they hold a docstring
    assert len(loaded) > len(packages)
    assert loaded - packages <= set(snapshot._own_files())
    assert Path(bughunt.__file__) in snapshot._own_files()
