"""Given texts as mutations of cosmic-ray: what compare_mutation_tools.py lets it load as a plugin.

Runs in the Python that has cosmic-ray installed, and imports nothing of ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import parso
from cosmic_ray.operators.operator import Argument, Operator

Position = tuple[int, int]


class TextReplaced(Operator):  # type: ignore[misc]
    """Replaces the whole text of a module, where it is the text that was meant."""

    def __init__(self, file: str) -> None:
        texts = json.loads(Path(file).read_text("utf-8"))
        self._before, self._after = texts["before"], texts["after"]

    def mutation_positions(self, node: Any) -> Iterator[tuple[Position, Position]]:
        """Yield the span of the module, when it is this one."""
        if node.type == "file_input" and node.get_code() == self._before:
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:  # noqa: ARG002
        """Return the module with the bug."""
        return parso.parse(self._after)

    @classmethod
    def arguments(cls) -> Sequence[Argument]:
        """Say where the two texts are."""
        return (Argument("file", "JSON file with the text 'before' and the text 'after'"),)

    @classmethod
    def examples(cls) -> Sequence[object]:
        """Return none: the texts are given from outside."""
        return ()


class Bugs:
    """The one operator, in the form in which cosmic-ray asks for operators."""

    def __iter__(self) -> Iterator[str]:
        yield "text-replaced"

    def __getitem__(self, name: str) -> type[TextReplaced]:
        return {"text-replaced": TextReplaced}[name]
