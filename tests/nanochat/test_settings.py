"""Settings: defaults, presets and the command line, in ascending order of weight."""

import importlib
from dataclasses import dataclass, fields
from pathlib import Path

import pytest
from torch.distributed.run import get_args_parser

from nanochat import scripts
from nanochat import settings as settings_module
from nanochat.settings import (
    PRESETS,
    SharedSettings,
    check_at_least_one,
    parse_settings,
    run_script,
    setting,
    settings_that_bind,
)


@dataclass(frozen=True)
class Settings:
    """Settings of every kind."""

    run: str = setting("base", "a name", free=True)
    steps: int | None = setting(None, "a number or none")
    ratio: float = setting(0.5, "a part")
    compile: bool = setting(False, "a switch", free=True)

    def __post_init__(self):
        if self.ratio > 1:
            raise ValueError(f"--ratio is {self.ratio}. Give a part of 1.")


@pytest.fixture(autouse=True)
def presets(monkeypatch):
    """Two presets, the first of which is the default."""
    presets = {"small": {"stage": {"ratio": 0.25}}, "large": {"stage": {"steps": 9}}}
    monkeypatch.setattr(settings_module, "DEFAULT_PRESET", "small")
    monkeypatch.setattr(settings_module, "PRESETS", presets)


def parse(*argv):
    """The Settings of a command line."""
    return parse_settings(Settings, "stage", argv)


def test_preset_goes_before_the_default_of_the_class():
    """What it does not mention keeps its default."""
    assert parse() == Settings(ratio=0.25)
    assert parse("--preset", "large") == Settings(steps=9)


def test_command_line_goes_before_the_preset():
    """Wherever the preset stands in it."""
    expected = Settings(run="x", steps=3, ratio=0.75, compile=True)
    options = ["--run", "x", "--steps", "3", "--ratio=0.75", "--compile"]
    assert parse(*options, "--preset", "large") == expected
    assert parse("--preset", "large", *options) == expected


def test_switch_can_be_turned_off_again():
    """--no-compile undoes --compile."""
    assert parse("--compile", "--no-compile").compile is False


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        pytest.param(["--preset", "huge"], "invalid choice: 'huge'", id="unknown preset"),
        pytest.param(["--steps", "many"], "invalid int value: 'many'", id="not a number"),
        pytest.param(["--stepz", "3"], "unrecognized arguments: --stepz", id="unknown option"),
        pytest.param(["--step", "3"], "unrecognized arguments: --step", id="abbreviation"),
        pytest.param(["--ratio", "2"], "--ratio is 2.0. Give a part of 1.", id="refused value"),
    ],
)
def test_wrong_command_line_ends_with_code_two(argv, message, capsys):
    """And a line that says what is wrong, without a traceback."""
    with pytest.raises(SystemExit, match="2"):
        parse(*argv)
    assert message in capsys.readouterr().err


def test_help_shows_the_values_of_the_preset(capsys):
    """Not only those of the class."""
    with pytest.raises(SystemExit, match="0"):
        parse("--preset", "large", "--help")
    shown = capsys.readouterr().out
    assert "a number or none (default: 9)" in shown
    assert "a part (default: 0.5)" in shown


def test_only_free_settings_may_change_on_resumption():
    """The others bind."""
    assert settings_that_bind(Settings()) == {"steps": None, "ratio": 0.5}


@dataclass(frozen=True)
class Shared(SharedSettings):
    """Settings of several stages."""

    device: str = setting("auto", "where to", free=True)
    steps: int = setting(100, "how many")


@dataclass(frozen=True)
class Special(Shared):
    """Settings of one of them, to which another default and a setting of its own belong."""

    device: str = "cpu"
    ratio: float = setting(0.5, "a part")


def test_another_default_keeps_the_meaning(capsys):
    """What may change on resumption as well; the shared settings stay as they are."""
    assert (Shared().device, Special().device) == ("auto", "cpu")
    assert settings_that_bind(Special()) == {"steps": 100, "ratio": 0.5}
    with pytest.raises(SystemExit, match="0"):
        parse_settings(Special, "stage", ["--help"])
    assert "where to (default: cpu)" in capsys.readouterr().out


def test_what_has_to_be_at_least_one_is_named_as_it_is_typed():
    """None, which leaves a number open, passes."""
    check_at_least_one(Special(steps=1), "steps")
    check_at_least_one(Settings(steps=None), "steps")
    with pytest.raises(ValueError, match=r"--steps is 0\. Give 1 or more\."):
        check_at_least_one(Special(steps=0), "steps")


@pytest.mark.parametrize(
    ("preset", "stage"),
    [(preset, stage) for preset in PRESETS for stage in PRESETS[preset]],
    ids=lambda name: name,
)
def test_every_preset_fits_the_settings_of_its_stage(monkeypatch, preset, stage):
    """A preset with a misspelt name would be ignored by the command line."""
    monkeypatch.setattr(settings_module, "PRESETS", PRESETS)
    script = importlib.import_module(f"nanochat.scripts.{stage}")
    found = vars(parse_settings(script.Settings, stage, ["--preset", preset]))
    assert found | PRESETS[preset][stage] == found


SCRIPTS = [path.stem for path in Path(scripts.__path__[0]).glob("[!_]*.py")]
STAGES = [
    name
    for name in SCRIPTS
    if hasattr(importlib.import_module(f"nanochat.scripts.{name}"), "Settings")
]


@pytest.mark.parametrize("stage", STAGES)
def test_no_option_looks_like_one_of_torchrun(stage):
    """It takes the beginning of an option of its own for that option, wherever it stands."""
    script = importlib.import_module(f"nanochat.scripts.{stage}")
    options = ["--" + item.name.replace("_", "-") for item in fields(script.Settings)]
    for own in get_args_parser()._option_string_actions:
        assert not own.startswith(tuple(options))


def test_missing_things_end_a_script_with_code_three(monkeypatch, capsys):
    """One line, which names the script; a bug keeps its traceback."""

    def main(settings):
        raise FileNotFoundError(f"{settings.run}: there is no such run. Train it.")

    monkeypatch.setattr("sys.argv", ["stage"])
    with pytest.raises(SystemExit, match="3"):
        run_script(main, Settings, "stage")
    assert capsys.readouterr().err == "stage: base: there is no such run. Train it.\n"
