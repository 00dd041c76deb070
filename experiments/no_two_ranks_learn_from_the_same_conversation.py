"""Who learns from what.

Three ranks share conversations among them in fine-tuning, so that a pass takes a third of the time.
The table says from which conversation each rank learns at each of its turns; one that a rank
learned from before, or learns from at the same time, is orange.

How many different conversations do the ranks see in so many turns? Try more ranks.
"""

RANKS, TURNS = 3, 8


def experiment(seed, ranks=RANKS, turns=TURNS):
    """Return for each rank the numbers of the conversations that come at its turns."""
    from playground import small_tokenizer

    from nanochat.sft import ConversationLoader

    tokenizer = small_tokenizer(seed)
    chats = [chat(number) for number in range(10, 10 + ranks * turns)]
    row = max(len(tokenizer.render_conversation(it)[0]) for it in chats)
    met = []
    for rank in range(ranks):
        loader = ConversationLoader(chats, tokenizer, 1, row, rank=rank, world_size=ranks)
        texts = [tokenizer.decode(next(loader)[0][0].tolist()) for _ in range(turns)]
        met.append([int(text.partition("number ")[2][:2]) for text in texts])
    return {"met": met}


def chat(number):
    """Return a conversation that says its number."""
    question = {"role": "user", "content": f"Who is number {number}?"}
    return {"messages": [question, {"role": "assistant", "content": "It is me."}]}


def picture(data):
    """Draw a row for each rank, turn after turn."""
    from matplotlib.figure import Figure
    from playground import draw_table

    met = data["met"]
    figure = Figure(figsize=(8, 2.2), layout="constrained")
    axes = figure.subplots()
    known, marked = set(), [[False] * len(row) for row in met]
    for turn in range(len(met[0])):
        for rank, row in enumerate(met):
            marked[rank][turn] = row[turn] in known
            known.add(row[turn])
    names = [f"rank {rank}" for rank in range(len(met))]
    draw_table(axes, met, marked, rows=names, columns=range(1, len(met[0]) + 1))
    axes.set_xlabel("turn")
    asked = sum(map(len, met))
    axes.set_title(f"{len(known)} different conversations in {asked} turns", fontsize=9)
    return figure
