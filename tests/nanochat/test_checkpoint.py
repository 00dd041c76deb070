"""Checkpoints: whole or not at all, and refused wherever they do not belong."""

import json
import os
import pkgutil
import resource
import signal
from contextlib import contextmanager
from dataclasses import asdict, replace

import pytest
import torch
from tiny_gpt import random_batch, random_gpt

from nanochat import checkpoint as checkpoints
from nanochat.checkpoint import (
    Meta,
    checkpoint_steps,
    find_checkpoint,
    load_model,
    read_meta,
    resume,
    save_checkpoint,
    tokenizer_fingerprint,
)
from nanochat.tokenizer import RustBPETokenizer
from nanochat.training import training_step

TOKENIZER = RustBPETokenizer([bytes([value]) for value in range(256)], r"\w+|\W+")
OTHER_TOKENIZER = RustBPETokenizer([bytes([value]) for value in range(255, -1, -1)], r"\w+|\W+")
VOCAB_SIZE = TOKENIZER.get_vocab_size()


def trained(seed=0, steps=1, **shape):
    """A model and its optimizers after some steps."""
    model = random_gpt(seed, vocab_size=VOCAB_SIZE, **shape)
    optimizers = model.setup_optimizers()
    for step in range(steps):
        training_step(model, optimizers, [random_batch(step, rows=2, vocab_size=VOCAB_SIZE)])
    return model, optimizers


def meta_of(model, step):
    """A Meta for a model of these tests."""
    return Meta(
        step=step,
        model_config=asdict(model.config),
        tokenizer=tokenizer_fingerprint(TOKENIZER),
        world_size=1,
        settings={"matrix_lr": 0.02},
        metrics={"val_bpb": 1.5, "best_val_bpb": None},
    )


def save(run_dir, step, model=None, **kwargs):
    """Save a checkpoint of a model, by default some model."""
    model = model or random_gpt(step, vocab_size=VOCAB_SIZE)
    return save_checkpoint(run_dir, meta_of(model, step), model=model, **kwargs)


def test_model_comes_back_with_every_field_of_its_shape(tmp_path):
    """Every field of the configuration differs from its default, and the logits are the same."""
    shape = {"sequence_len": 24, "n_layer": 3, "n_head": 4, "n_kv_head": 2, "n_embd": 32}
    model = random_gpt(vocab_size=VOCAB_SIZE, **shape)
    loaded, meta = load_model(save(tmp_path, 7, model), TOKENIZER)
    inputs, _ = random_batch(0, rows=2, vocab_size=VOCAB_SIZE, T=24)
    assert loaded.config == model.config
    assert meta == meta_of(model, 7)
    assert torch.equal(loaded(inputs), model(inputs))


def test_resumed_training_takes_the_very_same_steps(tmp_path):
    """Weights and moments agree bit by bit after further steps, and so do random numbers."""
    model, optimizers = trained(steps=2)
    path = save(tmp_path, 2, model, optimizers=optimizers, loader_state={"token": 5})
    expected_numbers = torch.rand(3)

    other, other_optimizers = trained(seed=1, steps=1)
    _, loader_state = resume(path, model=other, optimizers=other_optimizers, tokenizer=TOKENIZER)
    assert torch.equal(torch.rand(3), expected_numbers)
    assert loader_state == {"token": 5}
    for seed in range(2):
        micro_batches = [random_batch(seed, rows=2, vocab_size=VOCAB_SIZE)]
        training_step(model, optimizers, micro_batches)
        training_step(other, other_optimizers, micro_batches)
    for a, b in zip(model.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b)


def test_newest_checkpoint_is_found_by_number(tmp_path):
    """10 comes after 9, also in names without zeros, and other files are in nobody's way."""
    for name in ("step_9", "step_10", "step_000002", "step_11_backup", "step_12.old", "step_x"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "meta.json").touch()
    (tmp_path / "step_99").mkdir()
    (tmp_path / "log.jsonl").touch()
    assert checkpoint_steps(tmp_path) == [2, 9, 10]
    assert find_checkpoint(tmp_path) == tmp_path / "step_10"
    assert find_checkpoint(tmp_path, 2) == tmp_path / "step_000002"


@pytest.mark.parametrize("keep", [1, 2, 5], ids=str)
def test_old_checkpoints_go_when_new_ones_are_complete(tmp_path, keep):
    """The newest stay."""
    for step in (5, 10, 15):
        save(tmp_path, step, keep=keep)
    assert checkpoint_steps(tmp_path) == [5, 10, 15][-keep:]
    assert not list(tmp_path.glob(".*"))


def test_existing_checkpoint_is_not_written_over(tmp_path):
    """Another run of the same name must not take the place of the first."""
    save(tmp_path, 5)
    with pytest.raises(FileExistsError, match=r"step_000005: this checkpoint exists already"):
        save(tmp_path, 5)


KILLS = {
    "at the start of the weights": ("torch.save", 1),
    "at the start of the optimizers": ("torch.save", 2),
    "before the weights reach the disk": ("os.fsync", 1),
    "before the optimizers reach the disk": ("os.fsync", 2),
    "before the description reaches the disk": ("os.fsync", 3),
    "before the draft is renamed": ("pathlib.Path.rename", 1),
    "before an old checkpoint is put aside": ("pathlib.Path.rename", 2),
    "before an old checkpoint is deleted": ("shutil.rmtree", 1),
}


def kill_at_call(monkeypatch, function, number):
    """Make the n-th call of a function the end of this process."""
    calls, original = [], pkgutil.resolve_name(function)

    def call(*args, **kwargs):
        calls.append(args)
        if len(calls) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)

    monkeypatch.setattr(function, call)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("moment", KILLS)
def test_kill_at_any_moment_leaves_a_checkpoint_that_loads(tmp_path, monkeypatch, moment):
    """A process that is killed while it saves step 2 leaves step 1, or both; saving again works."""
    first = save(tmp_path, 1, keep=1)
    child = os.fork()
    if child == 0:
        torch.set_num_threads(1)
        kill_at_call(monkeypatch, *KILLS[moment])
        save(tmp_path, 2, keep=1)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL

    newest = find_checkpoint(tmp_path)
    step = 1 if newest == first else 2
    loaded, _ = load_model(newest, TOKENIZER)
    expected = random_gpt(step, vocab_size=VOCAB_SIZE)
    assert torch.equal(loaded.lm_head.weight, expected.lm_head.weight)
    save(tmp_path, 3, keep=1)
    assert [entry.name for entry in tmp_path.iterdir()] == ["step_000003"]


@contextmanager
def small_disk(size):
    """Limit the size of files, which fails a write as a full disk does; pytest's own log is one."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("size", [100, 5_000, 20_000], ids="{} bytes".format)
def test_full_disk_is_explained_and_costs_no_checkpoint(tmp_path, size):
    """The error names the file and what to do; what was there before still loads."""
    first = save(tmp_path, 1, keep=1)
    message = r"step_000002.*/model.pt: .* cannot be written .* Make room"
    with pytest.raises(OSError, match=message), small_disk(size):
        save(tmp_path, 2, keep=1)
    assert find_checkpoint(tmp_path) == first
    load_model(first, TOKENIZER)


def test_full_disk_at_the_description_is_explained_too(tmp_path, monkeypatch):
    """The last small file can be the one that does not fit."""

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints, "write_atomically", full)
    with pytest.raises(OSError, match=r"meta.json: .* No space left on device.* Make room"):
        save(tmp_path, 1)
    assert checkpoint_steps(tmp_path) == []


def flip_a_byte(path):
    """Change one byte in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def forget(name):
    """A function that removes a field of a description."""

    def edit(path):
        document = json.loads(path.read_text())
        del document[name]
        path.write_text(json.dumps(document))

    return edit


@pytest.mark.parametrize(
    ("file", "damage", "message"),
    [
        pytest.param(
            "model.pt",
            lambda path: os.truncate(path, 1000),
            r"model.pt: 1000 bytes long, but \d+ were written",
            id="truncated",
        ),
        pytest.param("model.pt", flip_a_byte, "model.pt: damaged, its checksum is", id="flipped"),
        pytest.param(
            "rank_0.pt", os.remove, "rank_0.pt: this part .* is missing", id="part missing"
        ),
        pytest.param(
            "meta.json",
            lambda path: os.truncate(path, 40),
            "meta.json: not the description of a checkpoint",
            id="description truncated",
        ),
        pytest.param(
            "meta.json", forget("metrics"), "meta.json: not the desc.*metrics", id="field missing"
        ),
        pytest.param(
            "meta.json", forget("files"), "meta.json: not the desc.*files", id="list missing"
        ),
    ],
)
def test_damage_is_named_with_the_next_step(tmp_path, file, damage, message):
    """Nothing that differs from what was written is loaded."""
    path = save(tmp_path, 1)
    damage(path / file)
    with pytest.raises(ValueError, match=message + r".*(?s:.)*resume from the one before"):
        load_model(path, TOKENIZER)


def test_missing_checkpoints_are_named(tmp_path):
    """An empty run, and a step that a run does not have."""
    with pytest.raises(FileNotFoundError, match=r"nothing: there is no complete checkpoint here"):
        find_checkpoint(tmp_path / "nothing")
    save(tmp_path, 5)
    save(tmp_path, 10)
    with pytest.raises(FileNotFoundError, match=r"no checkpoint of step 7. Choose one of 5, 10"):
        find_checkpoint(tmp_path, 7)


def test_model_of_another_tokenizer_is_refused(tmp_path):
    """Vocabularies of one size may still disagree about every id."""
    path = save(tmp_path, 1)
    with pytest.raises(ValueError, match=r"step_000001: trained with tokenizer \w{12} .* Restore"):
        load_model(path, OTHER_TOKENIZER)


def test_fingerprint_tells_patterns_and_tokens_apart():
    """The same bytes split by another pattern are another tokenizer."""
    pattern = RustBPETokenizer(TOKENIZER.tokens, r".|\n")
    again = RustBPETokenizer(list(TOKENIZER.tokens), TOKENIZER.pattern)
    fingerprints = [tokenizer_fingerprint(each) for each in (TOKENIZER, OTHER_TOKENIZER, pattern)]
    assert len(set(fingerprints)) == 3
    assert tokenizer_fingerprint(again) == fingerprints[0]


def test_resuming_another_model_is_refused(tmp_path):
    """The error lists each difference with both values."""
    path = save(tmp_path, 1)
    model, optimizers = trained(n_layer=3, n_kv_head=2)
    message = r"n_layer is 3 but was 2, n_kv_head is 2 but was 1\. Resume with the values"
    with pytest.raises(ValueError, match=message):
        resume(path, model=model, optimizers=optimizers, tokenizer=TOKENIZER)


def test_resuming_with_other_ranks_is_refused(tmp_path, monkeypatch):
    """The states of optimizers are divided by the ranks that there were."""
    model, optimizers = trained()
    path = save(tmp_path, 1, model, optimizers=optimizers)
    monkeypatch.setattr(checkpoints, "world_size", lambda: 4)
    with pytest.raises(ValueError, match="world_size is 4 but was 1"):
        resume(path, model=model, optimizers=optimizers, tokenizer=TOKENIZER)


def test_metrics_survive_as_they_were(tmp_path):
    """Numbers to the last digit, and None for what was never measured."""
    model = random_gpt(vocab_size=VOCAB_SIZE)
    meta = replace(meta_of(model, 3), metrics={"best": 0.1 + 0.2, "last": None})
    assert read_meta(save_checkpoint(tmp_path, meta, model=model)).metrics == meta.metrics


def test_nothing_in_a_checkpoint_is_executed(tmp_path):
    """A file that unpickling would run is refused by torch, checksums or not."""

    class Exploit:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "executed"),)

    torch.save({"lm_head.weight": Exploit()}, tmp_path / "model.pt")
    with pytest.raises(Exception, match="weights_only"):
        checkpoints._read_tensors(tmp_path / "model.pt")
    assert not (tmp_path / "executed").exists()
