"""The rows of a batch know nothing of each other."""

import numpy as np

MATCHES_CLEAN = ("batch", "alone", "decoded_batch")


def observe(seed):
    """Run several rows together and one by one, with as many rows as positions."""
    import torch
    from small_models import cache_for, random_model

    model = random_model(seed, n_kv_head=2)
    rows = 5
    tokens = torch.randint(model.config.vocab_size, (rows, rows))
    with torch.inference_mode():
        cache = cache_for(model, rows)
        steps = [model(column, kv_cache=cache) for column in tokens.split(1, dim=1)]
        return {
            "batch": model(tokens).numpy(),
            "alone": np.concatenate([model(row[None]).numpy() for row in tokens]),
            "decoded_batch": torch.cat(steps, dim=1).numpy(),
        }


def test_logits_of_a_row_do_not_depend_on_its_neighbours(observed):
    """One pass over all rows gives what a pass over each gives."""
    np.testing.assert_allclose(observed["batch"], observed["alone"], atol=1e-4)


def test_rows_decoded_together_stay_apart(observed):
    """The cache keeps the rows apart as well."""
    np.testing.assert_allclose(observed["decoded_batch"], observed["alone"], atol=1e-4)
