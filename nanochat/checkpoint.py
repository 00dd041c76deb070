"""Checkpoints: a training run on disk, whole or not at all.

    <base folder>/checkpoints/RUN/step_000200/
        model.pt        the weights
        rank_0.pt       of each rank: states of its optimizers and random numbers, place in the data
        meta.json       everything else, and the sizes and checksums of the other files

A checkpoint is written into a hidden folder beside its destination and renamed when all of it has
reached the disk, so that a run that is killed leaves the checkpoints it had. Tensors are read
with `weights_only`: nothing in these files is ever executed.
"""

import hashlib
import json
import os
import re
import shutil
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from nanochat.base_dir import get_base_dir, write_atomically
from nanochat.checksums import sha256_of
from nanochat.distributed import barrier, is_main, rank, world_size
from nanochat.gpt import GPT, GPTConfig
from nanochat.settings import settings_that_bind

FOLDER = re.compile(r"step_(\d+)")
MODEL_FILE = "model.pt"
META_FILE = "meta.json"


@dataclass(frozen=True)
class Meta:
    """What there is to know about a checkpoint without opening its tensors."""

    step: int               # steps done, which is the number of the next step to run
    model_config: dict      # every field of GPTConfig
    tokenizer: str          # fingerprint
    world_size: int         # ranks of the run
    settings: dict          # of the script that trained
    metrics: dict           # what was measured last, by name, as numbers or None


def describe_run(step: int, model, *, tokenizer, settings, metrics):
    """The Meta of a run of this process group, after so many steps."""
    return Meta(
        step=step, model_config=asdict(model.config), world_size=world_size(), metrics=metrics,
        tokenizer=tokenizer_fingerprint(tokenizer), settings=settings_that_bind(settings),
    )


def get_run_dir(run: str):
    """The folder of a run, which holds its checkpoints and its log."""
    return get_base_dir() / "checkpoints" / run


def tokenizer_fingerprint(tokenizer):
    """A checksum that two tokenizers share only if they give every text the same ids."""
    digest = hashlib.sha256(tokenizer.pattern.encode())
    for token_id in range(tokenizer.get_vocab_size()):
        token = tokenizer.id_to_bytes(token_id)
        digest.update(len(token).to_bytes(4, "little") + token)
    return digest.hexdigest()


# -----------------------------------------------------------------------------
# Writing

def save_checkpoint(run_dir: Path, meta: Meta, *, model, optimizers=(), loader_state=None, keep=2):
    """Write a checkpoint, then remove the oldest ones of the run but `keep`.

    Every rank calls it. Returns the folder of the checkpoint.

    Args:
        model: a GPT, not compiled.
        optimizers: those of this rank.
        loader_state: `state_dict()` of this rank's loader.

    Raises:
        FileExistsError: there is a checkpoint of this step already.
        OSError: a file cannot be written. The checkpoints before are as they were.
    """
    final = run_dir / f"step_{meta.step:06d}"
    if final.exists():
        raise FileExistsError(f"{final}: this checkpoint exists already. Resume from it, or choose "
                              "another name for the run.")
    draft = run_dir / f".{final.name}.draft"
    draft.mkdir(parents=True, exist_ok=True)

    # Each rank knows its own part; the weights are the same everywhere.
    if is_main():
        _write_tensors(draft / MODEL_FILE, model.state_dict())
    _write_tensors(draft / f"rank_{rank()}.pt", {
        "optimizers": [optimizer.state_dict() for optimizer in optimizers],
        "loader": loader_state,
        "random": _random_state(),
    })
    barrier()

    if is_main():
        _write_meta(draft, meta)
        draft.rename(final)
        _sync_folder(run_dir)
        _remove_old(run_dir, keep)
    barrier()
    return final


def _write_tensors(path: Path, content):
    """Write to disk what torch can save."""
    with _explained_failure(path), path.open("wb") as file:
        torch.save(content, file)
        file.flush()
        os.fsync(file.fileno())


def _write_meta(draft: Path, meta: Meta):
    """Seals a draft by the list of its files, which is the last thing to be written."""
    names = [MODEL_FILE, *(f"rank_{number}.pt" for number in range(meta.world_size))]
    files = {
        name: {"bytes": (draft / name).stat().st_size, "sha256": sha256_of(draft / name)}
        for name in names
    }
    document = {**asdict(meta), "files": files}
    with _explained_failure(draft / META_FILE):
        write_atomically(draft / META_FILE, json.dumps(document, indent=1).encode() + b"\n")
    _sync_folder(draft)


@contextmanager
def _explained_failure(path: Path):
    """Turn a failure to write, which torch reports in its own way, into a helpful OSError."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        free = shutil.disk_usage(path.parent).free // 2**20
        raise OSError(f"{path}: this part of a checkpoint cannot be written ({error}). {free} MB "
                      "are free on its disk. Make room and resume: earlier checkpoints are "
                      "complete.") from error


def _sync_folder(folder: Path):
    """Make the disk remember which names are in a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_old(run_dir: Path, keep: int):
    """Leaves the newest checkpoints, and nothing of those that never were completed."""
    found = _folders_by_step(run_dir)
    for step in sorted(found)[:-keep]:
        folder = found[step]
        folder.rename(run_dir / f".{folder.name}.old")
    for leftover in run_dir.glob(".step_*"):
        shutil.rmtree(leftover)


def _random_state():
    """The states of torch's generators, of the CPU and of this rank's GPU."""
    cuda = torch.cuda.get_rng_state() if torch.cuda.is_available() else None
    return {"cpu": torch.get_rng_state(), "cuda": cuda}


# -----------------------------------------------------------------------------
# Finding

def _folders_by_step(run_dir: Path):
    """The complete checkpoints of a run, as {step: folder}."""
    found = {}
    for folder in run_dir.glob("step_*"):
        match = FOLDER.fullmatch(folder.name)
        if match and (folder / META_FILE).exists():
            found[int(match[1])] = folder
    return found


def checkpoint_steps(run_dir: Path):
    """The steps of which a run has a complete checkpoint, in ascending order."""
    return sorted(_folders_by_step(run_dir))


def find_checkpoint(run_dir: Path, step: int | None = None):
    """The folder of a checkpoint: that of a step, or the newest.

    Raises FileNotFoundError if there is none, or none of that step.
    """
    found = _folders_by_step(run_dir)
    if not found:
        raise FileNotFoundError(f"{run_dir}: there is no complete checkpoint here. Train this run "
                                "first, or name another one.")
    if step is None:
        return found[max(found)]
    if step not in found:
        present = ", ".join(map(str, sorted(found)))
        raise FileNotFoundError(f"{run_dir}: there is no checkpoint of step {step}. "
                                f"Choose one of {present}.")
    return found[step]


# -----------------------------------------------------------------------------
# Reading

def read_meta(checkpoint: Path):
    """The Meta of a checkpoint, whose files are all there and undamaged.

    Raises ValueError, which names the file, if anything is not as it was written.
    """
    path = checkpoint / META_FILE
    try:
        document = json.loads(path.read_bytes())
        files = document.pop("files")
        meta = Meta(**document)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{path}: not the description of a checkpoint ({error!r}). "
                         f"{_NEXT_STEP}") from error
    for name, expected in files.items():
        _check_file(checkpoint / name, expected["bytes"], expected["sha256"])
    return meta


def load_model(checkpoint: Path, tokenizer=None, device="cpu"):
    """The model of a checkpoint, as it was saved.

    Args:
        tokenizer: what is going to be used with it; None if nothing is.

    Returns:
        (GPT, Meta).

    Raises:
        ValueError: the checkpoint is damaged, or was trained with another tokenizer.
    """
    meta = read_meta(checkpoint)
    if tokenizer is not None:
        check_tokenizer(checkpoint, meta, tokenizer)
    model = GPT(GPTConfig(**meta.model_config))
    model.load_state_dict(_read_tensors(checkpoint / MODEL_FILE))
    return model.to(device), meta


def resume(checkpoint: Path, *, model, optimizers, tokenizer):
    """Put a run back to where it was saved: weights, optimizers and random numbers.

    Every rank calls it.

    Returns:
        (Meta, loader_state): the rest of what the caller saved.

    Raises:
        ValueError: the checkpoint is damaged, or is not of this model, tokenizer and number of
            ranks.
    """
    meta = read_meta(checkpoint)
    check_tokenizer(checkpoint, meta, tokenizer)
    check_same(checkpoint, "model", saved=meta.model_config, given=asdict(model.config))
    check_same(checkpoint, "run", saved={"world_size": meta.world_size},
               given={"world_size": world_size()})

    model.load_state_dict(_read_tensors(checkpoint / MODEL_FILE))
    own = _read_tensors(checkpoint / f"rank_{rank()}.pt")
    for optimizer, state in zip(optimizers, own["optimizers"], strict=True):
        optimizer.load_state_dict(state)

    torch.set_rng_state(own["random"]["cpu"])
    if own["random"]["cuda"] is not None and torch.cuda.is_available():
        torch.cuda.set_rng_state(own["random"]["cuda"])
    return meta, own["loader"]


def start_or_resume(settings, run_dir, *, model, optimizers, tokenizer):
    """Put everything where the run stands: at its beginning, or at its newest checkpoint.

    Returns:
        (first step to run, state of the loader or None, metrics so far, none at the beginning).

    Raises:
        FileExistsError: a new run would mix its checkpoints with those of another.
    """
    if settings.resume:
        checkpoint = find_checkpoint(run_dir)
        check_same(checkpoint, "run", saved=read_meta(checkpoint).settings,
                   given=settings_that_bind(settings))
        meta, loader_state = resume(checkpoint, model=model, optimizers=optimizers,
                                    tokenizer=tokenizer)
        return meta.step, loader_state, meta.metrics

    steps = checkpoint_steps(run_dir)
    if steps:
        raise FileExistsError(f"{run_dir}: this run has a checkpoint of step {steps[-1]} already. "
                              "Go on with --resume, choose another name with --run-name, or "
                              "remove the folder.")
    return 0, None, {}


def check_tokenizer(checkpoint: Path, meta: Meta, tokenizer):
    """Raise ValueError unless the checkpoint was trained with this very tokenizer."""
    found = tokenizer_fingerprint(tokenizer)
    if found != meta.tokenizer:
        raise ValueError(
            f"{checkpoint}: trained with tokenizer {meta.tokenizer[:12]} for a vocabulary of "
            f"{meta.model_config['vocab_size']}, but this is tokenizer {found[:12]} with "
            f"{tokenizer.get_vocab_size()} tokens. Restore the tokenizer of the run, or train anew."
        )


def check_same(checkpoint: Path, what: str, *, saved: dict, given: dict):
    """Raise ValueError, which lists the differences, unless two sets of values are equal."""
    differences = [
        f"{name} is {given.get(name)!r} but was {saved.get(name)!r}"
        for name in [*saved, *(given.keys() - saved.keys())]
        if saved.get(name) != given.get(name)
    ]
    if differences:
        raise ValueError(f"{checkpoint}: not of this {what}: {', '.join(differences)}. "
                         "Resume with the values of the first run, or choose another name for "
                         "this one.")


_NEXT_STEP = "Restore the file, or remove this checkpoint and resume from the one before."


def _check_file(path: Path, num_bytes: int, sha256: str):
    """Raise ValueError unless the file has this size and checksum."""
    if not path.exists():
        raise ValueError(f"{path}: this part of the checkpoint is missing. {_NEXT_STEP}")
    size = path.stat().st_size
    if size != num_bytes:
        raise ValueError(f"{path}: {size} bytes long, but {num_bytes} were written. {_NEXT_STEP}")
    found = sha256_of(path)
    if found != sha256:
        raise ValueError(f"{path}: damaged, its checksum is {found[:12]} and not {sha256[:12]}. "
                         f"{_NEXT_STEP}")


def _read_tensors(path: Path):
    """What `_write_tensors` wrote, on the CPU."""
    return torch.load(path, map_location="cpu", weights_only=True)
