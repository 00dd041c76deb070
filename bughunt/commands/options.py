"""What several commands share: options, and how they find a bank."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bughunt.spec import Bank

BUGS_REMAIN = 1  # exit code: bugs remain, or the check failed

bank_option = click.option(
    "--bank",
    type=click.Path(exists=True, path_type=Path),
    help="A levels.yaml, or the folder that holds it. Default: the one that comes with bughunt.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON.")


def load(path: Path | None) -> Bank:
    """Load the bank that the option names.

    Raises:
        BankError: with one line for each problem that was found.

    """
    from bughunt.spec import load_bank

    return load_bank(catalogue(path))


def catalogue(path: Path | None) -> Path | None:
    """Return the levels.yaml that the option names; None for the default."""
    return path / "levels.yaml" if path is not None and path.is_dir() else path
