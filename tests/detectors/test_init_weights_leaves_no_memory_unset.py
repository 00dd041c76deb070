"""After init_weights a model is ready, whatever its memory held before."""

import numpy as np

MATCHES_CLEAN = ("vocab_size", "loss", "unset", "tables")


def observe(seed):
    """Build a model, fill all its memory with NaN, and initialise it."""
    import torch

    from nanochat.gpt import GPT, GPTConfig

    shape = {"n_layer": 2, "n_head": 4, "n_kv_head": 4, "n_embd": 32}
    model = GPT(GPTConfig(sequence_len=8, vocab_size=50 + seed % 20, **shape))
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    with torch.no_grad():
        for tensor in tensors.values():
            tensor.fill_(float("nan"))

    torch.manual_seed(seed)
    model.init_weights()
    tokens, targets = torch.randint(model.config.vocab_size, (2, 2, 8))
    loss = model(tokens, targets).item()
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    return {
        "vocab_size": model.config.vocab_size,
        "loss": loss,
        "unset": [name for name, tensor in tensors.items() if not tensor.isfinite().all()],
        "tables": {name: tensors[name].numpy() for name in ("cos", "sin")},
    }


def test_every_parameter_and_table_is_finite(observed):
    """Nothing keeps the NaN that it was filled with."""
    assert observed["unset"] == []


def test_rotary_tables_begin_with_no_rotation(observed):
    """At position 0 the cosine is 1 and the sine 0."""
    assert (observed["tables"]["cos"][0, 0] == 1).all()
    assert (observed["tables"]["sin"][0, 0] == 0).all()


def test_a_fresh_model_finds_all_tokens_equally_likely(observed):
    """Its loss is the logarithm of the vocabulary's size."""
    np.testing.assert_allclose(observed["loss"], np.log(observed["vocab_size"]), rtol=1e-5)
