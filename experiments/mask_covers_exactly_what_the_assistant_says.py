"""What a chat with a calculation teaches.

The assistant hands an expression to the calculator, which gives a result back; then it goes on. The
upper part shows the chat as tokens, green where a model is to learn to produce them. The lower part
counts: of the tokens of each part, how many are learned?

Who writes which part when the model is used? Try results of several digits.
"""

SUM, RESULT, WORDS = "12 * 7", "84", "That makes 84."
PARTS = {
    "python": ("<|python_start|>", "<|python_end|>"),
    "output": ("<|output_start|>", "<|output_end|>"),
    "user": ("<|user_start|>", "<|user_end|>"),
}


def experiment(seed):
    """Return the tokens of the chat, whether they are learned, and of which part they are."""
    from playground import small_tokenizer

    from nanochat.looking import token_kinds, token_texts

    tokenizer = small_tokenizer(seed)
    answer = [
        {"type": "python", "text": SUM},
        {"type": "python_output", "text": RESULT},
        {"type": "text", "text": WORDS},
    ]
    question = {"role": "user", "content": "What is twelve times seven?"}
    chat = {"messages": [question, {"role": "assistant", "content": answer}]}
    ids, learned = tokenizer.render_conversation(chat)
    return {
        "texts": token_texts(tokenizer, ids),
        "kinds": token_kinds(tokenizer, ids, learned),
        "learned": learned,
        "parts": parts(token_texts(tokenizer, ids)),
    }


def parts(texts):
    """Return for each token of which part it is; what stands in none is the assistant's words."""
    found, part = [], "words"
    for text in texts:
        part = next((name for name, (start, _) in PARTS.items() if text == start), part)
        opens = text in ("<|bos|>", "<|assistant_start|>")
        found.append("frame" if opens else part)
        if any(text == end for _, end in PARTS.values()):
            part = "words"
    return found


def picture(data):
    """Draw the chat and the counts."""
    from matplotlib.figure import Figure

    from nanochat.looking import draw_tokens

    figure = Figure(figsize=(7.6, 3.2), layout="constrained")
    upper, lower = figure.subplots(2, height_ratios=(1.6, 1))
    draw_tokens(upper, data["texts"], data["kinds"], "a chat; green: a model learns to say it")
    names = {"user": "question", "python": "call", "output": "result", "words": "words"}
    for name, part in names.items():
        flags = zip(data["learned"], data["parts"], strict=True)
        mine = [flag for flag, its in flags if its == name]
        lower.barh(part, len(mine), color="#DDDDDD")
        lower.barh(part, sum(mine), color="#009E73")
    lower.set(xlabel="tokens; green: learned")
    lower.invert_yaxis()
    return figure
