"""The transformer.

A decoder-only model with rotary positions, queries and keys normalised per head, RMSNorm without
parameters, a squared-ReLU MLP, no biases, and separate matrices for embedding and unembedding.

Dimension letters, here and in the other modules:
    B  batch            T  positions fed in this call      S  positions attended to (cached and fed)
    C  model width      H  query heads                     K  key/value heads
    D  head width       V  vocabulary                      L  layers
"""

import math
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

from nanochat.optim import AdamW, Muon
from nanochat.sampling import sample_next_token


@dataclass(frozen=True)
class GPTConfig:
    """The shape of a model.

    Raises ValueError when heads do not divide the width, or key/value heads the query heads.
    """

    sequence_len: int = 1024
    vocab_size: int = 50304
    n_layer: int = 12
    n_head: int = 6         # query heads
    n_kv_head: int = 6      # key/value heads; each serves a group of query heads
    n_embd: int = 768

    def __post_init__(self):
        for name, value in vars(self).items():
            if type(value) is not int or value < 1:
                raise ValueError(f"GPTConfig: {name} is {value!r}. Give a whole number above 0.")
        if self.n_embd % self.n_head or self.head_dim % 2:
            raise ValueError(
                f"GPTConfig: n_embd={self.n_embd} over n_head={self.n_head} heads gives no even "
                "head width. Choose n_embd as a multiple of 2 * n_head."
            )
        if self.n_head % self.n_kv_head:
            raise ValueError(
                f"GPTConfig: n_kv_head={self.n_kv_head} does not divide n_head={self.n_head}. "
                "Choose a divisor, so that every key/value head serves as many query heads."
            )

    @property
    def head_dim(self) -> int:
        """Width of one head."""
        return self.n_embd // self.n_head


def norm(x):
    """RMSNorm over the last axis, without parameters (Zhang and Sennrich, 2019)."""
    return F.rms_norm(x, (x.size(-1),))


def apply_rotary(x, cos, sin):
    """Rotate channel pairs (i, i + D/2) by the angle of their position (Su et al., RoFormer, 2021).

    Args:
        x: (B, T, heads, D) queries, keys or both.
        cos, sin: (1, T, 1, D/2) tables of the T positions.
    """
    x1, x2 = x.chunk(2, dim=-1)
    return torch.cat((x1 * cos + x2 * sin, x2 * cos - x1 * sin), dim=-1)


def attend(q, k, v, enable_gqa: bool):
    """Causal attention of the last T of S positions to all that came before them and to themselves.

    Args:
        q: (B, H, T, D) queries, of the last T positions.
        k, v: (B, K, S, D) keys and values, S >= T.
        enable_gqa: whether each key/value head serves a group of query heads.

    Returns:
        (B, H, T, D).
    """
    T, S = q.size(2), k.size(2)
    if T == S:
        return F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=enable_gqa)
    if T == 1:
        return F.scaled_dot_product_attention(q, k, v, enable_gqa=enable_gqa)

    # A chunk on top of a cache: every query sees the whole cache and its own part of the chunk.
    visible = torch.ones(T, S, dtype=torch.bool, device=q.device).tril(diagonal=S - T)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=visible, enable_gqa=enable_gqa)


class CausalSelfAttention(nn.Module):
    """Attention with grouped key/value heads (Ainslie et al., GQA, 2023)."""

    def __init__(self, config: GPTConfig, layer_idx: int):
        super().__init__()
        self.layer_idx = layer_idx
        self.n_head = config.n_head
        self.n_kv_head = config.n_kv_head
        self.head_dim = config.head_dim
        self.c_q = nn.Linear(config.n_embd, self.n_head * self.head_dim, bias=False)
        self.c_k = nn.Linear(config.n_embd, self.n_kv_head * self.head_dim, bias=False)
        self.c_v = nn.Linear(config.n_embd, self.n_kv_head * self.head_dim, bias=False)
        self.c_proj = nn.Linear(config.n_embd, config.n_embd, bias=False)

    def forward(self, x, cos_sin, kv_cache):
        """Mix information between positions.

        Args:
            x: (B, T, C) normalised residual stream.
            cos_sin: rotary tables of these T positions, each (1, T, 1, D/2).
            kv_cache: a KVCache holding the positions before these, or None.
        """
        B, T, C = x.size()
        qk = torch.cat((self.c_q(x), self.c_k(x)), dim=-1).view(B, T, -1, self.head_dim)
        v = self.c_v(x).view(B, T, self.n_kv_head, self.head_dim)

        # Relative positions, then the same length for every query and key, all heads in one go.
        cos, sin = cos_sin
        qk = norm(apply_rotary(qk, cos, sin)).to(v.dtype)                   # (B, T, H+K, D)
        qk, v = qk.transpose(1, 2), v.transpose(1, 2)
        q, k = qk.split((self.n_head, self.n_kv_head), dim=1)               # (B, H or K, T, D)

        # Earlier positions come from the cache, which also takes in the new ones.
        if kv_cache is not None:
            k, v = kv_cache.insert_kv(self.layer_idx, k, v)                 # (B, K, S, D)

        y = attend(q, k, v, enable_gqa=self.n_head != self.n_kv_head)
        y = y.transpose(1, 2).reshape(B, T, C)
        return self.c_proj(y)


class MLP(nn.Module):
    """Two matrices with a squared ReLU between them (So et al., Primer, 2021)."""

    def __init__(self, config: GPTConfig):
        super().__init__()
        self.c_fc = nn.Linear(config.n_embd, 4 * config.n_embd, bias=False)
        self.c_proj = nn.Linear(4 * config.n_embd, config.n_embd, bias=False)

    def forward(self, x):
        """Transform each position on its own; (B, T, C) to (B, T, C)."""
        return self.c_proj(F.relu(self.c_fc(x)).square())


class Block(nn.Module):
    """One layer: attention and MLP, each on the normalised stream and added back to it."""

    def __init__(self, config: GPTConfig, layer_idx: int):
        super().__init__()
        self.attn = CausalSelfAttention(config, layer_idx)
        self.mlp = MLP(config)

    def forward(self, x, cos_sin, kv_cache):
        """Add to the residual stream; (B, T, C) to (B, T, C)."""
        x = x + self.attn(norm(x), cos_sin, kv_cache)
        x = x + self.mlp(norm(x))
        return x


class GPT(nn.Module):
    """The whole model, from token ids to logits or a loss."""

    logit_cap = 15.0

    def __init__(self, config: GPTConfig):
        super().__init__()
        self.config = config
        self.transformer = nn.ModuleDict({
            "wte": nn.Embedding(config.vocab_size, config.n_embd),
            "h": nn.ModuleList([Block(config, layer_idx) for layer_idx in range(config.n_layer)]),
        })
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)

        # Longer than the training window, so that generation may go on past it.
        self.rotary_len = 10 * config.sequence_len
        cos, sin = self._precompute_rotary_embeddings(self.rotary_len, config.head_dim)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    def init_weights(self):
        """Give every parameter and table its starting value, whatever the memory held before.

        The model starts out predicting all tokens alike: what each block adds and what the head
        says is nothing at first. The other matrices get a spread by their shape (Yang et al., A
        spectral condition for feature learning, 2023).
        """
        for module in self.modules():
            if isinstance(module, nn.Linear):
                fan_out, fan_in = module.weight.shape
                std = min(1.0, math.sqrt(fan_out / fan_in)) / math.sqrt(fan_in)
                nn.init.normal_(module.weight, mean=0.0, std=std)
        nn.init.normal_(self.transformer.wte.weight, mean=0.0, std=1.0)

        nn.init.zeros_(self.lm_head.weight)
        for block in self.transformer.h:
            nn.init.zeros_(block.attn.c_proj.weight)
            nn.init.zeros_(block.mlp.c_proj.weight)

        self.cos, self.sin = self._precompute_rotary_embeddings(
            self.rotary_len, self.config.head_dim, device=self.get_device()
        )

    @staticmethod
    def _precompute_rotary_embeddings(seq_len: int, head_dim: int, base=10000, device=None):
        """Cosine and sine of position times inverse frequency (RoFormer, section 3.2.2).

        Returns:
            cos, sin: each (1, seq_len, 1, head_dim/2), float32.
        """
        channel_range = torch.arange(0, head_dim, 2, dtype=torch.float32, device=device)
        inv_freq = 1.0 / (base ** (channel_range / head_dim))               # (D/2,)
        positions = torch.arange(seq_len, dtype=torch.float32, device=device)
        angles = torch.outer(positions, inv_freq)                           # (seq_len, D/2)
        return angles.cos()[None, :, None, :], angles.sin()[None, :, None, :]

    def get_device(self):
        """Return the torch.device on which the model lives."""
        return self.transformer.wte.weight.device

    def estimate_flops(self) -> int:
        """Floating-point operations per trained token (Chowdhery et al., PaLM, 2022, appendix B).

        Each weight of a matrix product counts six times (forward, and twice that backward);
        looking up an embedding costs nothing; attention adds its two products with all positions
        of the window.
        """
        config = self.config
        embedding_weights = self.transformer.wte.weight.numel()
        matrix_weights = sum(p.numel() for p in self.parameters()) - embedding_weights
        attention = 12 * config.n_layer * config.n_head * config.head_dim * config.sequence_len
        return 6 * matrix_weights + attention

    def setup_optimizers(
        self, unembedding_lr: float = 0.004, embedding_lr: float = 0.2, *,
        matrix_lr: float = 0.02, weight_decay: float = 0.0,
    ):
        """Build the two optimizers.

        Learning rates of embedding and unembedding are tuned at a width of 768 and carried over to
        other widths.

        Returns:
            [adamw, muon]: AdamW for embedding and unembedding, Muon for the matrices of the blocks.
        """
        width_scale = (self.config.n_embd / 768) ** -0.5
        matrix_params = list(self.transformer.h.parameters())
        embedding_params = list(self.transformer.wte.parameters())
        unembedding_params = list(self.lm_head.parameters())

        adamw = AdamW(
            [
                {"params": unembedding_params, "lr": unembedding_lr * width_scale},
                {"params": embedding_params, "lr": embedding_lr * width_scale},
            ],
            betas=(0.8, 0.95), eps=1e-10, weight_decay=weight_decay,
        )
        muon = Muon(matrix_params, lr=matrix_lr, momentum=0.95)
        return [adamw, muon]

    def forward(self, idx, targets=None, kv_cache=None, loss_reduction: str = "mean"):
        """Predict the token after each position.

        Args:
            idx: (B, T) token ids, int32 or int64, T >= 1.
            targets: (B, T) int64 ids of the tokens to predict; -1 where there is none.
            kv_cache: a KVCache; idx then continues what it holds.
            loss_reduction: "mean" (over targets that count), "sum", or "none".

        Returns:
            (B, T, V) float32 logits without targets; with them the cross entropy in nats, a scalar,
            or (B*T,) for "none". A batch in which no target counts has a loss of zero.

        Raises:
            ValueError: the positions go past the rotary tables.
        """
        T = idx.size(1)
        start = 0 if kv_cache is None else kv_cache.get_pos()
        if start + T > self.rotary_len:
            raise ValueError(
                f"GPT.forward: positions {start}..{start + T - 1} go past the {self.rotary_len} "
                "that the model has rotary tables for. Shorten the input, or raise sequence_len."
            )
        cos_sin = self.cos[:, start:start + T], self.sin[:, start:start + T]

        x = norm(self.transformer.wte(idx))                                 # (B, T, C)
        for block in self.transformer.h:
            x = block(x, cos_sin, kv_cache)
        logits = self.lm_head(norm(x)).float()                              # (B, T, V)
        logits = self.logit_cap * torch.tanh(logits / self.logit_cap)
        if targets is None:
            return logits
        return cross_entropy(logits, targets, loss_reduction)

    @torch.inference_mode()
    def generate(
        self, tokens, max_tokens: int, temperature: float = 1.0, top_k: int | None = None, seed=42
    ):
        """Sample one continuation without a cache: slow, simple, a measure for the Engine.

        Args:
            tokens: list of prompt token ids, at least one.
            max_tokens: how many tokens to sample.
            temperature, top_k: see sample_next_token.
            seed: the same seed gives the same sample.

        Yields:
            One token id at a time.

        Raises:
            ValueError: the prompt is empty, or the sample goes past the rotary tables.
        """
        if not tokens:
            raise ValueError("GPT.generate: the prompt is empty. Give at least one token.")
        device = self.get_device()
        rng = torch.Generator(device=device).manual_seed(seed)
        ids = torch.tensor([tokens], dtype=torch.long, device=device)       # (1, T)
        for _ in range(max_tokens):
            logits = self.forward(ids)                                      # (1, T, V)
            next_id = sample_next_token(logits[:, -1], rng, temperature, top_k)
            ids = torch.cat((ids, next_id), dim=1)
            yield next_id.item()


def cross_entropy(logits, targets, reduction: str):
    """Cross entropy in nats, over the targets that are not -1.

    Args:
        logits: (B, T, V) float32.
        targets: (B, T) int64.
        reduction: "mean", "sum" or "none"; ValueError for any other.
    """
    logits, targets = logits.flatten(0, 1), targets.flatten()
    by_token = F.cross_entropy(logits, targets, ignore_index=-1, reduction="none")
    if reduction == "none":
        return by_token                                                     # (B*T,)
    if reduction == "sum":
        return by_token.sum()
    if reduction == "mean":
        return by_token.sum() / (targets != -1).sum().clamp(min=1)
    raise ValueError(f"cross_entropy: reduction is {reduction!r}. Choose 'mean', 'sum' or 'none'.")
