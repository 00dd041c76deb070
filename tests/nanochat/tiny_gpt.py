"""Models and batches small enough for every law to be tried on them."""

import torch

from nanochat.gpt import GPT, GPTConfig

TINY = {"sequence_len": 16, "vocab_size": 300, "n_layer": 2, "n_head": 2, "n_kv_head": 1}


def random_gpt(seed=0, **shape):
    """A GPT whose weights are all random: a fresh one predicts all tokens alike."""
    torch.manual_seed(seed)
    model = GPT(GPTConfig(**TINY | {"n_embd": 16} | shape))
    model.init_weights()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=parameter.size(-1) ** -0.5)
    return model


def random_batch(seed, rows, num_targets=None, vocab_size=300, T=8):
    """Inputs and targets of shape (rows, T); all but the first `num_targets` targets are -1."""
    generator = torch.Generator().manual_seed(seed)
    tokens = torch.randint(vocab_size, (rows, T + 1), generator=generator)
    targets = tokens[:, 1:].clone()
    if num_targets is not None:
        targets.view(-1)[num_targets:] = -1
    return tokens[:, :-1].to(torch.int32), targets
