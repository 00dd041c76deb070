"""Where an answer begins.

Models are trained on whole chats, and generate from a prompt that ends where the answer is to
begin. Of each pair of rows the upper one is the end of a chat as it is trained on; what is learned
is green. The lower one is the prompt for its last answer, then the answer itself, in green, too.

Compare the rows token by token. What does the model see right before its answer?
"""

CHATS = {
    "a question": ("Who is it?", "Anna."),
    "a sum": ("What is 3 + 4?", "It is 7."),
}
SHOWN = 14


def experiment(seed, chats=CHATS):
    """Return the tokens of each chat as trained and as prompted, with what is green."""
    from playground import small_tokenizer

    from nanochat.looking import token_kinds, token_texts

    tokenizer = small_tokenizer(seed)
    pairs = []
    for name, texts in chats.items():
        roles = zip(("user", "assistant"), texts, strict=True)
        messages = [{"role": role, "content": text} for role, text in roles]
        trained, mask = tokenizer.render_conversation({"messages": messages})
        prompt = tokenizer.render_for_completion({"messages": messages})
        answer = [*tokenizer.encode(texts[-1]), tokenizer.encode_special("<|assistant_end|>")]
        rows = {
            "trained": (trained, mask),
            "prompted": (prompt + answer, [0] * len(prompt) + [1] * len(answer)),
        }
        pairs.append({"name": name})
        for row, (ids, green) in rows.items():
            kinds = token_kinds(tokenizer, ids, green)
            pairs[-1][row] = [token_texts(tokenizer, ids), kinds]
    return {"pairs": pairs}


def picture(data):
    """Draw two rows for each chat."""
    from nanochat.looking import token_figure

    rows = []
    for it in data["pairs"]:
        for name, title in (("trained", "as trained"), ("prompted", "prompt and answer")):
            texts, kinds = it[name]
            shown = slice(max(0, len(texts) - SHOWN), None)
            rows.append((f"{it['name']}: {title}", texts[shown], kinds[shown]))
    return token_figure(rows)
