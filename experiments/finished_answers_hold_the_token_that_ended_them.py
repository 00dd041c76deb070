"""How answers end.

A model writes some answers, each of which it may end by a token for that; this one likes to be
brief. Of each pair of rows the upper one is what it chose, token by token, and the lower one is the
answer as it is handed to training. The token that ends an answer is blue or yellow.

What can be learned from the lower rows that the upper ones tell?
"""

ANSWERS, LONGEST, FONDNESS = 3, 12, 5


def experiment(seed):
    """Return the tokens of each answer as they were chosen, and as they are handed over."""
    from playground import small_model, small_tokenizer

    from nanochat.engine import Engine
    from nanochat.looking import token_kinds, token_texts

    tokenizer = small_tokenizer(seed)
    model = small_model(seed, n_layer=1, vocab_size=tokenizer.get_vocab_size())
    end = tokenizer.encode_special("<|assistant_end|>")
    likes = [FONDNESS * (token == end) for token in range(tokenizer.get_vocab_size())]
    model.lm_head.register_forward_hook(lambda *it: it[-1] + it[-1].new_tensor(likes))

    engine, prompt = Engine(model, tokenizer), tokenizer.encode("Why?")
    settings = {"num_samples": ANSWERS, "max_tokens": LONGEST, "seed": seed}
    columns = [column for column, _ in engine.generate(prompt, **settings)]
    chosen = [until_end(list(row), engine.end_tokens) for row in zip(*columns, strict=True)]
    kept, _ = engine.generate_batch(prompt, **settings)
    rows = zip(chosen, (row[len(prompt) :] for row in kept), strict=True)
    return {
        "answers": [
            [
                [token_texts(tokenizer, ids), token_kinds(tokenizer, ids, [0] * len(ids))]
                for ids in it
            ]
            for it in rows
        ]
    }


def until_end(tokens, ends):
    """Return tokens up to and with the first that ends an answer."""
    stop = next((place for place, it in enumerate(tokens) if it in ends), len(tokens))
    return tokens[: stop + 1]


def picture(data):
    """Draw two rows for each answer."""
    from nanochat.looking import token_figure

    rows = []
    for number, (chosen, kept) in enumerate(data["answers"], start=1):
        rows.append((f"answer {number}: as the model chose it", *chosen))
        rows.append((f"answer {number}: as it is learned from", *kept))
    return token_figure(rows)
