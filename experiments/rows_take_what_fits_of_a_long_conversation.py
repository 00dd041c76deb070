"""Long conversations and short rows.

One conversation is to be learned from in rows of different lengths. The bars say how many tokens of
it stand in the row, the black marks how many have room there; where a row could not be made,
the text is what was said.

Try a conversation of several turns. From which length of row on does it work?
"""

CHAT = {
    "messages": [
        {"role": "user", "content": "Who has the red ball?"},
        {"role": "assistant", "content": "Anna has it. She got it from Tom, and Tom from Hugo."},
    ]
}


def experiment(seed, rows=(8, 16, 32, 64)):
    """Return for each length of a row how much of the conversation is in it, or an error."""
    from playground import small_tokenizer

    tokenizer = small_tokenizer(seed)
    ids, _ = tokenizer.render_conversation(CHAT)
    found = [{"row": row, **taken(tokenizer, ids, row)} for row in rows]
    return {"length": len(ids), "found": found}


def taken(tokenizer, ids, length):
    """Return how many tokens of the conversation open a row of this length."""
    from nanochat.sft import ConversationLoader

    try:
        inputs, _ = next(ConversationLoader([CHAT], tokenizer, 1, length))
    except RuntimeError as error:
        return {"taken": 0, "error": f"{type(error).__name__}: {error}"}
    equal = [one == other for one, other in zip(ids, inputs[0].tolist(), strict=False)]
    return {"taken": [*equal, False].index(False), "error": ""}


def picture(data):
    """Draw a bar for each row."""
    import textwrap

    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2.8), layout="constrained")
    axes = figure.subplots()
    for place, it in enumerate(data["found"]):
        axes.barh(place, it["taken"], color="#0072B2", height=0.6)
        room = min(it["row"], data["length"])
        axes.plot([room, room], [place - 0.4, place + 0.4], color="black", linewidth=2.5)
        text = textwrap.fill(it["error"], 64)
        axes.text(room + 1, place, text, va="center", fontsize=7, color="#A02C00")
    names = [f"{it['row']} tokens" for it in data["found"]]
    axes.set_yticks(range(len(names)), names)
    axes.axvline(data["length"], color="black", linestyle=":", linewidth=1)
    axes.text(data["length"], -0.65, "the conversation", fontsize=8, ha="center")
    axes.set(xlabel="tokens of the conversation in the row", ylabel="row", xlim=(0, 110))
    axes.invert_yaxis()
    return figure
