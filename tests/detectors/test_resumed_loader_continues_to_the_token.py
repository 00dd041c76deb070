"""A loader that is resumed from a state goes on as the one that gave it would have."""

import numpy as np
from small_corpora import arrays, small_corpus, small_loader

MATCHES_CLEAN = ("starts", "uninterrupted", "resumed")
STEPS, CONTINUED = 120, 25


def observe(seed):
    """Run through the data more than once; again from states on the way, the first included."""
    rng = np.random.default_rng(seed)
    settings = {"rank": seed % 2, "world_size": 2}
    shape = (1 + seed % 2, int(rng.integers(2, 7)))
    with small_corpus(seed) as (folder, _):
        loader = small_loader(folder, shape, **settings)
        states, batches = [], []
        for _ in range(STEPS):
            states.append(loader.state_dict())
            batches.append(np.stack(arrays(next(loader))))

        starts = [0, *sorted(rng.choice(STEPS - CONTINUED, 6, replace=False).tolist())]
        resumed = []
        for start in starts:
            again = small_loader(folder, shape, resume_from=states[start], **settings)
            resumed.append(np.stack([np.stack(arrays(next(again))) for _ in range(CONTINUED)]))
    return {"starts": starts, "uninterrupted": np.stack(batches), "resumed": resumed}


def test_resumed_batches_equal_the_uninterrupted_ones(observed):
    """From each state on, inputs and targets are the same, batch for batch."""
    for start, resumed in zip(observed["starts"], observed["resumed"], strict=True):
        expected = observed["uninterrupted"][start : start + len(resumed)]
        np.testing.assert_array_equal(resumed, expected)
