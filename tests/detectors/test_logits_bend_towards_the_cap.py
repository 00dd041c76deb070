"""A logit is 15 tanh(x / 15) of what the head says: small ones stay, large ones approach 15."""

import numpy as np

MATCHES_CLEAN = ("heard", "logits")
CAP = 15.0


def observe(seed):
    """Listen to the head of a model, some of whose scores are far out."""
    import torch
    from small_models import random_model

    model = random_model(seed, head_scale=30.0, n_layer=1)
    heard = []
    model.lm_head.register_forward_hook(lambda *call: heard.append(call[-1].float()))
    with torch.inference_mode():
        logits = model(torch.randint(model.config.vocab_size, (2, 6)))
    return {"heard": heard[0].numpy(), "logits": logits.float().numpy()}


def test_no_logit_goes_past_the_cap(observed):
    """Whatever the head says, and some of what it says is far beyond."""
    assert np.abs(observed["heard"]).max() > 2 * CAP
    largest = np.abs(observed["logits"]).max()
    assert largest <= CAP + 1e-3, f"a logit is {largest:.1f} from zero"


def test_each_logit_is_the_bent_score(observed):
    """Signs are kept, and so are the sizes of small ones."""
    heard = observed["heard"].astype(np.float64)
    np.testing.assert_allclose(observed["logits"], CAP * np.tanh(heard / CAP), atol=1e-4)
