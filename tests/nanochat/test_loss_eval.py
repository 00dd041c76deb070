"""Bits per byte and loss per token, against their definitions."""

import math

import pytest
import torch
from forked_ranks import run_on_ranks
from tiny_gpt import random_batch, random_gpt

from nanochat.gpt import GPT, GPTConfig
from nanochat.loss_eval import evaluate_bits_per_byte, evaluate_loss

SHAPE = {"sequence_len": 8, "n_layer": 1, "n_head": 1, "n_kv_head": 1, "n_embd": 8}


def uniform_model(vocab_size):
    """A fresh model, which predicts all tokens alike."""
    model = GPT(GPTConfig(vocab_size=vocab_size, **SHAPE))
    model.init_weights()
    return model


def rows_in_batches(inputs, targets, size):
    """The same rows, `size` at a time; the last batch may be smaller."""
    return list(zip(inputs.split(size), targets.split(size), strict=True))


def by_definition(model, inputs, targets, token_bytes):
    """Bits and bytes, target by target, in double precision."""
    log_probabilities = model(inputs).double().log_softmax(-1)
    bits, num_bytes = 0.0, 0
    for row in range(targets.size(0)):
        for position, target in enumerate(targets[row].tolist()):
            if target != -1 and token_bytes[target] > 0:
                bits -= log_probabilities[row, position, target].item() / math.log(2)
                num_bytes += token_bytes[target].item()
    return bits / num_bytes


def test_uniform_model_over_single_bytes_costs_eight_bits():
    """There are 256 of them: not knowing which is eight bits of ignorance."""
    batch = random_batch(0, rows=4, vocab_size=256)
    one_byte_each = torch.ones(256, dtype=torch.int32)
    found = evaluate_bits_per_byte(uniform_model(256), [batch], one_byte_each)
    assert found == pytest.approx(8.0, abs=1e-6)


@pytest.mark.parametrize("size", [1, 2, 3, 7], ids="{} rows at a time".format)
def test_value_does_not_depend_on_batch_size(size):
    """7 rows, the last batch uneven, targets spread unevenly, tokens of 0 to 5 bytes."""
    model, (inputs, targets) = random_gpt(), random_batch(1, rows=7)
    targets[::2, 3:] = -1
    token_bytes = torch.arange(300, dtype=torch.int32) % 6
    batches = rows_in_batches(inputs, targets, size)
    expected = by_definition(model, inputs, targets, token_bytes)
    found = evaluate_bits_per_byte(model, batches, token_bytes)
    assert found == pytest.approx(expected, rel=1e-5)


def test_tokens_without_text_cost_nothing():
    """Special tokens among the targets leave the value of a uniform model alone."""
    batch = random_batch(2, rows=4)
    token_bytes = torch.ones(300, dtype=torch.int32)
    token_bytes[200:] = 0
    found = evaluate_bits_per_byte(uniform_model(300), [batch], token_bytes)
    assert found == pytest.approx(math.log2(300), rel=1e-6)


@pytest.mark.parametrize("num_targets", [0, None], ids=["all ignored", "special only"])
def test_batches_without_text_are_an_error(num_targets):
    """There is no byte to divide by."""
    batch = random_batch(3, rows=2, num_targets=num_targets)
    token_bytes = torch.zeros(300, dtype=torch.int32)
    with pytest.raises(ValueError, match="no target of these batches stands for any text"):
        evaluate_bits_per_byte(random_gpt(), [batch], token_bytes)


@pytest.mark.parametrize("size", [1, 3, 7], ids="{} rows at a time".format)
def test_loss_is_the_mean_over_all_targets(size):
    """Not the mean of the means of batches."""
    model, (inputs, targets) = random_gpt(), random_batch(4, rows=7)
    targets[::2, 3:] = -1
    logits = model(inputs).flatten(0, 1)
    expected = torch.nn.functional.cross_entropy(logits, targets.flatten(), ignore_index=-1)
    found = evaluate_loss(model, rows_in_batches(inputs, targets, size))
    assert found == pytest.approx(expected.item(), rel=1e-5)


def test_loss_of_batches_without_targets_is_an_error():
    """As for bits per byte."""
    with pytest.raises(ValueError, match="no target of these batches counts"):
        evaluate_loss(random_gpt(), [random_batch(5, rows=2, num_targets=0)])


def test_evaluation_leaves_gradients_and_weights_alone():
    """It may come between two steps of training."""
    model = random_gpt()
    before = [parameter.clone() for parameter in model.parameters()]
    evaluate_loss(model, [random_batch(6, rows=2)])
    assert all(parameter.grad is None for parameter in model.parameters())
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True))


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_ranks_together_measure_the_same_as_one(tmp_path):
    """One has a single target, the other 24: sums are taken before anything is divided."""
    batches = [random_batch(7, rows=3, num_targets=24), random_batch(8, rows=3, num_targets=1)]
    model, token_bytes = random_gpt(), torch.arange(300, dtype=torch.int32) % 6 + 1
    expected = evaluate_bits_per_byte(model, batches, token_bytes)

    def on_rank(rank):
        return evaluate_bits_per_byte(model, [batches[rank]], token_bytes)

    assert run_on_ranks(on_rank, 2, tmp_path) == pytest.approx([expected] * 2, rel=1e-5)
