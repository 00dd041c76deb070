"""Settings of the scripts: a frozen dataclass each, filled from a preset and the command line.

A script declares its settings as fields made by `setting`, and reads them with `parse_settings`.
Settings that several scripts share stand in a base class, `SharedSettings` at its root.
A preset is a set of values that belong together, for every stage on the way to a chatting model;
what is given on the command line goes before it.
"""

import argparse
import sys
from dataclasses import Field, field, fields
from types import NoneType
from typing import get_args, get_type_hints

# What tuning is told wherever there are GPUs.
ON_GPUS = {
    "mid_train": {"compile": True},
    "chat_sft": {
        "compile": True, "embedding_lr": 0.02, "unembedding_lr": 0.0004, "matrix_lr": 0.002,
    },
}
PRESETS = {
    # Seconds: a model that knows nothing, for seeing that every stage works.
    "smoke": {
        "tok_train": {"vocab_size": 300, "max_chars": 50_000, "single_digits": True},
        "base_train": {
            "depth": 1, "width": 16, "n_head": 2, "n_kv_head": 1, "sequence_len": 96,
            "micro_batch_size": 2, "batch_tokens": 2 * 96, "num_steps": 2,
            "eval_tokens": 2 * 96, "sample_every": 0, "tokenizer_threads": 1,
        },
        "mid_train": {
            "sequence_len": 96, "micro_batch_size": 2, "text_rows": 1, "batch_tokens": 2 * 96,
            "num_steps": 2, "conversations": 100, "eval_batches": 1,
        },
        "chat_sft": {
            "sequence_len": 96, "micro_batch_size": 2, "batch_tokens": 2 * 96, "num_steps": 2,
            "conversations": 100, "eval_batches": 1,
        },
        "chat_rl": {
            "num_steps": 1, "questions": 1, "num_samples": 2, "max_tokens": 4,
            "conversations": 10, "eval_questions": 2,
        },
        "chat_eval": {"questions": 2, "max_tokens": 4},
        "chat_cli": {"max_tokens": 4},
        "speedrun": {"characters": 50_000},
    },
    # Two cores, five minutes, a corpus of our own.
    "cpu": {
        "tok_train": {"vocab_size": 512, "max_chars": 2_000_000, "single_digits": True},
        "base_train": {
            "depth": 4, "width": 128, "n_head": 4, "n_kv_head": 2, "sequence_len": 128,
            "micro_batch_size": 16, "batch_tokens": 16 * 128, "num_steps": 150,
            "muon_warmup_steps": 50, "eval_every": 75, "eval_tokens": 8 * 16 * 128,
            "sample_every": 0, "checkpoint_every": 75, "log_every": 10,
        },
        "mid_train": {
            "sequence_len": 128, "micro_batch_size": 16, "text_rows": 4,
            "batch_tokens": 16 * 128, "num_steps": 350, "checkpoint_every": 100,
            "conversations": 40_000,
        },
        "chat_sft": {
            "sequence_len": 128, "micro_batch_size": 16, "batch_tokens": 16 * 128,
            "num_steps": 150, "checkpoint_every": 75, "conversations": 40_000,
        },
        "chat_rl": {
            "num_steps": 15, "questions": 4, "num_samples": 8, "max_tokens": 40,
            "eval_every": 0, "eval_questions": 50,
        },
        "chat_eval": {"questions": 50, "max_tokens": 48},
        "chat_cli": {"max_tokens": 48},
    },
    # One GPU, an hour or two: the size of GPT-2.
    "d12": ON_GPUS | {
        "base_train": {"depth": 12, "width": 768, "n_head": 6, "n_kv_head": 6, "compile": True},
        "speedrun": {"public_shards": 64},
    },
    # Eight GPUs, some hours.
    "d20": ON_GPUS | {
        "base_train": {"depth": 20, "width": 1280, "n_head": 10, "n_kv_head": 10, "compile": True},
        "speedrun": {"public_shards": 240, "ranks": 8},
    },
}
DEFAULT_PRESET = "cpu"


def setting(default, meaning: str, *, free: bool = False):
    """A field of a settings class.

    Args:
        default: its value where no preset says otherwise.
        meaning: what --help says of it.
        free: whether a run may be resumed with another value, since it leaves the result alone.
    """
    return field(default=default, metadata={"meaning": meaning, "free": free})


class SharedSettings:
    """The root of settings that build on one another.

    A subclass that gives a setting another default keeps its meaning, and need not repeat it.
    """

    def __init_subclass__(cls):
        for name, known in getattr(cls, "__dataclass_fields__", {}).items():
            given = vars(cls).get(name, known)
            if not isinstance(given, Field):
                setattr(cls, name, field(default=given, metadata=known.metadata))


def check_at_least_one(settings, *names: str):
    """Raise ValueError if one of these settings is below 1; None says nothing of the kind."""
    for name in names:
        value = getattr(settings, name)
        if value is not None and value < 1:
            raise ValueError(f"--{name.replace('_', '-')} is {value}. Give 1 or more.")


def parse_settings(settings_type: type, stage: str, argv=None):
    """Read the settings of a script.

    Args:
        settings_type: a dataclass of `setting`s, annotated as str, int, float, bool, or one of them
            or None; a field `preset` gets the name of the preset. A ValueError that it raises on
            creation is shown as a wrong call.
        stage: name of the script, under which presets have values for it.
        argv: the command line; default: that of this process.

    Returns:
        A settings_type. A wrong command line ends the process with exit code 2.
    """
    presets = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    presets.add_argument("--preset", choices=PRESETS, default=DEFAULT_PRESET,
                         help="values that belong together (default: %(default)s)")
    preset = presets.parse_known_args(argv)[0].preset

    parser = argparse.ArgumentParser(
        prog=f"python -m nanochat.scripts.{stage}", usage="%(prog)s [options]",
        description=settings_type.__doc__, parents=[presets], allow_abbrev=False,
    )
    values = PRESETS[preset].get(stage, {})
    types = get_type_hints(settings_type)
    for item in fields(settings_type):
        if item.name != "preset":
            _add_option(parser, item, types[item.name], values.get(item.name, item.default))
    given = vars(parser.parse_args(argv))
    if "preset" not in types:
        del given["preset"]
    try:
        return settings_type(**given)
    except ValueError as error:
        parser.error(str(error))


def _add_option(parser, item, kind, default):
    """Add the option --some-name for the field some_name."""
    name = "--" + item.name.replace("_", "-")
    shown = "none" if default is None else "%(default)s"
    options = {"default": default, "help": f"{item.metadata['meaning']} (default: {shown})"}
    if kind is bool:
        parser.add_argument(name, action=argparse.BooleanOptionalAction, **options)
    else:
        kinds = [option for option in get_args(kind) if option is not NoneType]
        parser.add_argument(name, type=kinds[0] if kinds else kind, **options)


def settings_that_bind(settings):
    """The values that a run has to be resumed with, by name."""
    return {
        item.name: getattr(settings, item.name)
        for item in fields(settings) if not item.metadata["free"]
    }


def run_script(main, settings_type, stage: str):
    """Run a script for the command line: `main` is called with the settings it gives.

    End the process with exit code 0; 3, and a line that says why, if something is not there or not
    as it has to be.
    """
    settings = parse_settings(settings_type, stage)
    try:
        main(settings)
    except (OSError, ValueError) as error:
        print(f"{stage}: {error}", file=sys.stderr)
        sys.exit(3)
