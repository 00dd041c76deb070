"""From nothing to a model that chats, as in `python -m nanochat.scripts.speedrun`.

Every stage is a script of its own, run with the values of the preset: text, tokenizer, base model,
midtraining, tuning on conversations, reinforcement learning, examination, a chat. The page with the
results is `speedrun.html` in the base folder. A run that was killed goes on, when it is started
again, with the stage that it was in; a stage that trains, from its newest checkpoint.
"""

import json
import os
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass

from nanochat.base_dir import get_base_dir, write_atomically
from nanochat.checkpoint import checkpoint_steps, get_run_dir
from nanochat.results_page import write_results_page
from nanochat.run_log import duration
from nanochat.settings import DEFAULT_PRESET, run_script, setting

RECORD_FILE = "speedrun.json"
PAGE_FILE = "speedrun.html"
RUNS = {"base_train": "base", "mid_train": "mid", "chat_sft": "sft", "chat_rl": "rl"}
ON_EVERY_RANK = {*RUNS, "chat_eval"}
QUESTIONS = ("Hello! My name is Anna.", "What is 47 plus 35?", "How much is 123 minus 45?")


@dataclass(frozen=True)
class Settings:
    """Go from nothing to a model that chats."""

    preset: str = setting(DEFAULT_PRESET, "values that belong together")
    ranks: int = setting(1, "processes that train together, one for each GPU")
    public_shards: int = setting(0, "shards of public text to download; 0: make a corpus")
    characters: int = setting(3_000_000, "size of the corpus that is made")

    def __post_init__(self):
        if self.ranks < 1 or self.public_shards < 0:
            raise ValueError("--ranks has to be 1 or more, --public-shards 0 or more.")


def commands_of(settings):
    """What each stage runs, in order, as {stage: list of arguments}."""
    if settings.public_shards:
        text = ["download", "--shards", str(settings.public_shards)]
    else:
        text = ["make_corpus", "--characters", str(settings.characters)]

    stages = {"text": _command(text)}
    for script in ("tok_train", *RUNS, "chat_eval"):
        ranks = settings.ranks if script in ON_EVERY_RANK else 1
        stages[script] = _command([script, "--preset", settings.preset], ranks)
    stages["chat"] = _command(["chat_cli", "--preset", settings.preset, "--temperature", "0"])
    return stages


def _command(script_and_options, ranks: int = 1):
    """The command line of a script of nanochat, on so many ranks."""
    script, *options = script_and_options
    launcher = [] if ranks == 1 else ["torch.distributed.run", "--nproc-per-node", str(ranks), "-m"]
    return [sys.executable, "-m", *launcher, f"nanochat.scripts.{script}", *options]


def read_record(path, settings):
    """What is known of the stages that are done, as {stage: {...}}.

    Raises ValueError if they were run with other values.
    """
    if not path.exists():
        return {}
    record = json.loads(path.read_bytes())
    if record["preset"] != settings.preset:
        raise ValueError(f"{path}: this folder holds a run of preset {record['preset']!r}, and not "
                         f"of {settings.preset!r}. Go on with that, or choose another folder in "
                         "NANOCHAT_BASE_DIR.")
    return record["stages"]


def run_stage(stage: str, command):
    """Run a stage to its end. Return what is to be recorded of it.

    Raise OSError, which says how to go on, if it fails.
    """
    if stage in RUNS and checkpoint_steps(get_run_dir(RUNS[stage])):
        command = [*command, "--resume"]
    print(f"\n== {stage}: {shlex.join(command[2:])}", flush=True)

    talk = "\n".join(QUESTIONS) + "\n" if stage == "chat" else None
    wall, cpu = time.perf_counter(), _cpu_seconds()
    done = subprocess.run(command, input=talk, text=True, check=False,
                          stdout=subprocess.PIPE if talk else None)
    if done.returncode != 0:
        raise OSError(f"stage {stage!r} ended with exit code {done.returncode}. When what it says "
                      "above is mended, start the speedrun again: it goes on with this stage.")

    result = {"wall_seconds": time.perf_counter() - wall, "cpu_seconds": _cpu_seconds() - cpu}
    if talk:
        result["chat"] = list(zip(QUESTIONS, done.stdout.splitlines(), strict=False))
        print("\n".join(f"> {question}\n{answer}" for question, answer in result["chat"]))
    return result


def _cpu_seconds():
    """Time that all stages so far have spent on all cores together."""
    used = os.times()
    return used.children_user + used.children_system


def main(settings: Settings):
    """Run the stages that are not done yet, then write the page. Return its path."""
    base_dir = get_base_dir()
    record_path = base_dir / RECORD_FILE
    stages = read_record(record_path, settings)
    for stage, command in commands_of(settings).items():
        if stage not in stages:
            stages[stage] = run_stage(stage, command)
            document = {"preset": settings.preset, "stages": stages}
            write_atomically(record_path, json.dumps(document, indent=1).encode() + b"\n")

    page = write_results_page(base_dir / PAGE_FILE, settings.preset, stages)
    total = sum(stage["wall_seconds"] for stage in stages.values())
    print(f"\nFrom nothing to a model that chats in {duration(total)}. The results are in {page}")
    return page


if __name__ == "__main__":
    run_script(main, Settings, "speedrun")
