"""Pretrain a model, as in `python -m nanochat.scripts.base_train --preset cpu`.

On several GPUs: `torchrun --nproc-per-node 8 -m nanochat.scripts.base_train --preset d20`. The
tokenizer and the shards of the base folder have to be there. A run that was interrupted goes on
with --resume, as if nothing had happened.
"""

from dataclasses import dataclass
from itertools import islice

import torch

from nanochat.dataloader import tokenizing_distributed_data_loader
from nanochat.distributed import is_main, process_group, say, world_size
from nanochat.engine import Engine
from nanochat.gpt import GPT, GPTConfig
from nanochat.loss_eval import evaluate_bits_per_byte
from nanochat.settings import run_script, setting
from nanochat.tokenizer import get_token_bytes, get_tokenizer
from nanochat.training import mixed_precision, steps_of_run
from nanochat.training_run import BatchRun, BatchSettings

PROMPTS = ("Once upon a time", "The capital of France is", "Tom has 3 apples and")


@dataclass(frozen=True)
class Settings(BatchSettings):
    """Pretrain a model on the shards of the base folder."""

    run_name: str = "base"
    seed: int = setting(42, "of the starting weights")

    depth: int = setting(12, "layers")
    width: int = setting(768, "of the residual stream")
    n_head: int = setting(6, "query heads")
    n_kv_head: int = setting(6, "key/value heads")

    num_steps: int | None = setting(None, "steps to train; none: by --tokens-per-parameter")
    tokens_per_parameter: float = setting(20.0, "tokens to train for each parameter")

    weight_decay: float = setting(0.0, "of embedding and unembedding")
    warmdown_ratio: float = 0.2
    muon_warmup_steps: int = 300

    eval_every: int = 250
    eval_tokens: int = setting(10_485_760, "tokens of an evaluation", free=True)
    sample_every: int = setting(2000, "steps between samples; 0: at the end only", free=True)
    checkpoint_every: int = 1000
    tokenizer_threads: int = setting(4, "threads that tokenize", free=True)

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


def fresh_model(settings, vocab_size: int, device):
    """The model that a run begins with, and the optimizers for its weights."""
    model = build_model(settings.model_config(vocab_size), seed=settings.seed, device=device)
    optimizers = model.setup_optimizers(**settings.learning_rates(),
                                        weight_decay=settings.weight_decay)
    return model, optimizers


def text_loader(settings, tokenizer, device, split: str, state=None):
    """This rank's batches of a split; those of training go on where `state` says."""
    return tokenizing_distributed_data_loader(
        settings.micro_batch_size, settings.sequence_len, split, device=device,
        tokenizer_threads=settings.tokenizer_threads, tokenizer=tokenizer, resume_from=state,
    )


def validation_batches(settings, tokenizer, device):
    """The batches that every evaluation of a run looks at, dealt out over the ranks."""
    tokens = settings.micro_batch_size * settings.sequence_len * world_size()
    loader = text_loader(settings, tokenizer, device, "val")
    return islice(loader, max(1, settings.eval_tokens // tokens))


def print_samples(model, tokenizer, prompts=PROMPTS, max_tokens: int = 24):
    """Print what the model thinks most likely to follow each prompt."""
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
    """Train from the first step, or from the newest checkpoint, to the last."""
    with process_group(settings.device) as device:
        return train(settings, device)


def train(settings, device):
    """Train on this rank. Return the metrics of the trained model."""
    tokenizer = get_tokenizer()
    token_bytes = get_token_bytes(device)
    model, optimizers = fresh_model(settings, tokenizer.get_vocab_size(), device)
    num_parameters = sum(parameter.numel() for parameter in model.parameters())
    num_steps = steps_of_run(settings.num_steps, settings.tokens_per_parameter,
                             num_parameters=num_parameters, batch_tokens=settings.batch_tokens)
    run = BatchRun(settings, num_steps, model=model, optimizers=optimizers, tokenizer=tokenizer)
    loader = text_loader(settings, tokenizer, device, "train", run.loader_state)

    def evaluate(done):
        batches = validation_batches(settings, tokenizer, device)
        val_bpb = evaluate_bits_per_byte(run.compiled, batches, token_bytes)
        run.note(done, val_bpb=val_bpb,
                 best_val_bpb=lower(run.metrics.get("best_val_bpb"), val_bpb))
        say(f"step {done}: {val_bpb:.4f} bits per byte of validation text, "
            f"best {run.metrics['best_val_bpb']:.4f}")

    def sample(_):
        if is_main():
            print_samples(model, tokenizer)

    run.announce(f"{settings.batch_tokens:,} tokens for {num_parameters:,} parameters")
    return run.train(
        loader, [(settings.eval_every, evaluate), (settings.sample_every, sample)],
        title=f"{settings.run_name}: {num_parameters:,} parameters",
    )


if __name__ == "__main__":
    run_script(main, Settings, "base_train")
