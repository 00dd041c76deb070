"""However often a run is interrupted, it takes each of its steps once, and in order."""

import random

MATCHES_CLEAN = ("stops", "steps")


def observe(seed):
    """Go on twice from checkpoints of a run; note the steps that are left to each part."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from small_models import random_model

    from nanochat.checkpoint import describe_run, save_checkpoint, start_or_resume
    from nanochat.tokenizer import RustBPETokenizer
    from nanochat.training_run import RunSettings

    tokenizer = RustBPETokenizer([bytes([value]) for value in range(256)], r"\w+|\W+")
    model = random_model(seed, n_layer=1, n_embd=8, vocab_size=tokenizer.get_vocab_size())
    parts = {"model": model, "optimizers": model.setup_optimizers(), "tokenizer": tokenizer}
    stops = [*sorted(random.Random(seed).sample(range(1, 20), 2)), 20]
    steps = []
    with TemporaryDirectory() as folder:
        for stop in stops:
            settings = RunSettings(resume=bool(steps))
            first, _, _ = start_or_resume(settings, Path(folder), **parts)
            steps.append(list(range(first, stop)))
            meta = describe_run(stop, model, tokenizer=tokenizer, settings=settings, metrics={})
            save_checkpoint(Path(folder), meta, model=model, optimizers=parts["optimizers"])
    return {"stops": stops, "steps": steps}


def test_no_step_is_left_out_or_taken_twice(observed):
    """The parts of the run, one after the other, are the whole run."""
    taken = [step for part in observed["steps"] for step in part]
    last = observed["stops"][-1]
    assert taken == list(range(last)), f"a run that stopped after {observed['stops']} took {taken}"
