"""A few steps from a fresh start, every weight has left the value that it was given."""

MATCHES_CLEAN = ("names", "moved")


def observe(seed):
    """Train a fresh model for three steps with its own optimizers."""
    import torch

    from nanochat.gpt import GPT, GPTConfig

    torch.manual_seed(seed)
    shape = {"n_layer": 1 + seed % 3, "n_head": 2, "n_kv_head": 2, "n_embd": 16}
    model = GPT(GPTConfig(sequence_len=16, vocab_size=29, **shape))
    model.init_weights()
    start = {name: parameter.clone() for name, parameter in model.named_parameters()}
    optimizers = model.setup_optimizers()
    for _ in range(3):
        tokens, targets = torch.randint(29, (2, 4, 12))
        model(tokens, targets).backward()
        for optimizer in optimizers:
            optimizer.step()
        model.zero_grad()

    moved = [name for name, weight in model.named_parameters() if not weight.equal(start[name])]
    return {"names": list(start), "moved": moved}


def test_each_parameter_has_moved_after_three_steps(observed):
    """What starts at zero passes no gradient on at first; by the third step nothing may block."""
    assert [name for name in observed["names"] if name not in observed["moved"]] == []
