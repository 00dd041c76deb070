"""The Python of rustbpe may lie anywhere; what it has compiled stays where it is installed."""

import shutil
import subprocess
import sys
from pathlib import Path

import rustbpe
import rustbpe_core

HOME = Path(rustbpe.__file__).parent
SCRIPT = """\
import rustbpe, rustbpe_core
print(rustbpe.__file__, rustbpe_core.native.__file__, rustbpe.Tokenizer().encode("ab"), sep="\\n")
"""


def test_a_copy_of_the_python_files_works_with_the_installed_rest(tmp_path):
    """A copy goes before the installation; it is of text files alone, with nothing compiled."""
    shutil.copytree(HOME, tmp_path / "rustbpe", ignore=shutil.ignore_patterns("__pycache__"))
    files = {file.suffix for file in (tmp_path / "rustbpe").rglob("*")}

    command = [sys.executable, "-c", SCRIPT]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)

    assert files == {".py", ".typed"}
    face = str(tmp_path / "rustbpe" / "__init__.py")
    assert run.stdout.splitlines() == [face, rustbpe_core.native.__file__, "[97, 98]"]


def test_a_missing_compiled_module_is_told_with_the_next_step(tmp_path):
    """A checkout that was not built says so, and how to build it."""
    (tmp_path / "rustbpe_core").mkdir()
    source = Path(rustbpe_core.__file__).read_text(encoding="utf-8")
    (tmp_path / "rustbpe_core" / "__init__.py").write_text(source, encoding="utf-8")

    command = [sys.executable, "-c", "import rustbpe"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert run.stderr.splitlines()[-1].startswith("ImportError: rustbpe: the compiled module ")
    assert "Build it with 'pip install .'" in run.stderr
