"""The import graph is the data flow: read from the sources, without importing them."""

import ast
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = {"bughunt", "mutations", "nanochat", "rustbpe", "rustbpe_core"}

# Each module may import those before it.
# fmt: off
ORDER = [
    "errors", "yaml_document", "conversion", "catalogue", "spoilers", "spec", "select", "mutate",
    "git_repository", "manifest", "detector_files", "notebook", "contents", "placement",
    "workspace",
    "backup", "record", "progress", "hunts", "reset",
    "running.observation", "running.source_parts", "running.tree_import", "running.line_trace",
    "running.outcome", "running.pytest_case", "running.plain_words", "running.readable",
    "running.assertion", "running.case", "running.runner",
    "jail.system_call", "jail.landlock", "jail.seccomp", "jail.request", "jail.limits",
    "jail.scratch", "jail.descendants", "jail.wire", "jail.answer", "jail.observing_half",
    "jail.outside_modules", "jail.protocol", "jail.cell", "jail.places", "jail.zygote",
    "jail.folder", "jail.mounts", "jail.container", "jail.tiers", "jail.keeper", "jail.strength",
    "jail.specimen", "jail.corpus",
    "detector", "comparison", "grade", "dependence", "digests", "general_laws", "regressions",
    "doctor",
    "measuring.probing", "measuring.impact", "measuring.experiment", "measuring.picture",
    "proving.proof", "proving.code_text", "proving.contradictions", "proving.unused_names",
    "proving.inspection", "proving.answer_store", "proving.self_check",
    "proving.snapshot", "proving.evidence", "proving.company", "proving.conflict_list",
    "proving.findings", "proving.verify",
    "survey.mutation_operators", "survey.mutants", "survey.equivalent_mutants",
    "survey.tree_copy", "survey.line_coverage", "survey.json_cache", "survey.survivors",
    "report", "page_template", "progress_report", "survey.report", "jail.report",
    "proving.first_look", "proving.report", "proving.page", "proving.exchange",
    "authoring.source", "authoring.syntax_changes", "authoring.pattern_texts",
    "authoring.expression_edits", "authoring.statement_edits", "authoring.placing",
    "authoring.hunks", "authoring.grouping", "authoring.deriving", "authoring.edited_tree",
    "authoring.entry", "authoring.skeleton", "authoring.additions", "authoring.candidates",
    "authoring.proposals", "authoring.addition_report",
    "authoring.ties", "authoring.lint", "authoring.preview", "authoring.schema",
    "authoring.starting", "authoring.operators", "authoring.catalogue_page", "authoring.report",
    "exam.plan_entry", "exam.plan", "exam.settled", "exam.keys", "exam.tables", "exam.roster",
    "exam.pool", "exam.search", "exam.draw", "exam.patience", "exam.trial", "exam.answers",
    "exam.seating", "exam.archive", "exam.sheet", "exam.own_folder", "exam.permitted",
    "exam.standing",
    "exam.camouflage.sites", "exam.camouflage.source", "exam.camouflage.synonyms",
    "exam.camouflage.local_names", "exam.camouflage.habits", "exam.camouflage.signatures",
    "exam.camouflage.names", "exam.camouflage.expressions", "exam.camouflage.statements",
    "exam.camouflage.wording", "exam.camouflage.planning", "exam.camouflage.disguise",
    "exam.camouflage.marks", "exam.camouflage.sameness",
    "exam.paper", "exam.harmless",
    "exam.lock", "exam.kept_bank", "exam.fairness", "exam.page", "exam.phases", "exam.build",
    "exam.audit", "exam.renaming", "exam.hint_record",
    "exam.beginning", "exam.report",
    "exam.grading.entries", "exam.grading.unpacking", "exam.grading.folder", "exam.grading.intake",
    "exam.grading.sieve", "exam.grading.parsing", "exam.grading.pieces", "exam.grading.suspicion",
    "exam.grading.reach", "exam.grading.judging", "exam.grading.laws", "exam.grading.workbench",
    "exam.grading.record", "exam.grading.hearing", "exam.grading.breakage",
    "exam.grading.examining", "exam.grading.origins", "exam.grading.sitting", "exam.grading.marks",
    "exam.grading.gradebook", "exam.grading.formats", "exam.grading.figures", "exam.grading.pages",
    "exam.grading.publishing", "exam.grading.voiding", "exam.grading.appeal",
    "exam.grading.opening", "exam.grading.executors", "exam.grading.report",
    "desk.watching", "desk.saves", "desk.screen", "desk.asking", "desk.guard", "desk.terminal",
    "desk.dialogue", "desk.desk", "authoring.watching",
    "streams", "commands.options", "commands.choosing", "commands.hunting",
    "commands.measuring", "commands.bank", "commands.writing", "commands.authoring",
    "commands.exam", "commands.grading", "cli", "__main__",
]
# fmt: on


def sources(package):
    """List the Python files of a package."""
    files = (ROOT / package).rglob("*.py")
    return sorted(file for file in files if "bank" not in file.relative_to(ROOT).parts)


@lru_cache
def imported(file):
    """Return the dotted names of everything that a file imports, at its top or in a function."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def tops(file):
    """Return the first parts of what a file imports."""
    return {name.partition(".")[0] for name in imported(file)}


def stage(file):
    """Return the name by which the order knows a module of bughunt."""
    return ".".join(file.relative_to(ROOT / "bughunt").with_suffix("").parts)


STAGES = [file for file in sources("bughunt") if file.name != "__init__.py"]


@pytest.mark.parametrize("file", STAGES, ids=stage)
def test_a_stage_imports_earlier_stages_only(file):
    """An arrow that points back, or a module without a place in the order, fails."""
    later = ORDER[ORDER.index(stage(file)) + 1 :]
    names = {name.removeprefix("bughunt.") + "." for name in imported(file)}
    assert [it for it in later if any(name.startswith(f"{it}.") for name in names)] == []


def test_every_stage_of_the_order_exists():
    """A name that is left behind after a module went would hide a gap."""
    assert {stage(file) for file in STAGES} == set(ORDER)


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("nanochat", {"nanochat", "rustbpe"}),
        ("rustbpe", {"rustbpe", "rustbpe_core"}),
        ("rustbpe_core", {"rustbpe_core"}),
        ("mutations", {"mutations"}),
    ],
    ids=["nanochat", "rustbpe", "rustbpe_core", "mutations"],
)
def test_what_is_hunted_in_and_what_mutates_know_nothing_of_the_hunt(package, allowed):
    """The clean code can be read, and the operators used, without bughunt."""
    used = {file: tops(file) & OURS for file in sources(package)}
    assert {file: names for file, names in used.items() if names - allowed} == {}


@pytest.mark.parametrize(
    ("library", "owners"),
    [
        ("click", {"cli"} | {it for it in ORDER if it.startswith("commands.")}),
        ("rich", {"report"}),
        ("matplotlib", {"measuring.picture"}),
        ("jinja2", {"page_template"}),
        ("distributed", {"exam.grading.executors"}),
        ("watchfiles", {"desk.saves"}),
        ("cryptography", {"exam.keys"}),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_a_library_for_people_has_one_owner(library, owners):
    """Every other stage returns records; the command line has a file for each sort of user."""
    assert {stage(file) for file in STAGES if library in tops(file)} == owners


def test_no_stage_imports_the_code_under_hunt():
    """Only the doctor, who looks at the installation, may."""
    users = {stage(file) for file in STAGES if tops(file) & {"nanochat", "rustbpe", "rustbpe_core"}}
    assert users <= {"doctor"}


@pytest.mark.parametrize("package", ["nanochat", "rustbpe", "rustbpe_core"])
def test_the_clean_code_holds_no_trace_of_bugs(package):
    """No comment, name or text speaks of bugs, hunts or mutations."""
    trace = re.compile(
        r"\b(bug|bugs|bughunt|hunt|hunter|mutation|mutations|mutant)\b", re.IGNORECASE
    )
    files = [file for kind in ("*.py", "*.rs", "*.pyi") for file in (ROOT / package).rglob(kind)]
    found = {file.name: trace.findall(file.read_text()) for file in files}
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize(
    "module",
    ["bughunt.cli", "bughunt.workspace", "bughunt.grade"],
    ids=["cli", "workspace", "grade"],
)
def test_importing_a_stage_does_not_import_torch(module):
    """The command answers before torch would have been loaded; libcst waits for an edit."""
    code = f"import {module}, sys; print(sorted({{'torch', 'libcst'}} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
