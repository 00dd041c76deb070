"""What fine-tuning learns from a chat.

A chat becomes a row of a batch: tokens, and for each of them the target that the model is to
predict next, or none. The upper part shows the row; a token is green if the model is asked to
produce it. The lower part counts: of the tokens of each speaker, what part is learned?

Try chats of several turns, with a system message, or with a call of the calculator.
"""

CHAT = {
    "messages": [
        {"role": "user", "content": "Who has the red ball?"},
        {"role": "assistant", "content": "Anna has it."},
        {"role": "user", "content": "And the blue one?"},
        {"role": "assistant", "content": "Tom took the blue ball home."},
    ]
}


def experiment(seed, chat=CHAT):
    """Return the tokens of a row, and for each of them whether it is a target."""
    from playground import small_tokenizer

    from nanochat.looking import token_kinds, token_texts
    from nanochat.sft import ConversationLoader

    tokenizer = small_tokenizer(seed)
    length = len(tokenizer.render_conversation(chat)[0])
    inputs, targets = next(ConversationLoader([chat], tokenizer, 1, length + 3))
    ids = inputs[0].tolist()
    learned = [0, *(target != -1 for target in targets[0].tolist()[:-1])]
    return {
        "texts": token_texts(tokenizer, ids),
        "kinds": token_kinds(tokenizer, ids, learned),
        "learned": list(map(int, learned)),
        "speakers": speakers(tokenizer, ids),
    }


def speakers(tokenizer, ids):
    """Return for each token who says it; what opens a turn is nobody's."""
    ends = ("<|user_end|>", "<|assistant_end|>")
    starts = {tokenizer.encode_special(f"<|{it}_start|>"): it for it in ("user", "assistant")}
    found, speaker = [], "nobody"
    for token in ids:
        found.append("nobody" if token in starts else speaker)
        speaker = starts.get(token, speaker)
        if token in map(tokenizer.encode_special, ends):
            speaker = "nobody"
    return found


def picture(data):
    """Draw the row and the counts."""
    from matplotlib.figure import Figure

    from nanochat.looking import draw_tokens

    figure = Figure(figsize=(6.8, 3.4), layout="constrained")
    upper, lower = figure.subplots(2, height_ratios=(2, 1))
    draw_tokens(upper, data["texts"], data["kinds"], "a row; green: the model learns to say it")
    names = ("user", "assistant", "nobody")
    parts = []
    for name in names:
        flags = zip(data["learned"], data["speakers"], strict=True)
        mine = [flag for flag, speaker in flags if speaker == name]
        parts.append(sum(mine) / len(mine))
    lower.barh(names, parts, color=["#56B4E9", "#009E73", "#999999"])
    lower.set(xlim=(0, 1), xlabel="part of the tokens that is learned")
    lower.invert_yaxis()
    return figure
