"""A small tokenizer, small models and ranks, made in a moment; and a table to draw."""

import os
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

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


def learned_batches(groups, size):
    """Return what a step of reinforcement learning learns from, in micro-batches of a size."""
    from types import SimpleNamespace

    from nanochat.scripts import chat_rl
    from nanochat.settings import parse_settings

    options = ["--preset=smoke", f"--micro-batch-size={size}"]
    run = SimpleNamespace(
        settings=parse_settings(chat_rl.Settings, "chat_rl", options),
        num_steps=1,
        model=small_model(n_layer=1),
        optimizers=[],
        tokenizer=small_tokenizer(),
    )
    with mock.patch.object(chat_rl, "training_step") as step:
        chat_rl.learn(run, 0, groups, "cpu")
    return step.call_args.args[2]


def on_ranks(count, function):
    """Return what `function(rank)` returns on each of so many ranks; threads stand for them."""
    mine, tensors = threading.local(), [None] * count
    barrier = threading.Barrier(count, timeout=60)

    def start(rank):
        mine.rank = rank
        try:
            return function(rank)
        except BaseException:
            barrier.abort()
            raise

    def all_reduce(tensor, **_):
        tensors[mine.rank] = tensor.clone()
        barrier.wait()
        tensor.copy_(sum(tensors))
        barrier.wait()

    group = {
        "is_initialized": lambda: True,
        "get_rank": lambda: mine.rank,
        "get_world_size": lambda: count,
        "all_reduce": all_reduce,
        "barrier": barrier.wait,
    }
    with mock.patch.multiple("torch.distributed", **group), ThreadPoolExecutor(count) as threads:
        return list(threads.map(start, range(count)))


def draw_table(axes, texts, marked, *, rows, columns):
    """Draw rows of texts as a table; where `marked` is true, a text stands on orange."""
    from matplotlib.colors import ListedColormap

    colours = ListedColormap(["#EDEDED", "#F0B08A"])
    axes.imshow(marked, cmap=colours, vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    for y, row in enumerate(texts):
        for x, text in enumerate(row):
            axes.text(x, y, text, ha="center", va="center", fontsize=8)
    axes.set_xticks(range(len(columns)), columns, fontsize=8)
    axes.set_yticks(range(len(rows)), rows, fontsize=8)
    axes.set_xticks([x + 0.5 for x in range(len(columns) - 1)], minor=True)
    axes.set_yticks([y + 0.5 for y in range(len(rows) - 1)], minor=True)
    axes.grid(which="minor", color="white", linewidth=2)
    axes.tick_params(which="both", length=0)
