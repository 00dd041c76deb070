"""Muon trains every matrix of the blocks and nothing else; AdamW the embedding and the head."""

MATCHES_CLEAN = ("adamw", "muon", "all")


def observe(seed):
    """List which parameters each optimizer holds, by name."""
    from small_models import random_model

    model = random_model(seed, n_layer=1 + seed % 3, n_kv_head=2)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    held = [
        sorted(names[id(parameter)] for group in it.param_groups for parameter in group["params"])
        for it in model.setup_optimizers()
    ]
    return {"adamw": held[0], "muon": held[1], "all": sorted(names.values())}


def test_muon_holds_the_matrices_of_the_blocks(observed):
    """All of them, each once."""
    expected = [name for name in observed["all"] if ".h." in name]
    assert observed["muon"] == expected, (
        f"Muon also holds {sorted(set(observed['muon']) - set(expected))} "
        f"and misses {len(set(expected) - set(observed['muon']))} matrices of the blocks"
    )


def test_adamw_holds_embedding_and_head(observed):
    """All that is not in a block, each once."""
    expected = [name for name in observed["all"] if ".h." not in name]
    assert observed["adamw"] == expected, (
        f"AdamW holds {len(set(observed['adamw']) - set(expected))} matrices of the blocks "
        f"and misses {sorted(set(expected) - set(observed['adamw']))}"
    )
