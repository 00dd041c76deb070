"""What a bug costs those who chat: a model of random weights, one cache, one turn at a time."""

import random

import torch

AXIS = "turns of chats"
MEASURES = {
    "agreement": "part of the tokens that are the same with and without a cache",
    "tool_results": "part of the calculator's results that stand between their brackets",
    "cache_mib": "MiB that the cache holds",
}
TURNS = 10  # of a chat; then its cache is emptied, which is a step of its own
MOST_STEPS = POINTS = 4 * (TURNS + 1) - 1

SHAPE = {
    "sequence_len": 128, "vocab_size": 512, "n_layer": 4, "n_head": 4, "n_kv_head": 2, "n_embd": 64,
}  # fmt: skip
QUESTION, ANSWER = 60, 6  # tokens


def prepare(folder, seed):
    """Write the tokenizer that both sides share.

    Args:
        folder: where to; it is empty.
        seed: of the text that it is trained on.

    """
    from itertools import islice

    from nanochat.corpus import documents
    from nanochat.tokenizer import RustBPETokenizer

    texts = islice(documents(seed), 200)
    RustBPETokenizer.train_from_iterator(texts, SHAPE["vocab_size"]).save(folder)


class Probe:
    """Some chats.

    Args:
        folder: what ``prepare`` wrote.
        seed: of weights and questions.
        steps: how many turns; all are alike.

    """

    def __init__(self, folder, seed, steps):  # noqa: ARG002
        from nanochat.engine import Engine, KVCache
        from nanochat.gpt import GPT, GPTConfig
        from nanochat.tokenizer import RustBPETokenizer

        torch.manual_seed(seed)
        self.model = GPT(GPTConfig(**SHAPE)).eval()
        self.model.init_weights()
        for weight in self.model.parameters():  # a fresh model adds nothing to its stream
            torch.nn.init.normal_(weight, std=weight.size(-1) ** -0.5)
        self.tokenizer = RustBPETokenizer.from_directory(folder)
        self.engine = Engine(self.model, self.tokenizer)
        config = self.model.config
        self.cache = KVCache(
            1, config.n_kv_head, config.sequence_len, config.head_dim, config.n_layer
        )
        self.rng = random.Random(seed)
        self.history, self.turns = [], 0
        self.same = self.compared = self.bracketed = self.calls = 0

    def step(self):
        """Take a turn; after the last one of a chat, empty the cache."""
        if self.turns == TURNS:
            self.cache.reset()
            self.history, self.turns = [], 0
            return
        self._exchange()
        self._calculate()
        self.turns += 1

    @torch.inference_mode()
    def _exchange(self):
        """Read a question and answer it greedily; both ways continue the same text."""
        news = [self.rng.randrange(256) for _ in range(QUESTION)]
        for _ in range(ANSWER):
            self.history += news
            cached = self.model(torch.tensor([news]), kv_cache=self.cache)[0, -1].argmax().item()
            token = self.model(torch.tensor([self.history]))[0, -1].argmax().item()
            self.same += cached == token
            self.compared += 1
            news = [token]

    def _calculate(self):
        """Close a call of the calculator and see what the engine continues it with."""
        special = self.tokenizer.encode_special
        a, b = self.rng.randint(10, 99), self.rng.randint(10, 99)
        call = [special("<|python_start|>"), *self.tokenizer.encode(f"{a} + {b}")]
        result = self.tokenizer.encode(str(a + b))
        expected = [special("<|output_start|>"), *result, special("<|output_end|>")]
        prompt = [self.tokenizer.get_bos_token_id(), *call, special("<|python_end|>")]
        length = len(prompt)
        (row,), _ = self.engine.generate_batch(prompt, max_tokens=len(expected), temperature=0)
        self.bracketed += row[length:] == expected
        self.calls += 1

    def measured(self):
        """Return the shares so far, and what the cache holds now."""
        held = [it for it in vars(self.cache).values() if isinstance(it, torch.Tensor)]
        values = {"cache_mib": sum(it.numel() * it.element_size() for it in held) / 2**20}
        if self.calls:
            values["agreement"] = self.same / self.compared
            values["tool_results"] = self.bracketed / self.calls
        return values
