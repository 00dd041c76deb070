"""Pretrain a model, as in `python -m nanochat.scripts.base_train --preset cpu`.

On several GPUs: `torchrun --nproc-per-node 8 -m nanochat.scripts.base_train --preset d20`. The
tokenizer and the shards of the base folder have to be there. A run that was interrupted goes on
with --resume, as if nothing had happened.
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
from nanochat.dataloader import tokenizing_distributed_data_loader
from nanochat.distributed import is_main, process_group, say, world_size
from nanochat.engine import Engine
from nanochat.gpt import GPT, GPTConfig
from nanochat.loss_eval import evaluate_bits_per_byte
from nanochat.run_log import Pace, RunLog, draw_losses, progress_line
from nanochat.settings import run_script, setting
from nanochat.tokenizer import get_token_bytes, get_tokenizer
from nanochat.training import (
    is_due,
    micro_batches_per_step,
    mixed_precision,
    set_schedule,
    steps_of_run,
    training_step,
)

PROMPTS = ("Once upon a time", "The capital of France is", "Tom has 3 apples and")


@dataclass(frozen=True)
class Settings:
    """Pretrain a model on the shards of the base folder."""

    run_name: str = setting("base", "name of the run, and of its folder")
    resume: bool = setting(False, "go on from the newest checkpoint of the run", free=True)
    device: str = setting("auto", "cuda, mps, cpu, or auto for the best there is", free=True)
    compile: bool = setting(False, "compile the model, which pays off on GPUs", free=True)
    seed: int = setting(42, "of the starting weights")

    depth: int = setting(12, "layers")
    width: int = setting(768, "of the residual stream")
    n_head: int = setting(6, "query heads")
    n_kv_head: int = setting(6, "key/value heads")
    sequence_len: int = setting(2048, "tokens in a row")

    micro_batch_size: int = setting(32, "rows that fit on a device at a time")
    batch_tokens: int = setting(524288, "tokens of a step, over all ranks")
    num_steps: int | None = setting(None, "steps to train; none: by --tokens-per-parameter")
    tokens_per_parameter: float = setting(20.0, "tokens to train for each parameter")

    embedding_lr: float = setting(0.2, "learning rate of the embedding, at a width of 768")
    unembedding_lr: float = setting(0.004, "learning rate of the unembedding, at a width of 768")
    matrix_lr: float = setting(0.02, "learning rate of the matrices of the blocks")
    weight_decay: float = setting(0.0, "of embedding and unembedding")
    max_norm: float | None = setting(1.0, "longest gradient allowed")
    warmup_ratio: float = setting(0.0, "part of the run in which learning rates rise")
    warmdown_ratio: float = setting(0.2, "part of the run in which learning rates fall")
    final_fraction: float = setting(0.0, "what is left of the learning rates at the end")
    muon_warmup_steps: int = setting(300, "steps in which the momentum of Muon rises")

    eval_every: int = setting(250, "steps between evaluations; 0: at the end only", free=True)
    eval_tokens: int = setting(10_485_760, "tokens of an evaluation", free=True)
    sample_every: int = setting(2000, "steps between samples; 0: at the end only", free=True)
    checkpoint_every: int = setting(1000, "steps between checkpoints; 0: one at the end", free=True)
    keep_checkpoints: int = setting(2, "checkpoints to keep", free=True)
    log_every: int = setting(10, "steps between lines of the log", free=True)
    tokenizer_threads: int = setting(4, "threads that tokenize", free=True)

    def __post_init__(self):
        for name in ("micro_batch_size", "keep_checkpoints", "log_every", "num_steps"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"--{name.replace('_', '-')} is {value}. Give 1 or more.")

    def model_config(self, vocab_size: int):
        """The shape of the model."""
        return GPTConfig(
            sequence_len=self.sequence_len, vocab_size=vocab_size, n_layer=self.depth,
            n_head=self.n_head, n_kv_head=self.n_kv_head, n_embd=self.width,
        )


def build_model(config, *, seed: int, device):
    """A fresh model, the same on every rank."""
    torch.manual_seed(seed)
    model = GPT(config)
    model.init_weights()
    return model.to(device)


def validation_batches(settings, tokenizer, device):
    """The batches that every evaluation of a run looks at, dealt out over the ranks."""
    B, T = settings.micro_batch_size, settings.sequence_len
    loader = tokenizing_distributed_data_loader(
        B, T, "val", tokenizer_threads=settings.tokenizer_threads, device=device,
        tokenizer=tokenizer,
    )
    return islice(loader, max(1, settings.eval_tokens // (B * T * world_size())))


def print_samples(model, tokenizer, prompts=PROMPTS, max_tokens: int = 24):
    """Prints what the model thinks most likely to follow each prompt."""
    engine = Engine(model, tokenizer)
    for prompt in prompts:
        ids = tokenizer.encode(prompt, prepend="<|bos|>")
        with mixed_precision(model.get_device()):
            (sample,), _ = engine.generate_batch(ids, max_tokens=max_tokens, temperature=0)
        print("    " + tokenizer.decode(sample[1:]))


def lower(best, value: float):
    """The lower of two values, the first of which is None as long as there is none."""
    return value if best is None else min(best, value)


def main(settings: Settings):
    """Trains from the first step, or from the newest checkpoint, to the last."""
    with process_group(settings.device) as device:
        return train(settings, device)


def train(settings, device):
    """Trains on this rank. Returns the metrics of the trained model."""
    torch.set_float32_matmul_precision("high")
    tokenizer = get_tokenizer()
    token_bytes = get_token_bytes(device)
    run_dir = get_run_dir(settings.run_name)

    # The model, how long to train it, and on how much at a time.
    model = build_model(settings.model_config(tokenizer.get_vocab_size()),
                        seed=settings.seed, device=device)
    compiled = torch.compile(model, dynamic=False) if settings.compile else model
    num_parameters = sum(parameter.numel() for parameter in model.parameters())
    num_steps = steps_of_run(settings.num_steps, settings.tokens_per_parameter,
                             num_parameters=num_parameters, batch_tokens=settings.batch_tokens)
    B, T = settings.micro_batch_size, settings.sequence_len
    num_micro_batches = micro_batches_per_step(settings.batch_tokens, B, T)
    optimizers = model.setup_optimizers(
        unembedding_lr=settings.unembedding_lr, embedding_lr=settings.embedding_lr,
        matrix_lr=settings.matrix_lr, weight_decay=settings.weight_decay,
    )

    first_step, loader_state, metrics = start_or_resume(
        settings, run_dir, model=model, optimizers=optimizers, tokenizer=tokenizer
    )
    metrics = {"loss": None, "val_bpb": None, "best_val_bpb": None} | metrics
    loader = tokenizing_distributed_data_loader(
        B, T, "train", tokenizer_threads=settings.tokenizer_threads, device=device,
        tokenizer=tokenizer, resume_from=loader_state,
    )
    log = RunLog(run_dir, first_step)
    pace = Pace(num_steps, first_step, batch_tokens=settings.batch_tokens,
                flops_per_token=model.estimate_flops(), device=device)
    say(f"{num_parameters:,} parameters, {num_steps} steps of {settings.batch_tokens:,} tokens on "
        f"{world_size()} x {device}, from step {first_step}")

    for step in range(first_step, num_steps):
        multiplier = set_schedule(optimizers, step, num_steps, settings)
        micro_batches = list(islice(loader, num_micro_batches))
        loss = training_step(compiled, optimizers, micro_batches, max_norm=settings.max_norm)
        done = step + 1

        # Reading the loss waits for the device, so it is read only when it is shown.
        if is_due(done, settings.log_every, num_steps):
            metrics["loss"] = loss.item()
            speed = pace.measure(done)
            log.write(done, loss=metrics["loss"], lr_multiplier=multiplier, **asdict(speed))
            say(progress_line(done, num_steps, loss=metrics["loss"], multiplier=multiplier,
                              speed=speed))

        with pace.paused():
            if is_due(done, settings.eval_every, num_steps):
                batches = validation_batches(settings, tokenizer, device)
                metrics["val_bpb"] = evaluate_bits_per_byte(compiled, batches, token_bytes)
                metrics["best_val_bpb"] = lower(metrics["best_val_bpb"], metrics["val_bpb"])
                log.write(done, val_bpb=metrics["val_bpb"])
                say(f"step {done}: {metrics['val_bpb']:.4f} bits per byte of validation text, "
                    f"best {metrics['best_val_bpb']:.4f}")

            if is_main() and is_due(done, settings.sample_every, num_steps):
                print_samples(model, tokenizer)

            if is_due(done, settings.checkpoint_every, num_steps):
                meta = describe_run(done, model, tokenizer=tokenizer, settings=settings,
                                    metrics=metrics)
                save_checkpoint(run_dir, meta, model=model, optimizers=optimizers,
                                loader_state=loader.state_dict(), keep=settings.keep_checkpoints)

    if is_main():
        draw_losses(run_dir, title=f"{settings.run_name}: {num_parameters:,} parameters")
    say(f"The model is in {find_checkpoint(run_dir)}")
    return metrics


if __name__ == "__main__":
    run_script(main, Settings, "base_train")
