"""Ask the calculator.

Each row is a call that a model makes. What comes of it is put into its text between two special
tokens; where the calculator cannot help, nothing is put there, and the model goes on by itself.
The first column is what you would work out by hand, the second what the model is given; they differ
where a row is orange.

Try calls of your own. Which ones get no answer?
"""

RESULTS = {
    "40 + 2": "42",
    "3 - 8": "-5",
    "7 - 7": "0",
    "0 * 19": "0",
    "'berry'.count('r')": "2",
    "'berry'.count('z')": "0",
    "7 / 0": "",
}


def experiment(seed, results=RESULTS):
    """Return for each call the result worked out by hand, and the one that the model is given."""
    from playground import small_model, small_tokenizer

    from nanochat.engine import Engine

    tokenizer = small_tokenizer()
    special = tokenizer.special_ids.values()
    engine = Engine(small_model(seed, n_layer=1, vocab_size=tokenizer.get_vocab_size()), tokenizer)
    rows = []
    for call, result in results.items():
        question = {"role": "user", "content": f"What is {call}?"}
        answer = {"role": "assistant", "content": [{"type": "python", "text": call}]}
        ids, _ = tokenizer.render_conversation({"messages": [question, answer]})
        (row,), (mask,) = engine.generate_batch(ids[:-1], max_tokens=8, seed=seed)
        drawn = zip(row[len(ids) - 1 :], mask[len(ids) - 1 :], strict=True)
        given = [token for token, chosen in drawn if not chosen and token not in special]
        rows.append({"call": call, "by_hand": result, "given": tokenizer.decode(given)})
    return {"rows": rows}


def picture(data):
    """Draw a table."""
    from matplotlib.figure import Figure
    from playground import draw_table

    figure = Figure(figsize=(6.5, 2.6), layout="constrained")
    texts = [[it["by_hand"] or "nothing", it["given"] or "nothing"] for it in data["rows"]]
    wrong = [[it["by_hand"] != it["given"]] * 2 for it in data["rows"]]
    calls = [it["call"] for it in data["rows"]]
    columns = ["by hand", "given to the model"]
    draw_table(figure.subplots(), texts, wrong, rows=calls, columns=columns)
    return figure
