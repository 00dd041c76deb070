"""Whole runs of base_train on a small corpus: interrupted, divided, compiled, misled."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from base_folders import base_dir_at, copy_of

from nanochat import training_run
from nanochat.checkpoint import checkpoint_steps, find_checkpoint, load_model, read_meta
from nanochat.gpt import GPT
from nanochat.run_log import PICTURE_FILE, read_log
from nanochat.scripts import base_train, tok_train
from nanochat.scripts.base_train import Settings
from nanochat.tokenizer import get_tokenizer

SMALL = Settings(
    depth=1, width=16, n_head=2, n_kv_head=1, sequence_len=16, micro_batch_size=2,
    batch_tokens=64, num_steps=6, warmup_ratio=0.3, muon_warmup_steps=5, eval_every=2,
    eval_tokens=96, sample_every=0, checkpoint_every=3, keep_checkpoints=5, log_every=1,
)  # fmt: skip


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A base folder with a corpus of counted sheep and a tokenizer trained on it."""
    with base_dir_at(tmp_path_factory.mktemp("base")) as base_dir:
        (base_dir / "base_data").mkdir()
        for shard in range(2):
            texts = [f"{i + shard} sheep jump over {i * i} fences." for i in range(200)]
            path = base_dir / "base_data" / f"sheep_{shard:05d}.parquet"
            pq.write_table(pa.table({"text": texts}), path, row_group_size=20)
        tok_train.main(tok_train.Settings(vocab_size=300))
    return base_dir


@pytest.fixture(scope="module")
def trained(prepared, tmp_path_factory):
    """The prepared folder after a run."""
    with copy_of(prepared, tmp_path_factory.mktemp("trained")) as folder:
        base_train.main(SMALL)
    return folder


@pytest.fixture
def after_run(trained, tmp_path):
    """A copy of that, for this test alone, as the base folder; yields the folder of the run."""
    with copy_of(trained, tmp_path) as folder:
        yield folder / "checkpoints" / "base"


def tensors_of(run_dir):
    """Weights and states of optimizers of the newest checkpoint, in a flat list."""
    found = []

    def collect(value):
        if isinstance(value, torch.Tensor):
            found.append(value)
        elif isinstance(value, dict):
            for key in sorted(value, key=str):
                collect(value[key])
        elif isinstance(value, list | tuple):
            for item in value:
                collect(item)

    for path in sorted(find_checkpoint(run_dir).glob("*.pt")):
        collect(torch.load(path, weights_only=True))
    return found


def without_times(records):
    """Records of a log, less what another run cannot repeat."""
    times = ("tokens_per_second", "utilization", "seconds_left")
    return [{k: v for k, v in record.items() if k not in times} for record in records]


def test_resumed_run_equals_an_uninterrupted_one(after_run):
    """Weights, moments, losses and metrics are the same to the last bit."""
    expected, log = tensors_of(after_run), read_log(after_run / "log.jsonl")
    metrics = read_meta(find_checkpoint(after_run)).metrics
    assert checkpoint_steps(after_run) == [3, 6]

    shutil.rmtree(after_run / "step_000006")
    assert base_train.main(replace(SMALL, resume=True)) == metrics
    resumed = tensors_of(after_run)
    assert all(torch.equal(a, b) for a, b in zip(expected, resumed, strict=True))
    assert without_times(read_log(after_run / "log.jsonl")) == without_times(log)


def test_run_ends_with_a_picture_of_its_losses(after_run):
    """A PNG beside the log."""
    pytest.importorskip("matplotlib", reason="the extra 'plot' is not installed")
    assert (after_run / PICTURE_FILE).read_bytes().startswith(b"\x89PNG")


def test_run_teaches_the_model_something(base_dir):
    """It starts from knowing nothing, and ends on the checkpoint that is loaded by default."""
    metrics = base_train.main(replace(SMALL, num_steps=20))
    losses = [r["loss"] for r in read_log(base_dir / "checkpoints/base/log.jsonl") if "loss" in r]
    vocab_size = get_tokenizer().get_vocab_size()
    assert losses[0] == pytest.approx(torch.log(torch.tensor(vocab_size)).item(), rel=1e-4)
    assert losses[-1] < 0.8 * losses[0]
    _, meta = load_model(find_checkpoint(base_dir / "checkpoints/base"), get_tokenizer())
    assert meta.step == 20
    assert meta.metrics == metrics


def steps_seen(settings):
    """For each step of a run: learning rates, momentum, tokens; and how many batches were read."""
    seen, batches = [], []
    step, loader = training_run.training_step, base_train.tokenizing_distributed_data_loader

    def spy_step(model, optimizers, micro_batches, **kwargs):
        rates = [group["lr"] for optimizer in optimizers for group in optimizer.param_groups]
        tokens = torch.cat([inputs.flatten() for inputs, _ in micro_batches]).tolist()
        seen.append((rates, optimizers[1].param_groups[0]["momentum"], tokens))
        return step(model, optimizers, micro_batches, **kwargs)

    class SpyLoader:
        def __init__(self, B, T, split, **kwargs):
            self.split, self.loader = split, loader(B, T, split, **kwargs)
            self.state_dict = self.loader.state_dict

        def __iter__(self):
            return self

        def __next__(self):
            batches.append(self.split)
            return next(self.loader)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training_run, "training_step", spy_step)
        patch.setattr(base_train, "tokenizing_distributed_data_loader", SpyLoader)
        base_train.main(settings)
    return seen, batches


@pytest.mark.usefixtures("base_dir")
def test_schedule_and_data_do_not_depend_on_micro_batches():
    """A step of 64 tokens is the same in one piece, two, or four."""
    runs = [
        steps_seen(replace(SMALL, run_name=f"by {rows}", micro_batch_size=rows))[0]
        for rows in (4, 2, 1)
    ]
    assert runs[0] == runs[1] == runs[2]


@pytest.mark.usefixtures("base_dir")
def test_run_takes_its_steps_and_reads_nothing_beyond():
    """6 steps of 2 micro-batches; evaluations, one of 3 batches after each second step, aside."""
    seen, batches = steps_seen(SMALL)
    assert len(seen) == 6
    assert batches.count("train") == 12
    assert batches.count("val") == 9
    rates = [rates[0] for rates, _, _ in seen]
    assert rates[0] > 0
    assert max(rates) == rates[2]


@pytest.mark.usefixtures("base_dir")
def test_samples_come_from_the_model_that_is_not_compiled(monkeypatch):
    """Texts of many lengths would have it compiled again and again; training uses the other."""
    compiled, sampled = [], []

    def fake_compile(model, **_):
        def call(*args, **kwargs):
            compiled.append(args[0].shape)
            return model(*args, **kwargs)

        call.__dict__.update(
            zero_grad=model.zero_grad,
            parameters=model.parameters,
            get_device=model.get_device,
            config=model.config,
        )
        return call

    monkeypatch.setattr(torch, "compile", fake_compile)
    monkeypatch.setattr(base_train, "print_samples", lambda model, _: sampled.append(type(model)))
    base_train.main(replace(SMALL, compile=True, num_steps=2, sample_every=1))
    assert sampled == [GPT, GPT]
    assert set(compiled) == {torch.Size([2, 16])}


def test_metrics_are_there_when_no_evaluation_ran_before(base_dir):
    """The checkpoint of step 3 comes before the only evaluation, at the end."""
    base_train.main(replace(SMALL, eval_every=0))
    shutil.rmtree(base_dir / "checkpoints/base/step_000006")
    metrics = base_train.main(replace(SMALL, eval_every=0, resume=True))
    assert metrics["best_val_bpb"] == metrics["val_bpb"] > 0


def test_best_value_survives_a_resumption(after_run):
    """A worse evaluation after it does not become the best."""
    shutil.rmtree(after_run / "step_000006")
    meta_file = after_run / "step_000003" / "meta.json"
    meta = json.loads(meta_file.read_text())
    meta["metrics"]["best_val_bpb"] = 0.001
    meta_file.write_text(json.dumps(meta))
    assert base_train.main(replace(SMALL, resume=True))["best_val_bpb"] == 0.001


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        pytest.param({}, FileExistsError, "checkpoint of step 6 already. Go on with", id="anew"),
        pytest.param(
            {"resume": True, "matrix_lr": 0.5}, ValueError, "matrix_lr is 0.5 but", id="other rate"
        ),
        pytest.param({"resume": True, "depth": 2}, ValueError, "depth is 2 but was 1", id="deeper"),
        pytest.param(
            {"resume": True, "run_name": "x"},
            FileNotFoundError,
            "no complete checkpoint",
            id="no run",
        ),
    ],
)
def test_runs_are_not_mixed_up(after_run, changes, error, message):
    """Each refusal says what to do, and leaves the checkpoints alone."""
    with pytest.raises(error, match=message):
        base_train.main(replace(SMALL, **changes))
    assert checkpoint_steps(after_run) == [3, 6]


@pytest.mark.usefixtures("after_run")
def test_tokenizer_of_another_run_is_refused():
    """It would give every token another meaning."""
    tok_train.main(tok_train.Settings(vocab_size=300, max_chars=500))
    with pytest.raises(ValueError, match=r"trained with tokenizer .* Restore the tokenizer"):
        base_train.main(replace(SMALL, resume=True))


def command(*extra, ranks=None):
    """The command line of a small run, as a user types it."""
    names = ("resume", "compile")
    options = [
        f"--{name.replace('_', '-')}={value}"
        for name, value in vars(SMALL).items()
        if value is not None and name not in names
    ]
    module = ["-m", "nanochat.scripts.base_train", *options, *extra]
    if ranks is None:
        return [sys.executable, *module]
    launcher = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={ranks}"]
    return [sys.executable, *launcher, *module]


@pytest.mark.slow
def test_two_ranks_under_torchrun_train_and_resume(base_dir):
    """They end as they would have without the interruption; each keeps a part of the state."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    run = {"env": environment, "check": True, "timeout": 120, "capture_output": True}
    subprocess.run(command("--device=cpu", ranks=2), **run)
    run_dir = base_dir / "checkpoints" / "base"
    names = {"meta.json", "model.pt", "rank_0.pt", "rank_1.pt"}
    assert {path.name for path in find_checkpoint(run_dir).iterdir()} == names
    expected = tensors_of(run_dir)

    shutil.rmtree(run_dir / "step_000006")
    subprocess.run(command("--device=cpu", "--resume", ranks=2), **run)
    assert all(torch.equal(a, b) for a, b in zip(expected, tensors_of(run_dir), strict=True))


@pytest.mark.slow
def test_killed_run_resumes_to_the_same_end(base_dir):
    """Killed by the system in the middle, not asked to stop."""
    base_train.main(replace(SMALL, run_name="whole", device="cpu"))
    environment = {**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads())}
    piped = {"env": environment, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command("--device=cpu"), **piped) as process:
        for line in process.stdout:
            if re.match("step 4/6", line):
                process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL

    base_train.main(replace(SMALL, resume=True, device="cpu"))
    whole, resumed = (tensors_of(base_dir / "checkpoints" / name) for name in ("whole", "base"))
    assert all(torch.equal(a, b) for a, b in zip(whole, resumed, strict=True))
