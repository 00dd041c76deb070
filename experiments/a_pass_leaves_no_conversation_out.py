"""Who comes in a pass.

Rows of fine-tuning are filled with as many whole conversations as fit. A loader goes once through
conversations of different lengths; every bar is one of them, as high as it has tokens. It is blue
if some row held it, and orange if none did.

Which ones are left out? Try shorter and longer rows.
"""

NUMBER, ROW = 40, 96


def experiment(seed, row=ROW):
    """Return for each conversation its length, and in how many rows of a pass it stands."""
    import random
    import re

    from playground import small_tokenizer

    from nanochat.sft import ConversationLoader

    tokenizer, rng = small_tokenizer(seed), random.Random(seed)
    chats = [chat(number, rng.randint(0, 9)) for number in range(NUMBER)]
    loader = ConversationLoader(chats, tokenizer, 1, row, rank=0, world_size=1)
    met = []
    while loader.state_dict()["next_turn"] < NUMBER:
        inputs, _ = next(loader)
        met += re.findall(r"number (\d+)\?", tokenizer.decode(inputs[0].tolist()))
    lengths = [len(tokenizer.render_conversation(it)[0]) for it in chats]
    return {"lengths": lengths, "met": [met.count(str(number)) for number in range(NUMBER)]}


def chat(number, length):
    """Return a conversation that says its number."""
    question = {"role": "user", "content": f"Who is number {number}?"}
    answer = {"role": "assistant", "content": "It is me." + " Yes, me." * length}
    return {"messages": [question, answer]}


def picture(data):
    """Draw a bar for each conversation."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    figure = Figure(figsize=(8, 2.8), layout="constrained")
    axes = figure.subplots()
    colours = ["#0072B2" if number else "#D55E00" for number in data["met"]]
    axes.bar(range(NUMBER), data["lengths"], color=colours)
    axes.axhline(ROW, color="black", linestyle="--", linewidth=1)
    axes.text(0, ROW + 2, "a row", fontsize=8)
    axes.set(xlabel="conversation", ylabel="tokens", ylim=(0, 1.2 * ROW), xlim=(-1, NUMBER))
    number = sum(map(bool, data["met"]))
    axes.set_title(f"{number} of {NUMBER} conversations come in the pass", fontsize=9)
    patches = [Patch(color="#0072B2", label="comes"), Patch(color="#D55E00", label="is left out")]
    figure.legend(handles=patches, loc="outside lower right", ncols=2, frameon=False, fontsize=9)
    return figure
