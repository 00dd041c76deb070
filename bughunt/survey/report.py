"""The mutation score as tables: one row for each module, then what survived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bughunt.report import Block, Line, Table
from bughunt.survey.equivalent_mutants import one_line
from bughunt.survey.survivors import STATES, Module, Survey, score

_BLANK = Line("")
_HEADER = ("MODULE", "MUTANTS", "DETECTORS", "TESTS", "TIME", "EQUIVALENT", "SURVIVED", "SCORE")


def surveyed(survey: Survey) -> tuple[Block, ...]:
    """Return the score of each module, and the mutants that survived."""
    modules = [module for module in survey.modules if module.verdicts]
    rows = [_row(module.path, [module]) for module in modules]
    if len(modules) != 1:
        rows.append(_row("together", modules))
    warnings = [Line(f"Left out: {text}", "yellow") for text in survey.left_out]
    blocks: list[Block] = [
        Table((tuple(Line(word, "bold") for word in _HEADER), *rows)),
        _BLANK,
        *warnings,
    ]
    for module in modules:
        if survivors := _survivors(module):
            blocks += (Line(f"{module.path}: survived", "bold"), Table(survivors), _BLANK)
    total = sum(len(module.verdicts) for module in modules)
    blocks.append(Line(f"{total} mutants, {survey.ran} runs, {survey.seconds:.0f} seconds", "dim"))
    return tuple(blocks)


def as_data(survey: Survey) -> Mapping[str, Any]:
    """Return the survey as plain data for JSON."""
    modules = {
        module.path: {
            "mutants": len(module.verdicts),
            **{state: module.count(state) for state in STATES},
            "score": score([module]),
            "verdicts": module.verdicts,
        }
        for module in survey.modules
    }
    return {"score": score(survey.modules), "modules": modules, "left_out": survey.left_out}


def _row(name: str, modules: Sequence[Module]) -> tuple[Line, ...]:
    counts = [sum(module.count(state) for module in modules) for state in STATES]
    total = sum(len(module.verdicts) for module in modules)
    percent = score(modules)
    shown = "-" if percent is None else f"{percent:.1f} %"
    numbers = [
        f"{number:>{len(word)}}"
        for word, number in zip(_HEADER[1:-1], (total, *counts), strict=True)
    ]
    return (Line(name, "cyan"), *map(Line, numbers), Line(shown, "bold"))


def _survivors(module: Module) -> tuple[tuple[Line, ...], ...]:
    return tuple(
        (
            Line(f"{it.mutant.path}:{it.mutant.line}:{it.mutant.column}", "cyan"),
            Line(it.mutant.operator),
            Line(f"{one_line(it.mutant.before)} -> {one_line(it.mutant.after) or '(nothing)'}"),
        )
        for it in module.verdicts
        if it.state == "survived"
    )
