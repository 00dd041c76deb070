"""The model: what it takes, what it returns, what it refuses."""

import dataclasses
import math

import pytest
import torch
from small_models import cache_for, random_model
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from nanochat.gpt import GPT, GPTConfig, apply_rotary, attend

SMALL = {"sequence_len": 8, "vocab_size": 23, "n_layer": 2, "n_head": 4, "n_kv_head": 2}


def fresh_model(**shape):
    """A small model as training finds it."""
    model = GPT(GPTConfig(**SMALL | {"n_embd": 32} | shape))
    model.init_weights()
    return model


class TestConfig:
    """The shape of a model is checked when it is written down."""

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            pytest.param({"n_layer": 0}, "n_layer is 0", id="no layer"),
            pytest.param({"n_head": -2}, "n_head is -2", id="negative heads"),
            pytest.param({"vocab_size": 9.5}, "vocab_size is 9.5", id="broken number"),
            pytest.param({"n_layer": True}, "n_layer is True", id="truth value"),
            pytest.param({"n_embd": 34}, "n_embd=34 over n_head=4", id="heads do not divide"),
            pytest.param({"n_embd": 36}, "no even head width", id="odd head width"),
            pytest.param({"n_kv_head": 3}, "n_kv_head=3 does not divide", id="uneven groups"),
            pytest.param({"n_kv_head": 8}, "n_kv_head=8 does not divide", id="too many groups"),
        ],
    )
    def test_an_impossible_shape_is_refused_with_its_value(self, change, message):
        """The field and what stands in it are named."""
        with pytest.raises(ValueError, match=message):
            GPTConfig(**SMALL | {"n_embd": 32} | change)

    def test_a_config_cannot_be_changed_afterwards(self):
        """A model's layers would not follow."""
        with pytest.raises(dataclasses.FrozenInstanceError):
            GPTConfig().n_layer = 3


class TestForward:
    """Logits and losses."""

    def test_logits_have_one_row_for_each_position(self):
        """Shape (B, T, V), in float32."""
        logits = fresh_model()(torch.zeros(3, 5, dtype=torch.long))
        assert (logits.shape, logits.dtype) == ((3, 5, 23), torch.float32)

    def test_int32_ids_give_the_logits_of_int64_ids(self):
        """The data loader yields int32."""
        model = random_model(seed=1)
        tokens = torch.randint(61, (2, 7))
        assert torch.equal(model(tokens.int()), model(tokens))

    def test_loss_without_reduction_has_one_entry_for_each_target(self):
        """Shape (B*T,); the other reductions give a scalar."""
        tokens = torch.zeros(3, 5, dtype=torch.long)
        losses = {r: fresh_model()(tokens, tokens, None, r).shape for r in ("mean", "sum", "none")}
        assert losses == {"mean": (), "sum": (), "none": (15,)}

    def test_an_unknown_reduction_is_refused(self):
        """The message lists the known ones."""
        tokens = torch.zeros(1, 2, dtype=torch.long)
        with pytest.raises(ValueError, match=r"reduction is 'average'.*'mean', 'sum' or 'none'"):
            fresh_model()(tokens, tokens, loss_reduction="average")

    def test_text_may_go_on_past_the_training_window(self):
        """The tables reach ten times as far, and no further."""
        model = fresh_model()
        assert torch.isfinite(model(torch.zeros(1, 80, dtype=torch.long))).all()
        with pytest.raises(ValueError, match=r"positions 0\.\.80 go past the 80"):
            model(torch.zeros(1, 81, dtype=torch.long))

    def test_cached_positions_count_towards_the_tables(self):
        """The error comes before anything is put into the cache."""
        model = fresh_model()
        cache = cache_for(model)
        model(torch.zeros(1, 79, dtype=torch.long), kv_cache=cache)
        with pytest.raises(ValueError, match=r"positions 79\.\.80 go past the 80"):
            model(torch.zeros(1, 2, dtype=torch.long), kv_cache=cache)
        assert cache.get_pos() == 79

    def test_bfloat16_logits_stay_near_those_of_float32(self):
        """Half precision, through the cache as well."""
        model = random_model(seed=2, n_kv_head=2)
        tokens = torch.randint(61, (2, 9))
        expected = model(tokens)
        cache = cache_for(model.bfloat16(), rows=2)
        pieces = [model(piece, kv_cache=cache) for piece in tokens.split([5, 1, 3], dim=1)]
        torch.testing.assert_close(torch.cat(pieces, dim=1), expected, atol=0.15, rtol=0)


class TestAttention:
    """Attention against the softmax that defines it."""

    @pytest.mark.parametrize("n_kv_head", [1, 2, 4], ids="kv{}".format)
    @pytest.mark.parametrize(
        ("T", "S"),
        [
            pytest.param(1, 1, id="first token"),
            pytest.param(6, 6, id="whole text"),
            pytest.param(1, 7, id="one token on a cache"),
            pytest.param(3, 7, id="chunk on a cache"),
            pytest.param(4, 4, id="as many positions as heads"),
        ],
    )
    def test_attention_equals_a_plain_softmax(self, T, S, n_kv_head):
        """The last T of S positions each see what came before them and themselves."""
        q, k, v = torch.randn(2, 4, T, 8), *torch.randn(2, 2, n_kv_head, S, 8)
        keys, values = (t.repeat_interleave(4 // n_kv_head, dim=1) for t in (k, v))
        scores = q @ keys.mT / math.sqrt(8)
        for t in range(T):
            scores[:, :, t, S - T + t + 1 :] = -math.inf
        expected = scores.softmax(dim=-1) @ values
        torch.testing.assert_close(attend(q, k, v, enable_gqa=n_kv_head != 4), expected)

    @pytest.mark.parametrize("n_kv_head", [1, 2, 4], ids="kv{}".format)
    def test_any_split_into_pieces_gives_the_logits_of_one_pass(self, n_kv_head):
        """Whole prompt, single tokens, chunks: for each way of sharing key/value heads."""
        model = random_model(seed=3, n_kv_head=n_kv_head)
        tokens = torch.randint(61, (4, 10))
        expected = model(tokens)
        for lengths in ([10], [1] * 10, [4, 6], [3, 1, 5, 1]):
            cache = cache_for(model, rows=4)
            pieces = [model(piece, kv_cache=cache) for piece in tokens.split(lengths, dim=1)]
            torch.testing.assert_close(torch.cat(pieces, dim=1), expected, atol=1e-4, rtol=0)

    def test_rotation_keeps_lengths_and_leaves_the_start_alone(self):
        """A rotation is an isometry, and the angle of position 0 is 0."""
        model = random_model(seed=4)
        x = torch.randn(2, 9, 3, model.config.head_dim)
        turned = apply_rotary(x, model.cos[:, :9], model.sin[:, :9])
        torch.testing.assert_close(turned.norm(dim=-1), x.norm(dim=-1))
        assert torch.equal(turned[:, 0], x[:, 0])


class TestStart:
    """What training starts from."""

    def test_blocks_add_nothing_at_first(self):
        """The stream after a fresh block is the stream before it."""
        model = fresh_model()
        x, cos_sin = torch.randn(2, 8, 32), (model.cos[:, :8], model.sin[:, :8])
        assert torch.equal(model.transformer.h[0](x, cos_sin, None), x)

    def test_the_same_seed_gives_the_same_weights(self):
        """Nothing but torch's random state decides."""
        torch.manual_seed(5)
        first = fresh_model().state_dict()
        torch.manual_seed(5)
        second = fresh_model().state_dict()
        assert all(torch.equal(first[name], second[name]) for name in first)

    def test_rotary_tables_are_no_part_of_a_checkpoint(self):
        """They follow from the config."""
        assert {"cos", "sin"}.isdisjoint(fresh_model().state_dict())

    def test_a_model_knows_its_device(self):
        """Also one without memory."""
        with torch.device("meta"):
            assert GPT(GPTConfig(**SMALL, n_embd=32)).get_device() == torch.device("meta")


class TestOptimizers:
    """What the model says about its training."""

    def test_adamw_comes_first_and_takes_the_weight_decay(self):
        """Muon has none."""
        adamw, muon = fresh_model().setup_optimizers(weight_decay=0.3)
        assert (type(adamw).__name__, type(muon).__name__) == ("AdamW", "Muon")
        assert [group["weight_decay"] for group in adamw.param_groups] == [0.3, 0.3]

    def test_settings_are_those_that_were_tuned_at_a_width_of_768(self):
        """They are published with the speedrun of October 2025."""
        adamw, muon = fresh_model(n_embd=768, n_head=4, n_layer=1).setup_optimizers()
        head, embedding = adamw.param_groups
        assert (head["lr"], embedding["lr"], muon.param_groups[0]["lr"]) == (0.004, 0.2, 0.02)
        for group in adamw.param_groups:
            assert (group["betas"], group["eps"]) == ((0.8, 0.95), 1e-10)
            assert group["weight_decay"] == 0.0
        assert muon.param_groups[0]["momentum"] == 0.95

    @pytest.mark.parametrize("n_kv_head", [1, 2, 4], ids="kv{}".format)
    def test_estimated_flops_are_those_of_a_training_step(self, n_kv_head):
        """Counted by torch, forward and backward, over one full window."""
        model = random_model(seed=6, sequence_len=16, n_kv_head=n_kv_head)
        tokens = torch.zeros(1, 16, dtype=torch.long)
        with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
            model(tokens, tokens).backward()
        assert counter.get_total_flops() == 16 * model.estimate_flops()


class TestGenerate:
    """Sampling without a cache."""

    def test_the_same_seed_gives_the_same_sample(self):
        """And another seed another one."""
        model = random_model(seed=7)
        first, again, other = (list(model.generate([1, 2], 12, seed=s)) for s in (3, 3, 4))
        assert first == again != other

    def test_temperature_zero_takes_the_best_token_at_each_step(self):
        """Whatever the seed."""
        model = random_model(seed=8)
        tokens = [1, 2]
        for token in model.generate([1, 2], max_tokens=5, temperature=0):
            assert token == model(torch.tensor([tokens]))[0, -1].argmax()
            tokens.append(token)

    @pytest.mark.parametrize("count", [0, 1, 5], ids="{} tokens".format)
    def test_as_many_tokens_come_as_were_asked_for(self, count):
        """None at all as well."""
        assert len(list(random_model(seed=9).generate([1], count))) == count

    def test_an_empty_prompt_is_refused(self):
        """There would be no position to predict from."""
        with pytest.raises(ValueError, match="prompt is empty"):
            next(random_model(seed=9).generate([], 1))
