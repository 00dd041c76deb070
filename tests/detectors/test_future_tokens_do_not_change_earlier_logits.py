"""What is said later changes nothing about the predictions before it."""

import numpy as np

MATCHES_CLEAN = ("parting", "logits", "logits_of_another_end")


def observe(seed):
    """Read two texts that part at some position."""
    import torch
    from small_models import random_model

    model = random_model(seed, n_kv_head=(1, 2, 4)[seed % 3])
    parting = 3 + seed % 7
    tokens = torch.randint(model.config.vocab_size, (2, 11))
    another = tokens.clone()
    another[:, parting:] = (another[:, parting:] + 1) % model.config.vocab_size
    with torch.inference_mode():
        return {
            "parting": parting,
            "logits": model(tokens).numpy(),
            "logits_of_another_end": model(another).numpy(),
        }


def test_logits_before_the_parting_are_the_same(observed):
    """A position sees itself and what came before it, in training as in decoding."""
    before = np.s_[:, : observed["parting"]]
    np.testing.assert_allclose(
        observed["logits"][before], observed["logits_of_another_end"][before], atol=1e-5
    )


def test_logits_from_the_parting_on_are_different(observed):
    """Everything that came before has a say, so each later position notices the change."""
    after = np.s_[:, observed["parting"] :]
    change = np.abs(observed["logits"][after] - observed["logits_of_another_end"][after])
    assert change.max(axis=-1).min() > 1e-3
