"""Two ways to ask for the same.

A tokenizer can be called like a function, which is meant as a short form of `encode`. Each pair of
rows shows what the two give for a text; the last pair is for both texts in one call.

Try the arguments that `encode` takes.
"""

TEXTS = ("Who has the red ball?", "Anna.")


def experiment(seed, texts=TEXTS):
    """Return the tokens of each text both ways; what is no list of ids is told as it is."""
    from playground import small_tokenizer

    tokenizer = small_tokenizer(seed)
    asked = [*texts, list(texts)]
    return {
        "asked": list(map(repr, asked)),
        "named": [spelled_out(tokenizer, tokenizer.encode(it)) for it in asked],
        "called": [spelled_out(tokenizer, tokenizer(it)) for it in asked],
    }


def spelled_out(tokenizer, answer):
    """Return an answer as texts of tokens, rows one after the other."""
    from nanochat.looking import token_texts

    if not isinstance(answer, list):
        return [repr(answer)]
    ids = [it for row in answer for it in row] if isinstance(answer[0], list) else answer
    return token_texts(tokenizer, ids)


def picture(data):
    """Draw two rows for each text."""
    from nanochat.looking import token_figure

    rows = []
    for asked, named, called in zip(data["asked"], data["named"], data["called"], strict=True):
        rows.append((f"tokenizer.encode({asked})", named, ["plain"] * len(named)))
        kinds = ["plain" if called == named else "forced"] * len(called)
        rows.append((f"tokenizer({asked})", called, kinds))
    return token_figure(rows)
