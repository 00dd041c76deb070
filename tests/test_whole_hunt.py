"""A hunt from an empty folder to its end, through the command line, as a hunter does it."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

# What the bugs left behind, and a repair of each that is not the clean line.
REPAIRS = (
    (
        "nanochat/gpt.py",
        "inv_freq = 1.0 / (base ** (channel_range / (head_dim * 2)))",
        "inv_freq = base ** (-channel_range / head_dim)",
    ),
    ("nanochat/engine.py", "if layer_idx == 0:", "if layer_idx + 1 == self.num_layers:"),
    (
        "nanochat/gpt.py",
        "enable_gqa=self.n_head == self.n_kv_head",
        "enable_gqa=self.n_kv_head < self.n_head",
    ),
    (
        "nanochat/engine.py",
        "steps * self.growth_step * 2",
        "-positions // self.growth_step * -self.growth_step",
    ),
    (
        "nanochat/engine.py",
        'another text."""\n        self.pos = 0',
        'another text."""\n        self.kv_cache, self.pos = None, 0',
    ),
    (
        "nanochat/engine.py",
        "[*result_tokens, engine.output_end, engine.output_start]",
        "[engine.output_start] + result_tokens + [engine.output_end]",
    ),
)


@pytest.fixture
def workspace(tmp_path):
    """Materialize the hard level."""
    run(tmp_path, "materialize", "hunt", "--level", "hard")
    return tmp_path / "hunt"


def run(folder, *arguments):
    """Run bughunt in a folder."""
    command = [sys.executable, "-m", "bughunt", *arguments]
    environment = {**os.environ, "PYTHONPATH": ""}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def check(workspace):
    """Return the exit code of `bughunt check`, and the numbers of the symptoms that are fixed."""
    done = run(workspace, "check", "--json")
    symptoms = json.loads(done.stdout)["symptoms"]
    return done.returncode, [symptom["number"] for symptom in symptoms if symptom["fixed"]]


def repair(workspace, repairs):
    """Replace what stands in the files, each exactly once."""
    for path, found, put in repairs:
        text = (workspace / path).read_text(encoding="utf-8")
        assert text.count(found) == 1, (path, found)
        (workspace / path).write_text(text.replace(found, put), encoding="utf-8")


def test_a_hunt_goes_from_nothing_fixed_over_one_fix_to_all(workspace):
    """Each repair counts, however it is written."""
    assert check(workspace) == (1, [])

    repair(workspace, REPAIRS[2:3])
    assert check(workspace) == (1, [3])

    repair(workspace, REPAIRS[:2] + REPAIRS[3:])
    assert check(workspace) == (0, [1, 2, 3, 4, 5])


def test_hints_fixes_and_resets_are_told_by_status(workspace):
    """Two hints, one repair, and the file as it was again; the bank is the one of bughunt."""
    run(workspace, "hint", "3")
    second = run(workspace, "hint", "3").stdout
    repair(workspace, REPAIRS[2:3])
    first_fix = run(workspace, "check", "3").stdout
    done = run(workspace, "reset", "nanochat/gpt.py", "--yes")
    symptoms = json.loads(run(workspace, "status", "--json").stdout)["symptoms"]

    assert "1 hint left." in second
    assert "Symptom 3 is fixed. What it was:" in first_fix
    assert done.returncode == 0
    assert [it["hints"] for it in symptoms] == [0, 0, 2, 0, 0]
    assert [it["fixed"] for it in symptoms] == [None, None, True, None, None]
    assert check(workspace) == (1, [])


def test_half_a_repair_leaves_a_bug_of_two_edits_open(workspace):
    """Memory that grows as it should and is still kept is not fixed."""
    repair(workspace, REPAIRS[3:4])
    done = run(workspace, "check", "4")

    assert done.returncode == 1
    assert "0 of 1 fixed" in done.stdout


def broken(workspace):
    """Return the exit code of `bughunt check`, and the laws that it calls broken."""
    done = run(workspace, "check", "--json")
    return done.returncode, [it["law"] for it in json.loads(done.stdout)["broken"]]


def test_a_repair_that_breaks_another_law_is_reported(workspace):
    """All symptoms are fixed, and a hunter still hears of it; laws of the bugs are not meant."""
    assert broken(workspace) == (1, [])

    repair(workspace, REPAIRS)
    one_more = ("nanochat/sampling.py", "k = min(top_k,", "k = min(top_k + 1,")
    repair(workspace, [one_more])
    code, laws = broken(workspace)
    assert code == 1
    assert "top_k_keeps_exactly_k" in laws
    assert "logits_equal_naive_forward" not in laws

    repair(workspace, [(one_more[0], one_more[2], one_more[1])])
    assert broken(workspace) == (0, [])


def test_pytest_in_a_workspace_says_what_check_says(workspace):
    """The same laws, without the command line."""
    repair(workspace, REPAIRS[2:3])
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=workspace, capture_output=True, text=True)

    assert done.returncode == 1
    assert "test_grouped_heads_give_the_logits_of_repeated_heads" not in done.stdout
    for symptom in ("wavelengths", "stepwise", "cache_gives_its_memory_back", "output_start"):
        assert symptom in done.stdout
