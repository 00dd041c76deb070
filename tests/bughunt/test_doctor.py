"""The look at the environment: what is missing is named with what to do."""

import importlib
import os
import re
import shutil
import sys
from importlib import metadata
from pathlib import Path
from typing import get_args

import pytest

from bughunt import doctor, report

PAGE = Path(__file__).parents[2] / doctor.PAGE


@pytest.fixture
def findings(bank_folder, monkeypatch, tmp_path):
    """Return a function that examines, and gives the findings by name."""
    monkeypatch.setenv("NANOCHAT_BASE_DIR", str(tmp_path / "base"))

    def examine():
        return {it.name: it for it in doctor.examine(bank_folder / "levels.yaml")}

    return examine


def test_healthy_environment_has_nothing_missing(findings):
    """Everything that the tests run on is found, with its version."""
    found = findings()

    assert {it.name for it in found.values() if it.state == "missing"} == set()
    assert found["torch"].found == metadata.version("torch")
    assert found["bank"].found == "2 bugs, 1 levels"


def test_base_folder_is_looked_at_and_not_made(findings, tmp_path):
    """A look changes nothing."""
    assert findings()["NANOCHAT_BASE_DIR"].found == str(tmp_path / "base")
    assert not (tmp_path / "base").exists()


def test_base_folder_inside_a_file_cannot_be_written(findings, tmp_path):
    """The nearest thing that exists decides."""
    (tmp_path / "base").write_text("")

    found = findings()["NANOCHAT_BASE_DIR"]

    assert (found.state, found.found) == ("missing", f"{tmp_path / 'base'} cannot be written to")


@pytest.mark.parametrize(
    ("requirement", "found", "advice"),
    [
        ("nothing-like-it>=2", "not installed", "Run 'pip install \"nothing-like-it>=2\"'."),
        ("click>=999", "is too old", "Run 'pip install \"click>=999\"'."),
    ],
    ids=["absent", "old"],
)
def test_package_that_does_not_serve_is_named(findings, monkeypatch, requirement, found, advice):
    """The requirement comes from what bughunt itself declares."""
    monkeypatch.setattr(metadata, "requires", lambda _: [requirement, "x; extra == 'test'"])

    (problem,) = [it for it in findings().values() if it.state == "missing"]

    assert found in problem.found
    assert problem.advice == advice


def test_package_for_an_extra_is_not_missed(findings, monkeypatch):
    """Whoever does not run the tests needs nothing for them."""
    monkeypatch.setattr(metadata, "requires", lambda _: ["nothing-like-it; extra == 'test'"])

    assert "nothing-like-it" not in findings()


def test_damaged_bank_is_shown_with_its_first_problem(findings, bank_folder):
    """The place in the catalogue is part of what was found."""
    (bank_folder / "levels.yaml").write_text("version: 1\nversion: 1\n")

    found = findings()["bank"]

    assert found.state == "missing"
    assert "levels.yaml:2" in found.found


def test_edit_without_a_place_is_no_healthy_bank(findings, rewrite):
    """What would fail only when a bug is chosen is found here."""
    rewrite("match: result = 0", "match: result = 5")

    found = findings()["bank"]

    assert found.state == "missing"
    assert "bug 'sum_starts_at_one': edits[0]: " in found.found


def test_broken_detector_is_no_healthy_bank(findings, rewrite):
    """Detectors are parsed, not run."""
    rewrite("def observe(", "def observed(", "tests/detectors/test_total_of_nothing_is_nothing.py")

    found = findings()["bank"]

    assert found.state == "missing"
    assert "test_total_of_nothing_is_nothing.py: there is no function 'observe'." in found.found


def test_compiled_module_that_fails_is_told_with_its_cause(findings, monkeypatch):
    """The cause below the import error says what does not fit."""
    real = importlib.import_module

    def fail(name):
        if name != "rustbpe":
            return real(name)
        raise ImportError("no rustbpe") from ImportError(f"{name}: wrong ELF class")

    monkeypatch.setattr(importlib, "import_module", fail)

    found = findings()["rustbpe"]

    assert (found.state, found.found) == ("missing", "rustbpe: wrong ELF class")
    assert "https://rustup.rs" in found.advice


def without_metadata(monkeypatch):
    """Let no package be installed."""

    def fail(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", fail)


def without_nanochat(monkeypatch):
    """Let an import of nanochat fail as if it were not there."""
    monkeypatch.setitem(sys.modules, "nanochat.base_dir", None)


def with_damaged_bank(monkeypatch):  # noqa: ARG001
    """Let a key stand twice in the catalogue."""
    Path("levels.yaml").write_text("version: 1\nversion: 1\n")


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("Python", lambda it: it.setattr(sys, "version_info", (3, 9, 18))),
        ("bughunt", without_metadata),
        ("click", lambda it: it.setattr(metadata, "requires", lambda _: ["click>=999"])),
        ("rustbpe", lambda it: it.setitem(sys.modules, "rustbpe", None)),
        ("bank", with_damaged_bank),
        ("nanochat", without_nanochat),
        ("NANOCHAT_BASE_DIR", lambda it: it.setenv("NANOCHAT_BASE_DIR", "levels.yaml")),
        ("git", lambda it: it.setattr(shutil, "which", lambda _: None)),
        ("fork", lambda it: it.delattr(os, "fork")),
    ],
)
def test_what_is_not_as_it_should_be_names_a_section(
    findings, bank_folder, monkeypatch, name, spoil
):
    """The page has a heading of that name, and the answer says where it is."""
    monkeypatch.chdir(bank_folder)
    spoil(monkeypatch)

    found = findings()
    problems = [it for it in found.values() if it.state != "ok"]

    assert [it.name for it in problems] == [name]
    assert f"### {problems[0].section}\n" in PAGE.read_text("utf-8")
    (table, *_) = report.examined(problems)
    assert f"More: docs/troubleshooting.md of the repository, '{problems[0].section}'." in (
        table.rows[0][-1].text
    )


def test_every_section_that_a_finding_may_name_stands_in_the_page():
    """The type holds them all."""
    headings = re.findall(r"^### (.*)$", PAGE.read_text("utf-8"), re.MULTILINE)

    assert set(get_args(doctor.Section)) <= set(headings)
    assert len(headings) == len(set(headings))
