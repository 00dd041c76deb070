"""Generation: one prompt, several samples, a cache of keys and values, a calculator on call.

Dimension letters as in nanochat.gpt.
"""

from collections import deque

import torch

from nanochat.calculator import use_calculator
from nanochat.sampling import sample_next_token

__all__ = ["Engine", "KVCache", "sample_next_token", "use_calculator"]


class KVCache:
    """Keys and values of all layers, for the positions that the model has seen.

    Memory is taken when the first keys arrive, with their dtype and device; it grows in steps when
    more positions come than were planned for, and is given back by `reset`.

    Args:
        batch_size: rows (B).
        num_heads: key/value heads (K).
        seq_len: positions planned for; a start, not a limit.
        head_dim: width of a head (D).
        num_layers: layers (L), which insert in order, first to last, in each call of the model.
    """

    growth_step = 256       # positions; capacity past the plan is a multiple of it

    def __init__(
        self, batch_size: int, num_heads: int, seq_len: int, head_dim: int, num_layers: int
    ):
        self.batch_size = batch_size
        self.num_heads = num_heads
        self.seq_len = seq_len
        self.head_dim = head_dim
        self.num_layers = num_layers
        self.kv_cache = None            # (L, 2, B, K, capacity, D)
        self.pos = 0

    def get_pos(self) -> int:
        """Return the number of positions held, which is the index of the next one."""
        return self.pos

    @property
    def capacity(self) -> int:
        """Positions that fit without growing."""
        return 0 if self.kv_cache is None else self.kv_cache.size(4)

    def reset(self):
        """Forget everything, ready for another text."""
        self.kv_cache = None
        self.pos = 0

    def prefill(self, other: "KVCache"):
        """Start from what another cache holds; its single row may serve all rows of this one.

        Raises:
            ValueError: this cache is not empty, the other one is, or their shapes do not fit.
        """
        mine = (self.num_layers, self.num_heads, self.head_dim)
        theirs = (other.num_layers, other.num_heads, other.head_dim)
        if mine != theirs or other.batch_size not in (1, self.batch_size):
            raise ValueError(
                f"KVCache.prefill: layers, heads and head width are {mine} here, {theirs} there; "
                f"rows are {self.batch_size} and {other.batch_size}. They must agree, or the other "
                "cache have a single row."
            )
        if self.pos or not other.pos:
            raise ValueError(
                f"KVCache.prefill: this cache holds {self.pos} positions, the other {other.pos}. "
                "Prefill an empty cache from a filled one; reset() empties a cache."
            )
        held = other.kv_cache[:, :, :, :, :other.pos]               # (L, 2, 1 or B, K, pos, D)
        self._reserve(other.pos, like=held)
        self.kv_cache[:, :, :, :, :other.pos] = held
        self.pos = other.pos

    def insert_kv(self, layer_idx: int, k, v):
        """Take in the keys and values of new positions, for one layer.

        Args:
            layer_idx: which layer they are of.
            k, v: (B, K, T, D).

        Returns:
            Keys and values of all positions so far, each (B, K, S, D): views of the cache.

        Raises:
            ValueError: keys and values differ in shape, or rows, heads or head width are not those
                of the cache.
        """
        B, K, T, D = k.size()
        mine = (self.batch_size, self.num_heads, self.head_dim)
        if mine != (B, K, D) or v.shape != k.shape:
            raise ValueError(
                f"KVCache.insert_kv: keys are {tuple(k.shape)}, values are {tuple(v.shape)}, and "
                f"the cache was made for rows, heads and head width of {mine}. Make a cache of the "
                "right shape."
            )
        start, stop = self.pos, self.pos + T
        self._reserve(stop, like=k)
        layer = self.kv_cache[layer_idx]                                    # (2, B, K, capacity, D)
        layer[0, :, :, start:stop] = k
        layer[1, :, :, start:stop] = v

        # Move on past what this call of the model brought.
        if layer_idx == self.num_layers - 1:
            self.pos = stop
        return layer[0, :, :, :stop], layer[1, :, :, :stop]

    def _reserve(self, positions: int, like):
        """See to it that there is room for so many positions, keeping those that are held."""
        if positions <= self.capacity:
            return
        steps = -(-positions // self.growth_step)
        capacity = self.seq_len if positions <= self.seq_len else steps * self.growth_step
        shape = (self.num_layers, 2, self.batch_size, self.num_heads, capacity, self.head_dim)
        grown = torch.zeros(shape, dtype=like.dtype, device=like.device)
        if self.kv_cache is not None:
            grown[:, :, :, :, :self.capacity] = self.kv_cache
        self.kv_cache = grown


class Row:
    """One sample on its way: its tool calls, and whether it has ended.

    Args:
        engine: whose tokenizer and special tokens it uses.
        prompt: list of token ids; a tool call that they leave open goes on, one that they close
            at their very end is answered.
    """

    def __init__(self, engine: "Engine", prompt):
        self.engine = engine
        self.forced = deque()           # tokens that come next, whatever the model says
        self.expression = None          # tokens inside an open tool call, else None
        self.ended = False

        call = None
        for token in prompt:
            call = self._follow(token)
        self._answer(call)

    def step(self, sampled: int):
        """Decide on the next token.

        Args:
            sampled: the token id that the model would take.

        Returns:
            (token, mask): mask is 1 where the model chose the token, 0 where it was forced on it.
        """
        if self.forced:
            return self.forced.popleft(), 0
        self.ended = sampled in self.engine.end_tokens
        self._answer(self._follow(sampled))
        return sampled, 1

    def _follow(self, token: int):
        """Keep track of tool calls; return the tokens of a call that this token closes, or None."""
        engine = self.engine
        if token == engine.python_start:
            self.expression = []
        elif token == engine.python_end:
            call, self.expression = self.expression, None
            return call
        elif self.expression is not None:
            self.expression.append(token)
        return None

    def _answer(self, call):
        """Compute a call, and line up the result for the sample to continue with."""
        if call is None:
            return
        engine = self.engine
        result = use_calculator(engine.tokenizer.decode(call))
        if result is not None:
            result_tokens = engine.tokenizer.encode(str(result))
            self.forced.extend([engine.output_start, *result_tokens, engine.output_end])


class Engine:
    """Samples continuations of a prompt, with a cache, many at a time.

    Args:
        model: a GPT, or anything with its `config`, `get_device()`, `rotary_len` and call.
        tokenizer: the RustBPETokenizer that the model was trained with.
    """

    prompt_chunk = 512      # positions of a prompt read at a time, which bounds their logits

    def __init__(self, model, tokenizer):
        self.model = model
        self.tokenizer = tokenizer
        self.python_start = tokenizer.encode_special("<|python_start|>")
        self.python_end = tokenizer.encode_special("<|python_end|>")
        self.output_start = tokenizer.encode_special("<|output_start|>")
        self.output_end = tokenizer.encode_special("<|output_end|>")
        assistant_end = tokenizer.encode_special("<|assistant_end|>")
        self.end_tokens = (assistant_end, tokenizer.get_bos_token_id())

    def generate(
        self, tokens, num_samples: int = 1, max_tokens: int | None = None,
        temperature: float = 1.0, top_k: int | None = None, seed: int = 42,
    ):
        """Sample continuations of one prompt, column by column.

        Args:
            tokens: list of prompt token ids, at least one.
            num_samples: rows sampled side by side.
            max_tokens: how many tokens a row may get; None for as many as there are positions.
            temperature, top_k: see sample_next_token.
            seed: the same seed gives the same samples.

        Yields:
            (token_column, token_masks): a token id for each row, and 1 where the model chose it, 0
            where it was forced (tool output). A row that has ended repeats its last token with mask
            0. Generation stops when all rows have ended.

        Raises:
            ValueError: the prompt is empty, leaves no position free or has tokens that the model
                does not know; there is nothing to sample.
        """
        self._check_prompt(tokens)
        if num_samples < 1 or (max_tokens is not None and max_tokens < 0):
            raise ValueError(
                f"Engine.generate: num_samples is {num_samples}, max_tokens is {max_tokens}. Ask "
                "for one sample or more, and for no negative number of tokens."
            )
        limit = self.model.rotary_len - len(tokens)
        steps = limit if max_tokens is None else min(max_tokens, limit)
        rng = torch.Generator(device=self.model.get_device()).manual_seed(seed)

        def sample(logits):
            return sample_next_token(logits, rng, temperature, top_k)[:, 0].tolist()

        return self._columns(tokens, num_samples, steps, sample)

    def _check_prompt(self, tokens):
        """Raise ValueError for a prompt that the model cannot read, or not continue."""
        if not 1 <= len(tokens) < self.model.rotary_len:
            raise ValueError(
                f"Engine.generate: the prompt has {len(tokens)} tokens, and the model "
                f"{self.model.rotary_len} positions. Give at least one token, and leave a position "
                "free."
            )
        vocab_size = self.model.config.vocab_size
        stray = [token for token in tokens if not 0 <= token < vocab_size]
        if stray:
            raise ValueError(
                f"Engine.generate: the prompt has token {stray[0]}, and the model {vocab_size} "
                "tokens, from 0. Use the tokenizer that the model was trained with."
            )

    @torch.inference_mode()
    def _columns(self, tokens, num_samples: int, steps: int, sample):
        """Yield the columns; `sample` draws a list of token ids, one for each row of logits."""
        rows = [Row(self, tokens) for _ in range(num_samples)]
        column = [tokens[-1]] * num_samples
        logits, kv_cache = self._read_prompt(tokens, num_samples, steps)    # (num_samples, V)
        for step in range(steps):
            column, masks = self._advance(rows, column, sample(logits))
            yield column, masks
            if all(row.ended for row in rows) or step == steps - 1:
                return
            ids = torch.tensor(column, device=logits.device)[:, None]       # (num_samples, 1)
            logits = self.model(ids, kv_cache=kv_cache)[:, -1]

    def _read_prompt(self, tokens, num_samples: int, steps: int):
        """Run the prompt once, then share its cache out to all rows.

        Returns:
            (num_samples, V) logits after the prompt, alike for each row; the KVCache of the rows.
        """
        config = self.model.config
        shape = {
            "num_heads": config.n_kv_head,
            "head_dim": config.head_dim,
            "num_layers": config.n_layer,
        }
        prompt_cache = KVCache(batch_size=1, seq_len=len(tokens), **shape)
        ids = torch.tensor([tokens], device=self.model.get_device())        # (1, T)
        for chunk in ids.split(self.prompt_chunk, dim=1):
            logits = self.model(chunk, kv_cache=prompt_cache)[:, -1]        # (1, V)

        planned = min(len(tokens) + steps, config.sequence_len)
        kv_cache = KVCache(batch_size=num_samples, seq_len=planned, **shape)
        kv_cache.prefill(prompt_cache)
        return logits.expand(num_samples, -1), kv_cache

    @staticmethod
    def _advance(rows, column, sampled):
        """Let each row take its next token; one that has ended stays where it is."""
        pairs = [
            (last, 0) if row.ended else row.step(token)
            for row, last, token in zip(rows, column, sampled, strict=True)
        ]
        return [token for token, _ in pairs], [mask for _, mask in pairs]

    def generate_batch(self, tokens, num_samples: int = 1, **kwargs):
        """Sample whole continuations of one prompt; the arguments of `generate`.

        Returns:
            (results, masks): for each row a list of token ids, the prompt included, up to and with
            the token that ended it; and as many masks, 0 for the prompt and for forced tokens.
        """
        results = [list(tokens) for _ in range(num_samples)]
        masks = [[0] * len(tokens) for _ in range(num_samples)]
        ended = [False] * num_samples
        for column, column_masks in self.generate(tokens, num_samples, **kwargs):
            for i, (token, mask) in enumerate(zip(column, column_masks, strict=True)):
                if not ended[i]:
                    results[i].append(token)
                    masks[i].append(mask)
                ended[i] = ended[i] or token in self.end_tokens
        return results, masks
