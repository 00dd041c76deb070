"""Whatever the dtype of a model, logits and losses come in float32, with all its digits."""

MATCHES_CLEAN = ("dtypes", "losses", "finer_than_half")


def observe(seed):
    """Ask models of two dtypes for logits and losses; compare those with what bfloat16 can hold."""
    import torch
    from small_models import random_model

    dtypes, values = {}, {}
    for name in ("float32", "bfloat16"):
        model = random_model(seed, head_scale=8.0, n_layer=1).to(getattr(torch, name))
        tokens, targets = torch.randint(model.config.vocab_size, (2, 4, 8))
        with torch.inference_mode():
            logits = model(tokens)
            losses = model(tokens, targets, loss_reduction="none")
        dtypes[name] = [str(logits.dtype), str(losses.dtype)]
        values[name] = losses
    half = values["bfloat16"]
    finer = half.float() != half.bfloat16().float()
    return {
        "dtypes": dtypes,
        "losses": values["float32"].float().numpy(),
        "finer_than_half": float(finer.float().mean()),
    }


def test_logits_and_losses_are_float32(observed):
    """A softmax over many tokens adds up many small numbers."""
    expected = ["torch.float32"] * 2
    assert observed["dtypes"] == dict.fromkeys(observed["dtypes"], expected)


def test_losses_of_a_bfloat16_model_are_not_rounded_once_more(observed):
    """Near the cap bfloat16 has steps of 1/16, which would make unequal scores equal."""
    share = observed["finer_than_half"]
    assert share > 0.8, f"{share:.0%} of the losses have more digits than bfloat16"
