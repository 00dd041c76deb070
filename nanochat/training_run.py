"""A run: what it is told, where it stands, and the steps from there to its end.

Stages differ in what they train and in what they learn from. What they share is here: settings,
checkpoints, the log, and, for those that learn from batches of tokens, the steps themselves.
"""

from dataclasses import asdict, dataclass
from itertools import islice

import torch

from nanochat.checkpoint import (
    describe_run,
    find_checkpoint,
    get_run_dir,
    save_checkpoint,
    start_or_resume,
)
from nanochat.distributed import is_main, say, world_size
from nanochat.run_log import Pace, RunLog, draw_losses, progress_line
from nanochat.settings import SharedSettings, check_at_least_one, setting
from nanochat.training import is_due, micro_batches_per_step, set_schedule, training_step


@dataclass(frozen=True)
class RunSettings(SharedSettings):
    """What every run can be told."""

    run_name: str = setting("run", "name of the run, and of its folder")
    resume: bool = setting(False, "go on from the newest checkpoint of the run", free=True)
    device: str = setting("auto", "cuda, mps, cpu, or auto for the best there is", free=True)

    num_steps: int = setting(500, "steps to train")
    micro_batch_size: int = setting(32, "rows that fit on a device at a time")

    embedding_lr: float = setting(0.2, "learning rate of the embedding, at a width of 768")
    unembedding_lr: float = setting(0.004, "learning rate of the unembedding, at a width of 768")
    matrix_lr: float = setting(0.02, "learning rate of the matrices of the blocks")
    max_norm: float | None = setting(1.0, "longest gradient allowed")
    warmup_ratio: float = setting(0.0, "part of the run in which learning rates rise")
    warmdown_ratio: float = setting(0.5, "part of the run in which learning rates fall")
    final_fraction: float = setting(0.0, "what is left of the learning rates at the end")
    muon_warmup_steps: int = setting(100, "steps in which the momentum of Muon rises")

    eval_every: int = setting(100, "steps between evaluations; 0: at the end only", free=True)
    checkpoint_every: int = setting(0, "steps between checkpoints; 0: one at the end", free=True)
    keep_checkpoints: int = setting(2, "checkpoints to keep", free=True)

    def __post_init__(self):
        check_at_least_one(self, "num_steps", "micro_batch_size", "keep_checkpoints")

    def learning_rates(self):
        """What the optimizers of a model are made with."""
        return {
            "unembedding_lr": self.unembedding_lr, "embedding_lr": self.embedding_lr,
            "matrix_lr": self.matrix_lr,
        }


@dataclass(frozen=True)
class BatchSettings(RunSettings):
    """What a run that learns from batches of tokens can be told."""

    compile: bool = setting(False, "compile the model, which pays off on GPUs", free=True)
    sequence_len: int = setting(2048, "tokens in a row")
    batch_tokens: int = setting(524288, "tokens of a step, over all ranks")
    log_every: int = setting(10, "steps between lines of the log", free=True)

    def __post_init__(self):
        super().__post_init__()
        check_at_least_one(self, "sequence_len", "log_every")


class Run:
    """A run of this process group, put to where it stands.

    Args:
        settings: a RunSettings.
        num_steps: its length.
        model, optimizers: what is trained. Those of a run that goes on are filled from its newest
            checkpoint.
        tokenizer: what the model was, or is going to be, trained with.

    Attributes:
        first_step: the first step to take.
        loader_state: where the batches of that step begin; None at the beginning.
        metrics: what was measured last, by name.

    Raises:
        FileExistsError, FileNotFoundError, ValueError: as `start_or_resume`.
    """

    def __init__(self, settings, num_steps: int, *, model, optimizers, tokenizer):
        self.settings, self.num_steps = settings, num_steps
        self.model, self.optimizers, self.tokenizer = model, optimizers, tokenizer
        self.run_dir = get_run_dir(settings.run_name)
        self.first_step, self.loader_state, self.metrics = start_or_resume(
            settings, self.run_dir, model=model, optimizers=optimizers, tokenizer=tokenizer
        )
        self.log = RunLog(self.run_dir, self.first_step)

    def announce(self, content: str):
        """Say what is about to happen; `content`: what a step learns from."""
        say(f"{self.settings.run_name}: {self.num_steps} steps of {content} on {world_size()} x "
            f"{self.model.get_device()}, from step {self.first_step}")

    def note(self, done: int, **measured):
        """Keep what was measured after so many steps, in the log and among the metrics."""
        self.metrics |= measured
        self.log.write(done, **measured)

    def is_due(self, done: int, every: int):
        """Whether what happens every so many steps happens now."""
        return is_due(done, every, self.num_steps)

    def save_if_due(self, done: int, loader=None):
        """Write a checkpoint, if it is time for one."""
        if not self.is_due(done, self.settings.checkpoint_every):
            return
        meta = describe_run(done, self.model, tokenizer=self.tokenizer, settings=self.settings,
                            metrics=self.metrics)
        save_checkpoint(self.run_dir, meta, model=self.model, optimizers=self.optimizers,
                        loader_state=loader and loader.state_dict(),
                        keep=self.settings.keep_checkpoints)

    def finish(self):
        """Say where the model is. Return the metrics."""
        say(f"The model is in {find_checkpoint(self.run_dir)}")
        return self.metrics


class BatchRun(Run):
    """A run that learns from batches of tokens. `settings` are BatchSettings, else as `Run`.

    Attributes:
        compiled: the model that learns and is evaluated, compiled if that is asked for.
    """

    def __init__(self, settings, num_steps: int, *, model, optimizers, tokenizer):
        torch.set_float32_matmul_precision("high")
        self.num_micro_batches = num_micro_batches(settings)
        super().__init__(settings, num_steps, model=model, optimizers=optimizers,
                         tokenizer=tokenizer)
        self.compiled = torch.compile(model, dynamic=False) if settings.compile else model

    def train(self, loader, events, title: str):
        """Take the steps that are left.

        Args:
            loader: an iterator over (inputs, targets) with `state_dict()`.
            events: what to do now and then before a checkpoint, as tuples (steps between,
                function of the steps done). It counts as a pause.
            title: of the picture that is drawn at the end.

        Returns:
            The metrics of the trained model, by name.
        """
        pace = Pace(self.num_steps, self.first_step, batch_tokens=self.settings.batch_tokens,
                    flops_per_token=self.model.estimate_flops(),
                    device=self.model.get_device())
        for step in range(self.first_step, self.num_steps):
            micro_batches = list(islice(loader, self.num_micro_batches))
            loss, multiplier = take_step(self.compiled, self.optimizers, micro_batches,
                                         step=step, num_steps=self.num_steps,
                                         settings=self.settings)
            done = step + 1

            # Reading the loss waits for the device, so it is read only when it is shown.
            if self.is_due(done, self.settings.log_every):
                self._tell_progress(done, loss.item(), multiplier, pace.measure(done))
            with pace.paused():
                for every, happen in events:
                    if self.is_due(done, every):
                        happen(done)
                self.save_if_due(done, loader)

        if is_main():
            draw_losses(self.run_dir, title)
        return self.finish()

    def _tell_progress(self, done: int, loss: float, multiplier: float, speed):
        """Log a step and print a line on it."""
        self.metrics["loss"] = loss
        self.log.write(done, loss=loss, lr_multiplier=multiplier, **asdict(speed))
        say(progress_line(done, self.num_steps, loss=loss, multiplier=multiplier, speed=speed))


def num_micro_batches(settings):
    """How many micro-batches a rank learns from in a step. Raises as `micro_batches_per_step`."""
    return micro_batches_per_step(settings.batch_tokens, settings.micro_batch_size,
                                  settings.sequence_len)


def take_step(model, optimizers, micro_batches, *, step: int, num_steps: int, settings):
    """Update the weights once, at the learning rates of this step.

    Returns:
        (loss, multiplier): a scalar as of `training_step`, and what the learning rates were
        multiplied by.
    """
    multiplier = set_schedule(optimizers, step, num_steps, settings)
    loss = training_step(model, optimizers, micro_batches, max_norm=settings.max_norm)
    return loss, multiplier
