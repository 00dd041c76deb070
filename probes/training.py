"""What a bug costs a training run: the CPU preset in miniature, on a corpus of our own."""

import os
from dataclasses import replace

import numpy as np
import torch
from steps import Steps

AXIS = "steps of training"
MEASURES = {
    "val_bpb": "bits per byte of validation text",
    "opening_bpb": "bits per byte of the first words of documents",
    "gradient": "length of the gradient of a step",
    "loss": "training loss as the run itself reports it, nats per token",
    "input_kib": "KiB of inputs in a step",
}
MOST_STEPS, POINTS = 2000, 10

MINIATURE = (
    "--preset=cpu", "--depth=2", "--width=64", "--sequence-len=64",
    "--micro-batch-size=2", "--batch-tokens=512",
    "--warmup-ratio=0.1",
)  # fmt: skip
CHARACTERS = 200_000
VALIDATION_ROWS = 32
OPENING = 8  # tokens


def settings():
    """Return the settings of the miniature."""
    from nanochat.scripts.base_train import Settings
    from nanochat.settings import parse_settings

    return parse_settings(Settings, "base_train", MINIATURE)


def prepare(folder, seed):
    """Write corpus, tokenizer and validation batches, which both sides then share.

    Args:
        folder: where to; it is empty.
        seed: of the corpus.

    """
    from nanochat.corpus import write_corpus
    from nanochat.dataset import parquets_iter_batched
    from nanochat.tokenizer import RustBPETokenizer

    write_corpus(folder / "corpus", characters=CHARACTERS, shards=4, seed=seed)
    shards = parquets_iter_batched("train", data_dir=folder / "corpus")
    tokenizer = RustBPETokenizer.train_from_iterator((text for it in shards for text in it), 512)
    tokenizer.save(folder / "tokenizer")
    inputs, targets = next(_loader(folder, tokenizer, "val", VALIDATION_ROWS))
    lengths = np.array(tokenizer.token_byte_lengths())
    starts = (inputs == tokenizer.get_bos_token_id()).numpy()
    since_start = np.apply_along_axis(np.convolve, 1, starts, np.ones(OPENING))
    opens = since_start[:, : inputs.shape[1]] > 0
    np.savez(
        folder / "validation.npz",
        inputs=inputs, targets=targets, opens=opens, weights=lengths[targets],
    )  # fmt: skip


def _loader(folder, tokenizer, split, rows):
    """Return batches of so many rows of a split of the corpus."""
    from nanochat.dataloader import tokenizing_distributed_data_loader

    return tokenizing_distributed_data_loader(
        rows, settings().sequence_len, split, tokenizer_threads=1, tokenizer=tokenizer,
        data_dir=folder / "corpus",
    )  # fmt: skip


class Probe(Steps):
    """A run as base_train takes it, from weights of a seed; ``prepare`` filled the folder."""

    def __init__(self, folder, seed, steps):
        from nanochat.scripts.base_train import fresh_model
        from nanochat.tokenizer import RustBPETokenizer

        os.environ["NANOCHAT_BASE_DIR"] = str(folder)
        tokenizer = RustBPETokenizer.from_directory(folder / "tokenizer")
        chosen = replace(settings(), seed=seed)
        loader = _loader(folder, tokenizer, "train", chosen.micro_batch_size)
        model, optimizers = fresh_model(chosen, tokenizer.get_vocab_size(), "cpu")
        super().__init__(model, optimizers, loader=loader, settings=chosen, steps=steps)
        self.validation = np.load(folder / "validation.npz")

    def measured(self):
        """Return what is measured now."""
        loss = self.upcoming_loss()
        squares = [(weight.grad**2).sum().item() for weight in self.model.parameters()]
        sizes = [inputs.numel() * inputs.element_size() for inputs, *_ in self.upcoming]
        bits, weights = self._bits(), self.validation["weights"]
        opens = self.validation["opens"]
        return {
            "val_bpb": bits.sum() / weights.sum(),
            "opening_bpb": bits[opens].sum() / weights[opens].sum(),
            "gradient": sum(squares) ** 0.5,
            "loss": loss,
            "input_kib": sum(sizes) / 1024,
        }

    @torch.no_grad()
    def _bits(self):
        """Return what the model pays for each token that the clean code took from the text."""
        inputs, targets, weights = (
            torch.from_numpy(self.validation[name]) for name in ("inputs", "targets", "weights")
        )
        nats = -self.model(inputs).log_softmax(dim=-1).gather(-1, targets[..., None])[..., 0]
        return (nats * (weights > 0)).numpy() / np.log(2)
