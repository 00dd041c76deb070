"""The newest checkpoint of a run is the one of most steps, however many digits that takes."""

import random

MATCHES_CLEAN = ("steps", "found")


def observe(seed):
    """Ask for the newest checkpoint as steps get more digits; save them in any order."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from small_models import random_model

    from nanochat.checkpoint import Meta, find_checkpoint, read_meta, save_checkpoint

    model = random_model(seed, n_layer=1, n_embd=8)
    rest = {"model_config": dict(vars(model.config)), "tokenizer": "", "world_size": 1}
    steps = [8, 10, 999_999, 1_000_000]
    random.Random(seed).shuffle(steps)
    found = []
    with TemporaryDirectory() as folder:
        for step in steps:
            meta = Meta(step=step, settings={}, metrics={}, **rest)
            save_checkpoint(Path(folder), meta, model=model, keep=len(steps))
            found.append(read_meta(find_checkpoint(Path(folder))).step)
    return {"steps": steps, "found": found}


def test_the_newest_is_the_one_with_the_most_steps(observed):
    """Whichever was written last, and whatever its name looks like."""
    steps = observed["steps"]
    newest = [max(steps[: number + 1]) for number in range(len(steps))]
    assert observed["found"] == newest, f"found {observed['found']} as it saved {steps}"
