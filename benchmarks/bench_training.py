"""How fast nanochat trains and decodes, beside a textbook model of the same shape.

    python benchmarks/bench_training.py [--threads 2] [--rounds 9]

4 layers, width 256, 4 query and 2 key/value heads, a vocabulary of 4096, rows of 256 tokens. Both
sides take turns in one run, so that a busy machine slows both; what to read is the ratio. The
textbook model is written as one would after the papers: attention as softmax of a masked product,
a cache that grows by concatenation, optimizers from torch (AdamW, Muon). It computes the same
function of the same weights, which is checked before anything is timed.

The public nanochat of October 2025 cannot be installed beside this one. Its figures at this shape,
measured earlier on two quiet cores: 4,160 training tokens/s; decoding 910 tokens/s alone, 3,570 at
a batch of 16.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nanochat.engine import KVCache
from nanochat.gpt import GPT, GPTConfig
from nanochat.training import training_step

CONFIG = GPTConfig(
    sequence_len=256, vocab_size=4096, n_layer=4, n_head=4, n_kv_head=2, n_embd=256
)  # fmt: skip
ROWS = 16
PROMPT, NEW_TOKENS = 16, 64
Cache = list[tuple[Tensor, Tensor] | None]


class TextbookGPT(nn.Module):
    """The function of a GPT, from its weights, in as few ideas as possible."""

    def __init__(self, model: GPT):
        super().__init__()
        self.config = model.config
        self.wte = nn.Parameter(model.transformer.wte.weight.detach().clone())
        self.lm_head = nn.Parameter(model.lm_head.weight.detach().clone())
        names = ("attn.c_q", "attn.c_k", "attn.c_v", "attn.c_proj", "mlp.c_fc", "mlp.c_proj")
        self.blocks = nn.ModuleList(
            nn.ParameterList(block.get_submodule(name).weight.detach().clone() for name in names)
            for block in model.transformer.h
        )

    def optimizers(self) -> list[torch.optim.Optimizer]:
        """AdamW for embedding and unembedding, Muon for the blocks, both of torch."""
        adamw = torch.optim.AdamW([self.lm_head, self.wte], lr=0.01, betas=(0.8, 0.95), eps=1e-10)
        muon = torch.optim.Muon(self.blocks.parameters(), lr=0.02, weight_decay=0.0)
        return [adamw, muon]

    def forward(self, idx: Tensor, cache: Cache | None = None) -> Tensor:
        """Logits (B, T, V) of token ids (B, T); a cache, one entry per layer, is updated."""
        length = idx.size(1)
        held = 0 if cache is None or cache[0] is None else cache[0][0].size(2)
        positions = torch.arange(held, held + length)
        x = rms_norm(self.wte[idx])
        for layer, block in enumerate(self.blocks):
            q, k, v, out, up, down = block
            x = x + self.attention(rms_norm(x), (q, k, v), positions, (cache, layer)) @ out.T
            x = x + F.relu(rms_norm(x) @ up.T).square() @ down.T
        return 15 * torch.tanh(rms_norm(x) @ self.lm_head.T / 15)

    def attention(
        self, x: Tensor, weights: tuple[Tensor, ...], positions: Tensor, at: tuple[Cache, int]
    ) -> Tensor:
        """Softmax of the masked products of queries and keys, times values: (B, T, C)."""
        rows, length, width = x.shape
        head_dim = width // self.config.n_head
        q, k, v = (
            (x @ weight.T).view(rows, length, -1, head_dim).transpose(1, 2) for weight in weights
        )
        q, k = rms_norm(rotate(q, positions)), rms_norm(rotate(k, positions))
        cache, layer = at
        if cache is not None:
            if cache[layer] is not None:
                k, v = (torch.cat(pair, dim=2) for pair in zip(cache[layer], (k, v), strict=True))
            cache[layer] = k, v
        group = self.config.n_head // self.config.n_kv_head
        k, v = k.repeat_interleave(group, dim=1), v.repeat_interleave(group, dim=1)
        scores = q @ k.transpose(-1, -2) / head_dim**0.5
        future = torch.arange(k.size(2)) > positions[:, None]
        y = scores.masked_fill(future, float("-inf")).softmax(-1) @ v
        return y.transpose(1, 2).reshape(rows, length, width)


def rms_norm(x: Tensor) -> Tensor:
    """Divide by the root of the mean square along the last axis."""
    return x / (x.square().mean(-1, keepdim=True) + 1e-7).sqrt()


def rotate(x: Tensor, positions: Tensor) -> Tensor:
    """Rotary embedding of (B, H, T, D), computed anew each time."""
    half = x.size(-1) // 2
    angles = positions[:, None] * 10000.0 ** (-torch.arange(half) / half)
    cos, sin, x1, x2 = angles.cos(), angles.sin(), x[..., :half], x[..., half:]
    return torch.cat((x1 * cos + x2 * sin, x2 * cos - x1 * sin), dim=-1)


def train_nanochat(model: GPT) -> Callable[[], int]:
    """An action that takes a step and returns its tokens."""
    optimizers = model.setup_optimizers()
    tokens = torch.randint(CONFIG.vocab_size, (ROWS, CONFIG.sequence_len + 1))
    batch = (tokens[:, :-1].to(torch.int32), tokens[:, 1:])

    def step() -> int:
        training_step(model, optimizers, [batch])
        return batch[1].numel()

    return step


def train_textbook(model: TextbookGPT) -> Callable[[], int]:
    """An action that takes a step and returns its tokens."""
    optimizers = model.optimizers()
    tokens = torch.randint(CONFIG.vocab_size, (ROWS, CONFIG.sequence_len + 1))
    inputs, targets = tokens[:, :-1], tokens[:, 1:]

    def step() -> int:
        for optimizer in optimizers:
            optimizer.zero_grad()
        F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten()).backward()
        for optimizer in optimizers:
            optimizer.step()
        return targets.numel()

    return step


def decode(logits_of: Callable[[Tensor], Tensor], rows: int) -> int:
    """Read a prompt, then take the best token again and again; return how many were taken."""
    ids = torch.arange(rows * PROMPT).view(rows, PROMPT)
    for _ in range(NEW_TOKENS):
        ids = logits_of(ids)[:, -1].argmax(-1, keepdim=True)
    return rows * NEW_TOKENS


def decode_nanochat(model: GPT, rows: int) -> Callable[[], int]:
    """An action that decodes with nanochat's cache."""
    shape = {"num_heads": CONFIG.n_kv_head, "head_dim": CONFIG.head_dim}

    @torch.inference_mode()
    def action() -> int:
        seq_len = PROMPT + NEW_TOKENS
        cache = KVCache(batch_size=rows, seq_len=seq_len, num_layers=CONFIG.n_layer, **shape)
        return decode(lambda ids: model(ids, kv_cache=cache), rows)

    return action


def decode_textbook(model: TextbookGPT, rows: int) -> Callable[[], int]:
    """An action that decodes with a cache that is concatenated."""

    @torch.inference_mode()
    def action() -> int:
        cache: Cache = [None] * CONFIG.n_layer
        return decode(lambda ids: model(ids, cache), rows)

    return action


def compare(name: str, ours: Callable[[], int], theirs: Callable[[], int], rounds: int) -> None:
    """Print tokens per second of both sides, which take turns, and the ratio."""
    speeds: list[list[float]] = []
    for _ in range(rounds + 1):
        speeds.append([])
        for action in (ours, theirs):
            start = time.perf_counter()
            tokens = action()
            speeds[-1].append(tokens / (time.perf_counter() - start))
    measured = speeds[1:]
    ratio = statistics.median(a / b for a, b in measured)
    numbers = [
        summary(side)
        for side in zip(*measured, strict=True)
        for summary in (statistics.median, max)
    ]
    print(f"{name:24}" + "".join(f"{number:10,.0f}" for number in numbers) + f"{ratio:9.2f} x")


def main() -> None:
    """Check that both compute the same, then time them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    torch.manual_seed(0)
    model = GPT(CONFIG)
    model.init_weights()
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=parameter.size(-1) ** -0.5)
    textbook = TextbookGPT(model)
    ids = torch.randint(CONFIG.vocab_size, (2, 32))
    torch.testing.assert_close(textbook(ids), model(ids), rtol=1e-3, atol=1e-3)

    columns = ("nanochat", "best", "textbook", "best", "ratio")
    print(f"{'tokens/s':24}" + "".join(f"{column:>10}" for column in columns))
    training = train_nanochat(model), train_textbook(textbook)
    compare("training, 16 rows", *training, arguments.rounds)
    for rows in (1, 16):
        sides = decode_nanochat(model, rows), decode_textbook(textbook, rows)
        compare(f"decoding, batch of {rows}", *sides, arguments.rounds)


if __name__ == "__main__":
    main()
