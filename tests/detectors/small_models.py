"""Models small enough to be looked at in a test, with weights that let everything show."""


def random_model(seed, head_scale=1.0, **shape):
    """Build a GPT whose weights are all random: a fresh one adds nothing to its stream.

    Args:
        seed: of the weights.
        head_scale: factor on the unembedding; large values reach the soft cap.
        shape: fields of GPTConfig that differ from the small default.
    """
    import torch

    from nanochat.gpt import GPT, GPTConfig

    defaults = {"sequence_len": 32, "vocab_size": 61, "n_layer": 3}
    model = GPT(GPTConfig(**defaults | {"n_head": 4, "n_kv_head": 4, "n_embd": 32} | shape))
    model.init_weights()
    torch.manual_seed(seed)  # what was drawn before, and how often, is left to the model
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=parameter.size(-1) ** -0.5)
    with torch.no_grad():
        model.lm_head.weight *= head_scale
    return model.eval()


def cache_for(model, rows=1, positions=16):
    """Build an empty cache for so many rows of a model, planned for so many positions."""
    from nanochat.engine import KVCache

    config = model.config
    head_dim = config.n_embd // config.n_head
    return KVCache(rows, config.n_kv_head, positions, head_dim, config.n_layer)


def sampled_rows(engine, prompt, **settings):
    """Generate; return the tokens and the masks of each row, as lists."""
    columns = list(engine.generate(prompt, **settings))
    tokens = [list(row) for row in zip(*(tokens for tokens, _ in columns), strict=True)]
    masks = [list(row) for row in zip(*(masks for _, masks in columns), strict=True)]
    return tokens, masks


class CharacterTokenizer:
    """One token for each ASCII character, and the special tokens behind them."""

    specials = (
        "<|bos|>", "<|user_start|>", "<|user_end|>", "<|assistant_start|>", "<|assistant_end|>",
        "<|python_start|>", "<|python_end|>", "<|output_start|>", "<|output_end|>",
    )  # fmt: skip

    def encode_special(self, text):
        """Return the id of a special token."""
        return 128 + self.specials.index(text)

    def get_bos_token_id(self):
        """Return the id of the token that begins a document."""
        return self.encode_special("<|bos|>")

    def get_vocab_size(self):
        """Return the number of tokens."""
        return 128 + len(self.specials)

    def encode(self, text):
        """Return the ids of a text."""
        return [ord(character) for character in text]

    def decode(self, ids):
        """Return the text of ids."""
        return "".join(chr(i) if i < 128 else self.specials[i - 128] for i in ids)


class ScriptedModel:
    """A stand-in for a GPT: each call makes the next token of each script certain.

    Args:
        scripts: a list of token ids for each row, all of which begin with the same one: the prompt
            is read once, for all rows.
        vocab_size: number of tokens.
    """

    rotary_len = 1000

    def __init__(self, scripts, vocab_size):
        from nanochat.gpt import GPTConfig

        self.scripts = scripts
        self.calls = 0
        self.config = GPTConfig(
            sequence_len=100, vocab_size=vocab_size, n_layer=1, n_head=1, n_kv_head=1, n_embd=2
        )

    def get_device(self):
        """Return the device on which it pretends to live."""
        return "cpu"

    def __call__(self, ids, kv_cache):
        """Logits (B, T, V) that leave each row one choice; the cache is fed as a model would."""
        import torch

        rows, length = ids.shape
        nothing = torch.zeros(rows, 1, length, 2)
        kv_cache.insert_kv(0, nothing, nothing)
        logits = torch.full((rows, length, self.config.vocab_size), -1e9)
        for row in range(rows):
            script = self.scripts[row]
            logits[row, -1, script[min(self.calls, len(script) - 1)]] = 0.0
        self.calls += 1
        return logits
