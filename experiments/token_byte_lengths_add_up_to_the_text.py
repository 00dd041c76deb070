"""How long a text is, counted in tokens.

Bits per byte divides what a model has to say by the bytes of the text, and these are added up from
its tokens: each token is worth so many bytes. The bars are the sums for texts in several scripts,
the black marks the bytes that the texts take on a disk.

Where they differ, look at single tokens: what is each of them worth?
"""

TEXTS = {
    "English": "Anna has the red ball, and Tom has two.",
    "French": "L'été dernier, la fenêtre était déjà fermée.",
    "Greek": "Η Άννα έχει την κόκκινη μπάλα.",
    "Russian": "У Анны красный мяч.",
    "Chinese": "安娜有一个红色的球。",
    "emoji": "🦊🧭🎈",
}


def experiment(seed, texts=TEXTS):
    """Return for each text its bytes, its tokens, and the bytes that these are worth."""
    from playground import small_tokenizer

    tokenizer = small_tokenizer(seed)
    worth = tokenizer.token_byte_lengths()
    rows = {name: tokenizer.encode(text) for name, text in texts.items()}
    return {
        "names": list(texts),
        "bytes": [len(text.encode()) for text in texts.values()],
        "tokens": list(map(len, rows.values())),
        "sums": [sum(worth[token] for token in ids) for ids in rows.values()],
    }


def picture(data):
    """Draw a bar for each text, and a mark for its bytes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2.8), layout="constrained")
    axes = figure.subplots()
    bars = axes.barh(
        data["names"], data["sums"], color="#56B4E9", height=0.6, label="of its tokens"
    )
    for place, size in enumerate(data["bytes"]):
        label = {} if place else {"label": "of the text"}
        axes.plot([size, size], [place - 0.4, place + 0.4], color="black", linewidth=2.5, **label)
    axes.bar_label(bars, [f"{it} tokens" for it in data["tokens"]], padding=6, fontsize=8)
    axes.set(xlabel="bytes", xlim=(0, 1.25 * max(data["sums"] + data["bytes"])))
    axes.invert_yaxis()
    axes.legend(frameon=False, fontsize=9, loc="lower right")
    return figure
