"""Whatever the ranks of a run hold differently, each has its own again after an interruption."""

from small_ranks import on_ranks

MATCHES_CLEAN = ("saved", "resumed")
RANKS = 3


def observe(seed):
    """Save on ranks that are at different places and hold different moments, then go on."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    import torch
    from small_models import random_model

    from nanochat.checkpoint import describe_run, find_checkpoint, resume, save_checkpoint
    from nanochat.optim import AdamW
    from nanochat.tokenizer import RustBPETokenizer
    from nanochat.training_run import RunSettings

    tokenizer = RustBPETokenizer([bytes([value]) for value in range(256)], r"\w+|\W+")
    model = random_model(seed, n_layer=1, n_embd=8, vocab_size=tokenizer.get_vocab_size())

    def optimizer_at(place):
        optimizer = AdamW([torch.nn.Parameter(torch.zeros(2))])
        if place is not None:
            (parameter,) = optimizer.param_groups[0]["params"]
            optimizer.state[parameter]["exp_avg"] = torch.full((2,), float(place))
        return optimizer

    def save(rank):
        place = seed % 1000 + 10 * rank
        meta = describe_run(1, model, tokenizer=tokenizer, settings=RunSettings(), metrics={})
        state = {"next_turn": place}
        save_checkpoint(
            folder, meta, model=model, optimizers=[optimizer_at(place)], loader_state=state
        )
        return place

    def go_on(_):
        optimizer = optimizer_at(None)
        found = find_checkpoint(folder)
        _, state = resume(found, model=model, optimizers=[optimizer], tokenizer=tokenizer)
        (moments,) = optimizer.state.values()
        return [state["next_turn"], float(moments["exp_avg"][0])]

    with TemporaryDirectory() as name:
        folder = Path(name)
        return {"saved": on_ranks(RANKS, save), "resumed": on_ranks(RANKS, go_on)}


def test_every_rank_is_at_the_place_where_it_was(observed):
    """In the data that it learns from."""
    assert [place for place, _ in observed["resumed"]] == observed["saved"]


def test_every_rank_has_its_own_moments(observed):
    """Those of its share of the parameters."""
    assert [moment for _, moment in observed["resumed"]] == observed["saved"]
