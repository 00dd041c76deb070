"""The cache of keys and values: growing, sharing out, resetting, refusing."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nanochat.engine import KVCache

SHAPE = {"num_heads": 2, "head_dim": 4, "num_layers": 1}


def filled(rows, positions, **shape):
    """A cache, and the keys and values (B, K, positions, D) that were put into its one layer."""
    cache = KVCache(batch_size=rows, seq_len=8, **SHAPE | shape)
    keys, values = torch.randn(2, rows, cache.num_heads, positions, cache.head_dim)
    cache.insert_kv(0, keys, values)
    return cache, keys, values


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 90), min_size=1, max_size=12), st.integers(0, 200))
def test_what_comes_back_is_what_went_in_laid_end_to_end(lengths, planned):
    """For any pieces and any plan; room is left for no more than one step."""
    cache = KVCache(batch_size=2, seq_len=planned, **SHAPE)
    pieces = [torch.randn(2, 2, length, 4) for length in lengths]
    for piece in pieces:
        keys, values = cache.insert_kv(0, piece, -piece)
    expected = torch.cat(pieces, dim=2)
    assert torch.equal(keys, expected)
    assert torch.equal(values, -expected)
    assert cache.capacity <= max(planned, sum(lengths) + cache.growth_step - 1)


def test_a_cache_takes_no_memory_before_it_is_used():
    """Dtype and device are those of the first keys."""
    cache = KVCache(batch_size=2, seq_len=10**9, **SHAPE)
    assert (cache.kv_cache, cache.capacity, cache.get_pos()) == (None, 0, 0)


def test_a_cache_does_not_move_while_its_plan_holds():
    """Memory is taken once for all positions that were planned."""
    cache = KVCache(batch_size=1, seq_len=6, **SHAPE)
    places = set()
    for _ in range(6):
        cache.insert_kv(0, *torch.randn(2, 1, 2, 1, 4))
        places.add(cache.kv_cache.data_ptr())
    assert (len(places), cache.capacity) == (1, 6)


def test_reset_empties_and_frees_and_the_cache_works_again():
    """With another dtype, even."""
    cache, _, _ = filled(rows=1, positions=5)
    cache.reset()
    assert (cache.kv_cache, cache.get_pos()) == (None, 0)
    keys = torch.randn(1, 2, 3, 4, dtype=torch.float64)
    assert torch.equal(cache.insert_kv(0, keys, keys)[0], keys)


def test_an_interrupted_call_can_be_repeated():
    """Until the last layer has inserted, the positions do not count."""
    cache = KVCache(batch_size=1, seq_len=4, **SHAPE | {"num_layers": 2})
    cache.insert_kv(0, *torch.randn(2, 1, 2, 3, 4))
    assert cache.get_pos() == 0
    keys = torch.randn(1, 2, 3, 4)
    for layer in (0, 1):
        assert torch.equal(cache.insert_kv(layer, keys, keys)[0], keys)
    assert cache.get_pos() == 3


@pytest.mark.parametrize("rows", [1, 3], ids=["one row for all", "row for row"])
def test_prefill_gives_each_row_its_positions(rows):
    """A single row serves all; otherwise there are as many rows as here."""
    other, keys, values = filled(rows, positions=300)
    cache = KVCache(batch_size=3, seq_len=8, **SHAPE)
    cache.prefill(other)
    more_keys, more_values = torch.randn(2, 3, 2, 1, 4)
    all_keys, all_values = cache.insert_kv(0, more_keys, more_values)
    assert torch.equal(all_keys, torch.cat((keys.expand(3, -1, -1, -1), more_keys), dim=2))
    assert torch.equal(all_values, torch.cat((values.expand(3, -1, -1, -1), more_values), dim=2))


def test_caches_share_no_memory_after_prefill():
    """What goes into one is not seen in the other."""
    other, keys, _ = filled(rows=1, positions=5)
    cache = KVCache(batch_size=1, seq_len=8, **SHAPE)
    cache.prefill(other)
    cache.kv_cache.zero_()
    assert torch.equal(other.insert_kv(0, *torch.randn(2, 1, 2, 1, 4))[0][:, :, :5], keys)


def test_prefill_into_a_filled_cache_is_refused():
    """It would forget what is held."""
    cache, _, _ = filled(rows=1, positions=5)
    with pytest.raises(ValueError, match=r"this cache holds 5 positions, the other 2.*reset"):
        cache.prefill(filled(rows=1, positions=2)[0])


def test_prefill_from_an_empty_cache_is_refused():
    """There is nothing to start from."""
    empty = KVCache(batch_size=1, seq_len=8, **SHAPE)
    with pytest.raises(ValueError, match="holds 0 positions, the other 0"):
        KVCache(batch_size=1, seq_len=8, **SHAPE).prefill(empty)


@pytest.mark.parametrize(
    ("rows", "shape", "message"),
    [
        pytest.param(2, {}, "rows are 3 and 2", id="two rows for three"),
        pytest.param(1, {"num_heads": 1}, r"\(1, 2, 4\) here, \(1, 1, 4\) there", id="heads"),
        pytest.param(1, {"head_dim": 1}, r"\(1, 2, 4\) here, \(1, 2, 1\) there", id="width"),
        pytest.param(1, {"num_layers": 2}, r"\(1, 2, 4\) here, \(2, 2, 4\) there", id="layers"),
    ],
)
def test_prefill_from_another_shape_is_refused(rows, shape, message):
    """Also where broadcasting would have made it fit."""
    cache = KVCache(batch_size=3, seq_len=8, **SHAPE)
    with pytest.raises(ValueError, match=message):
        cache.prefill(filled(rows, positions=5, **shape)[0])


@pytest.mark.parametrize(
    ("keys", "values"),
    [
        pytest.param((1, 2, 1, 4), (1, 2, 1, 4), id="rows"),
        pytest.param((3, 1, 1, 4), (3, 1, 1, 4), id="heads"),
        pytest.param((3, 2, 1, 1), (3, 2, 1, 1), id="width"),
        pytest.param((3, 2, 5, 4), (3, 2, 1, 4), id="fewer values than keys"),
    ],
)
def test_keys_of_another_shape_are_refused(keys, values):
    """They are not spread over rows, heads or positions; the cache stays as it was."""
    cache = KVCache(batch_size=3, seq_len=8, **SHAPE)
    with pytest.raises(ValueError, match="Make a cache of the right shape"):
        cache.insert_kv(0, torch.zeros(keys), torch.zeros(values))
    assert (cache.get_pos(), cache.kv_cache) == (0, None)
