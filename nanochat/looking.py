"""Looking at a model at work: tokens and masks, attention, a cache, optimizers, learning rates.

What there is to see comes as plain data, or is drawn into matplotlib axes. matplotlib, which comes
with the extra `plot`, is loaded by those who draw. Dimension letters as in nanochat.gpt.
"""

import itertools
import math
from dataclasses import astuple, dataclass
from unittest import mock

import torch

from nanochat import gpt
from nanochat.engine import KVCache
from nanochat.schedule import set_learning_rates
from nanochat.training import set_schedule

# Colours that everybody can tell apart (Okabe and Ito, 2008), light enough for text to stand on.
COLOURS = {
    "plain": "#EDEDED", "learned": "#8FD4B8", "bos": "#F0C24B", "special": "#A8CBE8",
    "forced": "#E9B3D0",
}
OPTIMIZER_COLOURS = {"AdamW": "#0072B2", "Muon": "#D55E00"}
LINE = 88                   # characters in a line of drawn tokens
CHARACTER = 0.072           # inches


# -----------------------------------------------------------------------------
# Tokens

def token_texts(tokenizer, ids):
    """Each token as a string to be drawn: a dot for a space, an escape for what is no text."""
    texts = [tokenizer.id_to_token(token_id).replace(" ", "·") for token_id in ids]
    return [text.encode("unicode_escape").decode() if "\n" in text or not text.isprintable()
            else text for text in texts]


def token_kinds(tokenizer, ids, mask):
    """For each token its colour in `COLOURS`: learned or not, and which of them are special."""
    first_special = tokenizer.get_vocab_size() - len(tokenizer.get_special_tokens())
    bos = tokenizer.get_bos_token_id()
    kinds = []
    for token_id, learned in zip(ids, mask, strict=True):
        special = "bos" if token_id == bos else "special" if token_id >= first_special else "plain"
        kinds.append("learned" if learned else special)
    return kinds


def draw_tokens(axes, texts, kinds, title=""):
    """Draw tokens as boxes in the colours of their kinds, line by line.

    Args:
        axes: matplotlib axes, as wide as `LINE` characters.
        texts: a string for each token.
        kinds: for each token a key of `COLOURS`.
        title: stands above.

    Returns:
        For each token (x, y), the middle of its box.
    """
    from matplotlib.patches import Rectangle

    x, y, places = 0.0, 0.0, []
    for text, kind in zip(texts, kinds, strict=True):
        width = len(text) + 0.8
        if x and x + width > LINE:
            x, y = 0.0, y + 1.0
        edge = "#333333" if kind == "learned" else "#BBBBBB"
        box = Rectangle((x, y - 0.38), width, 0.76, facecolor=COLOURS[kind], edgecolor=edge,
                        linewidth=0.7)
        axes.add_patch(box)
        places.append((x + width / 2, y))
        axes.text(*places[-1], text, ha="center", va="center", family="monospace", fontsize=7.5)
        x += width + 0.25
    axes.set(xlim=(-0.3, LINE + 0.3), ylim=(y + 0.6, -0.6))
    axes.set_axis_off()
    axes.set_title(title, loc="left", fontsize=9)
    return places


def token_lines(texts):
    """How many lines `draw_tokens` needs."""
    x, lines = 0.0, 1
    for text in texts:
        width = len(text) + 0.8
        if x and x + width > LINE:
            x, lines = 0.0, lines + 1
        x += width + 0.25
    return lines


def token_figure(rows):
    """A figure of several rows of tokens, one below the other.

    Args:
        rows: a list of (title, texts, kinds), as for `draw_tokens`.
    """
    from matplotlib.figure import Figure

    heights = [token_lines(texts) + 0.9 for _, texts, _ in rows]
    figure = Figure(figsize=(LINE * CHARACTER + 0.4, 0.27 * sum(heights) + 0.3),
                    layout="constrained")
    grid = figure.subplots(len(rows), squeeze=False, height_ratios=heights)
    for axes, (title, texts, kinds) in zip(grid[:, 0], rows, strict=True):
        draw_tokens(axes, texts, kinds, title)
    return figure


# -----------------------------------------------------------------------------
# Attention

@torch.inference_mode()
def attention_weights(model, ids):
    """What each position of a text attends to.

    Args:
        model: a GPT.
        ids: list of token ids.

    Returns:
        (L, H, T, T): weights of the attended (last axis) for each attending position.
    """
    seen, attend = [], gpt.attend

    def noted(q, k, v, *args, **kwargs):
        k_of_queries = k.repeat_interleave(q.size(1) // k.size(1), dim=1)       # (1, H, T, D)
        scores = q @ k_of_queries.mT / math.sqrt(q.size(-1))                    # (1, H, T, T)
        later = torch.ones_like(scores, dtype=torch.bool).triu(diagonal=1)
        seen.append(scores.masked_fill(later, -math.inf).softmax(dim=-1)[0])
        return attend(q, k, v, *args, **kwargs)

    with mock.patch.object(gpt, "attend", noted):
        model(torch.tensor([ids], device=model.get_device()))
    return torch.stack(seen).float().cpu()


def draw_attention(axes, weights, texts=(), title=""):
    """Draw a map of attention: a row for each attending position, dark where it looks.

    Args:
        axes: matplotlib axes.
        weights: (T, T), a tensor or lists.
        texts: the tokens, if they are to stand beside it.
        title: stands above.
    """
    weights = torch.as_tensor(weights).numpy()
    axes.imshow(weights, cmap="Blues", vmin=0, vmax=1, interpolation="nearest")
    axes.set_title(title, fontsize=9)
    if texts:
        axes.set_xticks(range(len(texts)), texts, rotation=90, fontsize=7, family="monospace")
        axes.set_yticks(range(len(texts)), texts, fontsize=7, family="monospace")
    axes.set(xlabel="attended", ylabel="attending")


# -----------------------------------------------------------------------------
# A cache

class WatchedCache(KVCache):
    """A KVCache that notes what becomes of every call of the model.

    `slots` holds, for each layer, the places in memory at which the keys of the calls ended up, in
    the order of the calls, -1 for keys that are nowhere; `held` the positions and the bytes held
    after each call.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.slots = [[] for _ in range(self.num_layers)]
        self.held = []

    def insert_kv(self, layer_idx, k, v):
        """Take in keys and values as ever, then look where they are."""
        result = super().insert_kv(layer_idx, k, v)
        memory = self.kv_cache[layer_idx, 0]                                # (B, K, capacity, D)
        for key in k.unbind(dim=2):
            places = (memory == key[:, :, None]).all(dim=-1).all(dim=1).all(dim=0).nonzero()
            self.slots[layer_idx].append(places[-1].item() if len(places) else -1)
        if layer_idx == self.num_layers - 1:
            self.held.append((self.get_pos(), memory_of(self)))
        return result


def memory_of(cache):
    """Bytes of all tensors that a cache keeps alive."""
    tensors = [value for value in vars(cache).values() if isinstance(value, torch.Tensor)]
    return sum(tensor.untyped_storage().nbytes() for tensor in tensors)


def cache_for(model, positions: int, kind=KVCache, rows: int = 1):
    """An empty cache for a model, planned for so many positions."""
    config = model.config
    return kind(rows, config.n_kv_head, positions, config.head_dim, config.n_layer)


@torch.inference_mode()
def watch_cache(model, ids):
    """Feed a text to a model token by token; return the WatchedCache that it filled."""
    cache = cache_for(model, len(ids), WatchedCache)
    for token_id in ids:
        model(torch.tensor([[token_id]], device=model.get_device()), kv_cache=cache)
    return cache


def draw_cache(axes, slots, title=""):
    """Draw a cache over time: for each layer and call a dot at the slot that was filled.

    Args:
        axes: matplotlib axes.
        slots: for each layer a list of slots, as in `WatchedCache`.
        title: stands above.
    """
    for layer, filled in enumerate(slots):
        axes.plot(filled, "osD^v<>"[layer % 7], markersize=max(3, 10 - 2 * layer),
                  fillstyle="none", label=f"layer {layer}")
    axes.set(xlabel="token", ylabel="slot of the cache")
    axes.set_title(title, fontsize=9)
    axes.legend(fontsize=8, frameon=False)
    axes.grid(alpha=0.25)


# -----------------------------------------------------------------------------
# Optimizers and learning rates

@dataclass(frozen=True)
class TrainedParameter:
    """A parameter, and who trains it."""

    name: str
    shape: tuple[int, ...]
    optimizer: str
    learning_rate: float        # before the schedule


def parameter_groups(model, optimizers):
    """A TrainedParameter for each parameter that an optimizer holds, in the order of the model."""
    held = {
        id(parameter): (type(optimizer).__name__, group["initial_lr"])
        for optimizer in optimizers
        for group in optimizer.param_groups for parameter in group["params"]
    }
    return [TrainedParameter(name, tuple(parameter.shape), *held[id(parameter)])
            for name, parameter in model.named_parameters() if id(parameter) in held]


def parameter_table(parameters):
    """TrainedParameters as text, a line for each."""
    rows = [astuple(it) for it in parameters]
    width = max(len(name) for name, *_ in rows)
    lines = [f"{name:{width}}  {'x'.join(map(str, shape)):>12}  {optimizer:6}  {rate:.2g}"
             for name, shape, optimizer, rate in rows]
    return "\n".join(lines)


def draw_parameters(axes, parameters):
    """Draw parameters and who trains them: a bar for each, in the colour of its optimizer.

    Args:
        axes: matplotlib axes.
        parameters: dicts with the fields of TrainedParameter.
    """
    labelled = set()
    for place, it in enumerate(parameters):
        name = it["optimizer"]
        size = math.prod(it["shape"])
        label = {} if name in labelled else {"label": name}
        labelled.add(name)
        hatch = "" if name == "AdamW" else "///"
        axes.barh(place, size, color=OPTIMIZER_COLOURS[name], hatch=hatch, edgecolor="white",
                  **label)
        axes.text(size, place, f"  {it['learning_rate']:.2g}", va="center", fontsize=7.5)
    names = [it["name"].removeprefix("transformer.") for it in parameters]
    axes.set_yticks(range(len(names)), names, fontsize=7.5, family="monospace")
    axes.margins(x=0.1)
    axes.set(xlabel="numbers in the parameter")
    axes.invert_yaxis()
    axes.legend(frameon=False, fontsize=9, loc="lower right", bbox_to_anchor=(1, 1), ncols=2)


def learning_rates(optimizers, num_steps: int, settings):
    """The learning rate of every parameter group over a run, as the schedule sets it.

    Args:
        optimizers: what the schedule is for; their rates are as before afterwards.
        num_steps: length of the run.
        settings: with the fields that `training.set_schedule` reads.

    Returns:
        {name of the group: list of learning rates, one for each step}.
    """
    groups = {f"{type(optimizer).__name__} {number}": group for optimizer in optimizers
              for number, group in enumerate(optimizer.param_groups)}
    rates = {name: [] for name in groups}
    for step in range(num_steps):
        set_schedule(optimizers, step, num_steps, settings)
        for name, group in groups.items():
            rates[name].append(group["lr"])
    set_learning_rates(optimizers, 1.0)
    return rates


def draw_learning_rates(axes, rates, title=""):
    """Draw what `learning_rates` returned, a curve for each group."""
    for (name, values), dashes in zip(rates.items(), itertools.cycle(("-", "--", ":"))):
        axes.plot(values, dashes, label=name, linewidth=1.8)
    axes.set(xlabel="step", ylabel="learning rate")
    axes.set_title(title, fontsize=9)
    axes.legend(fontsize=8, frameon=False, loc="center")
    axes.grid(alpha=0.25)
