"""The memory of a cache, from chat to chat.

One cache serves four chats, one after the other; each is longer than the one before, and in between
the cache is emptied. The area is what the chat has filled, the line is the memory that the cache
keeps.

Watch the line at the end of a chat, and how far it stays above the area in a long one.
"""

import torch


def experiment(seed, lengths=(300, 700, 1100, 500), turn=100):
    """Return, turn by turn, the positions in use and the positions that there is memory for."""
    from playground import small_model

    from nanochat.looking import cache_for, memory_of

    model = small_model(seed, n_layer=1, n_embd=32, sequence_len=256)
    cache = cache_for(model, positions=100)
    bytes_of_position = 2 * 4 * cache.num_heads * cache.head_dim
    used, held, ends = [], [], []
    for length in lengths:
        for _ in range(length // turn):
            with torch.inference_mode():
                model(torch.randint(model.config.vocab_size, (1, turn)), kv_cache=cache)
            used.append(cache.get_pos())
            held.append(memory_of(cache) // bytes_of_position)
        cache.reset()
        ends.append(len(used))
        used.append(cache.get_pos())
        held.append(memory_of(cache) // bytes_of_position)
    return {"used": used, "held": held, "ends": ends}


def picture(data):
    """Draw both over the turns."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3), layout="constrained")
    axes = figure.subplots()
    turns = range(len(data["used"]))
    axes.fill_between(turns, data["used"], step="mid", color="#A8CBE8", label="in use")
    axes.step(turns, data["held"], where="mid", color="#D55E00", linewidth=2, label="held")
    for number, end in enumerate(data["ends"], start=1):
        axes.axvline(end, color="black", linestyle=":", linewidth=1)
        axes.text(end, 2600, f"end of\nchat {number} ", ha="right", va="top", fontsize=8)
    axes.set(xlabel="turn", ylabel="positions", ylim=(0, 2700), xlim=(0, len(data["used"]) - 0.5))
    figure.legend(loc="outside lower right", ncols=2, frameon=False, fontsize=9)
    return figure
