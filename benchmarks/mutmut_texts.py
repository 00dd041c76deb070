"""The text of a module with each of its mutants, as ``mutmut apply`` writes it, as JSON.

Runs in the Python that has mutmut installed, in the folder in which ``mutmut run`` has run, and
imports nothing of ours: python mutmut_texts.py MUTANT...
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from mutmut.mutation.diff_apply import apply_mutant, find_mutant


def text_of(mutant: str) -> tuple[str, str]:
    """Return the path of the module and its text with the mutant; the file stays as it was."""
    file = Path(find_mutant(mutant).path)
    clean = file.read_bytes()
    try:
        apply_mutant(mutant)
        return file.as_posix(), file.read_text("utf-8")
    finally:
        file.write_bytes(clean)


if __name__ == "__main__":
    json.dump({mutant: text_of(mutant) for mutant in sys.argv[1:]}, sys.stdout)
