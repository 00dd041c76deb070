"""What the model was taught, and what it is given.

Conversations that a model learns from show how a calculation looks: the call, its result, the rest
of the answer. When a model generates, the engine puts the result in its mouth. For some sums, the
upper row shows the tokens of training after the call, the lower row those of generation; forced
tokens are pink.

Read each pair of rows from left to right. Try expressions that give longer results, or none.
"""

import torch

SUMS = ("12 * 7", "250 + 17", "8 - 5")
CALL_END = "<|python_end|>"


def experiment(seed, expressions=SUMS):
    """Return for each sum the tokens that follow the call, as taught and as generated."""
    from playground import small_model, small_tokenizer

    from nanochat.calculator import use_calculator
    from nanochat.engine import Engine
    from nanochat.looking import token_texts

    tokenizer = small_tokenizer()
    engine = Engine(small_model(seed, vocab_size=tokenizer.get_vocab_size()), tokenizer)
    exchanges = []
    for expression in expressions:
        parts = [
            {"type": "python", "text": expression},
            {"type": "python_output", "text": str(use_calculator(expression))},
        ]
        question = {"role": "user", "content": f"What is {expression}?"}
        answer = {"role": "assistant", "content": parts}
        ids, _ = tokenizer.render_conversation({"messages": [question, answer]})
        start = ids.index(tokenizer.encode_special(CALL_END)) + 1
        taught = ids[start:-1]
        with torch.inference_mode():
            (row,), (mask,) = engine.generate_batch(ids[:start], max_tokens=len(taught), seed=seed)
        exchanges.append(
            {
                "expression": expression,
                "taught": token_texts(tokenizer, taught),
                "given": token_texts(tokenizer, row[start:]),
                "chosen": mask[start:],
            }
        )
    return {"exchanges": exchanges}


def picture(data):
    """Draw two rows for each sum."""
    from nanochat.looking import token_figure

    rows = []
    for it in data["exchanges"]:
        taught, given = it["taught"], it["given"]
        rows.append((f"{it['expression']}: in training", taught, list(map(kind, taught))))
        forced = ["plain" if chosen else "forced" for chosen in it["chosen"]]
        rows.append((f"{it['expression']}: in generation", given, forced))
    return token_figure(rows)


def kind(text):
    """Return the colour of a token."""
    return "special" if text.startswith("<|") else "plain"
