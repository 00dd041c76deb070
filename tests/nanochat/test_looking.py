"""What the looking tools show is what is there."""

import math

import pytest
import torch
from tiny_gpt import random_gpt

from nanochat.looking import (
    COLOURS,
    LINE,
    attention_weights,
    cache_for,
    draw_tokens,
    learning_rates,
    memory_of,
    parameter_groups,
    parameter_table,
    token_figure,
    token_kinds,
    token_lines,
    token_texts,
    watch_cache,
)
from nanochat.scripts.base_train import Settings
from nanochat.settings import parse_settings
from nanochat.tokenizer import RustBPETokenizer

IDS = [5, 17, 5, 299, 0, 17]


@pytest.fixture(scope="module")
def tokenizer():
    """A tokenizer of bytes and special tokens."""
    return RustBPETokenizer.train_from_iterator(iter(["none"]), vocab_size=265)


def test_tokens_are_drawn_as_text_without_spaces_or_line_ends(tokenizer):
    """A space becomes a dot, what has no shape an escape; special tokens are written out."""
    ids = [*tokenizer.encode("a b\n"), tokenizer.get_bos_token_id()]
    assert token_texts(tokenizer, ids) == ["a", "·", "b", "\\n", "<|bos|>"]


def test_kinds_of_tokens_tell_learned_special_and_first_ones_apart(tokenizer):
    """What is learned goes before what it is."""
    special = tokenizer.encode_special("<|user_end|>")
    ids = [tokenizer.get_bos_token_id(), special, 65, 65, special]
    kinds = token_kinds(tokenizer, ids, [0, 0, 0, 1, 1])
    assert kinds == ["bos", "special", "plain", "learned", "learned"]


def test_every_token_is_drawn_once_and_within_the_line():
    """Tokens go on in the next line where the last one is full."""
    figures = pytest.importorskip("matplotlib.figure", reason="the extra 'plot' is not installed")
    axes = figures.Figure().subplots()
    texts = ["word"] * 60
    places = draw_tokens(axes, texts, ["plain"] * 60)
    assert [text.get_text() for text in axes.texts] == texts
    assert len(set(places)) == 60
    assert max(x for x, _ in places) <= LINE
    assert {y for _, y in places} == set(range(token_lines(texts)))


def test_a_figure_of_tokens_has_a_row_for_each_text():
    """With its title above and its colours in the boxes."""
    pytest.importorskip("matplotlib", reason="the extra 'plot' is not installed")
    from matplotlib.colors import to_rgba

    figure = token_figure([("one", ["a"], ["bos"]), ("two", ["b", "c"], ["plain", "learned"])])
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["one", "two"]
    colours = [box.get_facecolor() for axes in figure.axes for box in axes.patches]
    assert colours == [to_rgba(COLOURS[kind]) for kind in ("bos", "plain", "learned")]


@pytest.mark.parametrize("n_kv_head", [1, 2], ids=["grouped", "full"])
def test_attention_weights_explain_what_the_layer_puts_out(n_kv_head):
    """The values, summed with these weights, are what goes into the projection of the layer."""
    model = random_gpt(3, n_kv_head=n_kv_head)
    seen = {}
    block = model.transformer.h[0].attn
    block.c_v.register_forward_hook(lambda *args: seen.update(v=args[2]))
    block.c_proj.register_forward_hook(lambda *args: seen.update(mixed=args[1][0]))
    weights = attention_weights(model, IDS)

    T, D = len(IDS), model.config.head_dim
    v = seen["v"].view(T, n_kv_head, D).repeat_interleave(2 // n_kv_head, dim=1)  # (T, H, D)
    expected = torch.einsum("hts,shd->thd", weights[0], v).reshape(T, -1)
    assert weights.shape == (2, 2, T, T)
    torch.testing.assert_close(seen["mixed"][0], expected)


def test_attention_weights_see_no_later_token():
    """Each row adds up to one over the tokens so far."""
    weights = attention_weights(random_gpt(4), IDS)
    torch.testing.assert_close(weights.sum(dim=-1), torch.ones(2, 2, len(IDS)))
    assert weights.triu(diagonal=1).abs().max() == 0


def test_a_watched_cache_shows_each_token_in_its_slot_of_every_layer():
    """One after the other, in all layers alike, and the positions grow by one."""
    cache = watch_cache(random_gpt(5), IDS)
    assert cache.slots == [list(range(len(IDS)))] * 2
    assert [positions for positions, _ in cache.held] == list(range(1, len(IDS) + 1))


def test_a_watched_cache_gives_the_logits_of_a_plain_one():
    """Looking changes nothing."""
    model = random_gpt(6)
    plain, watched = cache_for(model, 3), watch_cache(model, IDS[:2])
    with torch.inference_mode():
        model(torch.tensor([IDS[:2]]), kv_cache=plain)
        logits = [model(torch.tensor([IDS[2:]]), kv_cache=cache) for cache in (plain, watched)]
    torch.testing.assert_close(*logits)


def test_memory_of_a_cache_counts_keys_and_values_of_all_layers():
    """Nothing before the first token; then what was planned for, in float32."""
    model = random_gpt(7)
    cache = cache_for(model, positions=10)
    assert memory_of(cache) == 0
    model(torch.tensor([IDS]), kv_cache=cache)
    heads, layers = model.config.n_kv_head, model.config.n_layer
    assert memory_of(cache) == 2 * layers * heads * model.config.head_dim * 10 * 4


def test_every_parameter_is_listed_once_with_its_optimizer():
    """In the order of the model, with the learning rates that were asked for."""
    model = random_gpt(8)
    listed = parameter_groups(model, model.setup_optimizers(matrix_lr=0.03))
    assert [it.name for it in listed] == [name for name, _ in model.named_parameters()]
    by_name = {it.name: it for it in listed}
    assert by_name["lm_head.weight"].optimizer == "AdamW"
    assert by_name["transformer.h.1.attn.c_k.weight"].learning_rate == 0.03
    assert by_name["transformer.wte.weight"].shape == (300, 16)
    assert "transformer.wte.weight" in parameter_table(listed).splitlines()[0]


def test_learning_rates_of_a_run_are_shown_and_left_as_they_were():
    """Linear warm-up, plateau, linear warm-down, as in the settings; nothing is trained."""
    model = random_gpt(9)
    optimizers = model.setup_optimizers(matrix_lr=0.5)
    options = ["--preset=smoke", "--warmup-ratio=0.25", "--warmdown-ratio=0.25"]
    settings = parse_settings(Settings, "base_train", options)
    rates = learning_rates(optimizers, 8, settings)
    assert list(rates) == ["AdamW 0", "AdamW 1", "Muon 0"]
    assert rates["Muon 0"] == pytest.approx([0.25, 0.5, 0.5, 0.5, 0.5, 0.5, 0.25, 0.0])
    assert optimizers[1].param_groups[0]["lr"] == 0.5
    assert all(math.isfinite(rate) for values in rates.values() for rate in values)
