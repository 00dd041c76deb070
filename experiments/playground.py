"""A small tokenizer and small models, made in a moment."""

import os
import tempfile

import torch

HOME = tempfile.TemporaryDirectory(prefix="nanochat-")
os.environ["NANOCHAT_BASE_DIR"] = HOME.name  # what is written goes when Python ends


def best_device():
    """Return the device to play on: cuda, else mps, else cpu."""
    from nanochat.device import autodetect_device

    return autodetect_device()


def small_tokenizer(seed=0):
    """Train a tokenizer on two hundred documents."""
    from itertools import islice

    from nanochat.corpus import documents
    from nanochat.tokenizer import RustBPETokenizer

    return RustBPETokenizer.train_from_iterator(islice(documents(seed), 200), vocab_size=512)


def small_model(seed=0, **shape):
    """Build a model with random weights throughout: a fresh one predicts all tokens alike."""
    from nanochat.gpt import GPT, GPTConfig

    defaults = {"sequence_len": 128, "vocab_size": 512, "n_layer": 4}
    torch.manual_seed(seed)
    model = GPT(GPTConfig(**defaults | {"n_head": 4, "n_kv_head": 4, "n_embd": 64} | shape))
    model.init_weights()
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=weight.size(-1) ** -0.5)
    return model.eval()
