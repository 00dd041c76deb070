"""Embedding, unembedding and matrices have an optimizer and a learning rate of their own."""

import numpy as np

MATCHES_CLEAN = ("width", "names", "rates")
RATES = {"unembedding_lr": 0.003, "embedding_lr": 0.5, "matrix_lr": 0.07}


def observe(seed):
    """Look up which optimizer has which parameter, and at which rate."""
    from small_models import random_model

    width = (16, 32, 96)[seed % 3]
    model = random_model(seed, n_embd=width, n_layer=2)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    rates = [
        [names[id(parameter)], type(optimizer).__name__, float(group["lr"])]
        for optimizer in model.setup_optimizers(**RATES)
        for group in optimizer.param_groups
        for parameter in group["params"]
    ]
    return {"width": width, "names": sorted(names.values()), "rates": sorted(rates)}


def expected_rate(name, width):
    """Optimizer and learning rate of a parameter; rates were tuned at width 768."""
    if name == "transformer.wte.weight":
        return "AdamW", RATES["embedding_lr"] * np.sqrt(768 / width)
    if name == "lm_head.weight":
        return "AdamW", RATES["unembedding_lr"] * np.sqrt(768 / width)
    return "Muon", RATES["matrix_lr"]


def test_each_parameter_is_in_one_group(observed):
    """None is forgotten, none is updated twice."""
    assert [name for name, _, _ in observed["rates"]] == observed["names"]


def test_optimizer_and_rate_are_those_of_the_parameter(observed):
    """AdamW's rates fall with the square root of the width, Muon's does not depend on it."""
    for name, optimizer, rate in observed["rates"]:
        expected_optimizer, expected = expected_rate(name, observed["width"])
        assert optimizer == expected_optimizer, name
        np.testing.assert_allclose(rate, expected, rtol=1e-6, err_msg=name)
