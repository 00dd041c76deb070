"""What a model knows, and what it scores.

A small model learns the answers to eight questions by heart. Every few steps it is examined on just
these, in two ways: it writes an answer, or the letter counts that it thinks most likely to begin
one. Both curves should climb from chance, which is a quarter, to the end of the scale together.

Try more questions, or fewer, and look at the prompt that both ways begin with.
"""

QUESTIONS, STEPS, EVERY = 8, 24, 4


def experiment(seed, questions=QUESTIONS):
    """Return the steps, and the scores by letter and by writing after them."""
    from playground import small_model, small_tokenizer

    from nanochat.chat_evaluation import score_by_generation, score_by_letters
    from nanochat.engine import Engine
    from nanochat.optim import AdamW
    from nanochat.sft import ConversationLoader
    from nanochat.tasks.multiple_choice import MultipleChoice

    tokenizer = small_tokenizer()
    task = MultipleChoice("train", questions)
    model = small_model(seed, n_layer=1, vocab_size=tokenizer.get_vocab_size())
    optimizer = AdamW(model.parameters(), lr=4e-3, betas=(0.8, 0.95))
    loader = ConversationLoader(task, tokenizer, 4, 160)
    scores = {"by letter": [], "by writing": []}
    steps = range(0, STEPS + 1, EVERY)
    for step in range(STEPS + 1):
        if step in steps:
            by_writing = score_by_generation(Engine(model, tokenizer), task, max_tokens=3)
            scores["by letter"].append(score_by_letters(model, tokenizer, task).accuracy)
            scores["by writing"].append(by_writing.accuracy)
        model(*next(loader)).backward()
        optimizer.step()
        model.zero_grad()
    return {"steps": list(steps), "scores": scores}


def picture(data):
    """Draw both scores."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 2.8), layout="constrained")
    axes = figure.subplots()
    styles = zip(data["scores"].items(), ("#D55E00", "#0072B2"), "os", (9, 5), strict=True)
    for (name, scores), colour, marker, size in styles:
        line = {"color": colour, "marker": marker, "markersize": size, "linewidth": 1.5}
        axes.plot(data["steps"], scores, label=name, **line)
    axes.axhline(0.25, color="black", linestyle=":", linewidth=1)
    axes.text(STEPS, 0.265, "chance", fontsize=8, ha="right")
    axes.set(xlabel="steps of training", ylabel="part of the answers right", ylim=(-0.05, 1.08))
    axes.legend(frameon=False, fontsize=9, loc="center right")
    axes.grid(alpha=0.25)
    return figure
