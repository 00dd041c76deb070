"""Training that starts from a trained model: what midtraining and supervised tuning share.

The two differ in their batches only. Losses of conversations are those of what the assistant says,
whatever is trained on, so that the stages can be compared.
"""

from dataclasses import asdict, dataclass

import torch

from nanochat.checkpoint import (
    describe_run,
    find_checkpoint,
    get_run_dir,
    load_model,
    save_checkpoint,
    start_or_resume,
)
from nanochat.distributed import is_main, say, world_size
from nanochat.loss_eval import evaluate_loss
from nanochat.run_log import Pace, RunLog, draw_losses, progress_line
from nanochat.settings import setting
from nanochat.sft import ConversationLoader, next_batches
from nanochat.training import is_due, micro_batches_per_step, set_schedule, training_step


@dataclass(frozen=True)
class FineTuningSettings:
    """What a stage that goes on with a trained model can be told."""

    run_name: str = setting("tuned", "name of the run, and of its folder")
    source: str = setting("base", "run whose newest checkpoint is gone on with")
    resume: bool = setting(False, "go on from the newest checkpoint of the run", free=True)
    device: str = setting("auto", "cuda, mps, cpu, or auto for the best there is", free=True)
    compile: bool = setting(False, "compile the model, which pays off on GPUs", free=True)

    sequence_len: int = setting(2048, "tokens in a row")
    micro_batch_size: int = setting(32, "rows that fit on a device at a time")
    batch_tokens: int = setting(524288, "tokens of a step, over all ranks")
    num_steps: int = setting(500, "steps to train")
    conversations: int = setting(200_000, "conversations of our own to learn from")

    embedding_lr: float = setting(0.2, "learning rate of the embedding, at a width of 768")
    unembedding_lr: float = setting(0.004, "learning rate of the unembedding, at a width of 768")
    matrix_lr: float = setting(0.02, "learning rate of the matrices of the blocks")
    max_norm: float | None = setting(1.0, "longest gradient allowed")
    warmup_ratio: float = setting(0.0, "part of the run in which learning rates rise")
    warmdown_ratio: float = setting(0.5, "part of the run in which learning rates fall")
    final_fraction: float = setting(0.0, "what is left of the learning rates at the end")
    muon_warmup_steps: int = setting(100, "steps in which the momentum of Muon rises")

    eval_every: int = setting(100, "steps between evaluations; 0: at the end only", free=True)
    eval_batches: int = setting(8, "batches of an evaluation", free=True)
    checkpoint_every: int = setting(0, "steps between checkpoints; 0: one at the end", free=True)
    log_every: int = setting(10, "steps between lines of the log", free=True)

    def __post_init__(self):
        for name in ("sequence_len", "micro_batch_size", "num_steps", "eval_batches", "log_every"):
            value = getattr(self, name)
            if value < 1:
                raise ValueError(f"--{name.replace('_', '-')} is {value}. Give 1 or more.")


def load_source(settings, tokenizer, device):
    """The model to go on with, and the optimizers for its weights. Raises as `load_model` does."""
    model, _ = load_model(find_checkpoint(get_run_dir(settings.source)), tokenizer, device)
    optimizers = model.setup_optimizers(
        unembedding_lr=settings.unembedding_lr, embedding_lr=settings.embedding_lr,
        matrix_lr=settings.matrix_lr,
    )
    return model, optimizers


def fine_tune(settings, tokenizer, device, *, training_data, test_task):
    """Trains on this rank, from the first step or from the newest checkpoint to the last.

    Args:
        settings: a FineTuningSettings.
        tokenizer: that of the source.
        device: of this rank.
        training_data: makes the batches, as `training_data(B, loader_state)`: an iterator over
            (inputs, targets) of B rows, with `state_dict()`.
        test_task: conversations that nothing is learned from, for the validation loss.

    Returns:
        The metrics of the trained model, by name.
    """
    torch.set_float32_matmul_precision("high")
    run_dir = get_run_dir(settings.run_name)
    model, optimizers = load_source(settings, tokenizer, device)
    compiled = torch.compile(model, dynamic=False) if settings.compile else model
    B, T, num_steps = settings.micro_batch_size, settings.sequence_len, settings.num_steps
    num_micro_batches = micro_batches_per_step(settings.batch_tokens, B, T)

    first_step, loader_state, metrics = start_or_resume(
        settings, run_dir, model=model, optimizers=optimizers, tokenizer=tokenizer
    )
    loader = training_data(B, loader_state)
    test_loader = ConversationLoader(test_task, tokenizer, B, T, device=device)
    test_batches = next_batches(test_loader, settings.eval_batches)
    log = RunLog(run_dir, first_step)
    pace = Pace(num_steps, first_step, batch_tokens=settings.batch_tokens,
                flops_per_token=model.estimate_flops(), device=device)
    say(f"{settings.run_name}: {num_steps} steps of {settings.batch_tokens:,} tokens from "
        f"{settings.source} on {world_size()} x {device}, from step {first_step}")

    for step in range(first_step, num_steps):
        multiplier = set_schedule(optimizers, step, num_steps, settings)
        micro_batches = next_batches(loader, num_micro_batches)
        loss = training_step(compiled, optimizers, micro_batches, max_norm=settings.max_norm)
        done = step + 1

        if is_due(done, settings.log_every, num_steps):
            metrics["loss"] = loss.item()
            speed = pace.measure(done)
            log.write(done, loss=metrics["loss"], lr_multiplier=multiplier, **asdict(speed))
            say(progress_line(done, num_steps, loss=metrics["loss"], multiplier=multiplier,
                              speed=speed))

        with pace.paused():
            if is_due(done, settings.eval_every, num_steps):
                metrics["val_loss"] = evaluate_loss(compiled, test_batches)
                log.write(done, val_loss=metrics["val_loss"])
                say(f"step {done}: {metrics['val_loss']:.4f} nats per token of new answers")

            if is_due(done, settings.checkpoint_every, num_steps):
                meta = describe_run(done, model, tokenizer=tokenizer, settings=settings,
                                    metrics=metrics)
                save_checkpoint(run_dir, meta, model=model, optimizers=optimizers,
                                loader_state=loader.state_dict())

    if is_main():
        draw_losses(run_dir, title=settings.run_name)
    say(f"The model is in {find_checkpoint(run_dir)}")
    return metrics
