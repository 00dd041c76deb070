"""A score that cannot be missed.

A task of 17 questions is content with whatever is answered, so any model is always right. Its score
is taken on one rank, on two, and so on. On the left, the score that is told; on the right, which
rank judged which question, where a gap is a question that nobody judged.

What should a model score that is always right? Try other numbers of questions.
"""

QUESTIONS = 17


def experiment(seed, ranks=(1, 2, 3, 4, 5)):
    """Return for each number of ranks the score, and which questions each rank judged."""
    from playground import on_ranks, small_model, small_tokenizer

    from nanochat.chat_evaluation import score_by_generation
    from nanochat.engine import Engine

    tokenizer = small_tokenizer(seed)
    model = small_model(seed, n_layer=1, n_embd=16, vocab_size=tokenizer.get_vocab_size())
    engine = Engine(model, tokenizer)

    def judge(_):
        task = Content()
        score = score_by_generation(engine, task, max_tokens=1)
        return score.right / score.total, task.judged

    scores, judged = {}, {}
    for count in ranks:
        results = on_ranks(count, judge)
        scores[count] = [score for score, _ in results]
        judged[count] = [questions for _, questions in results]
    return {"scores": scores, "judged": judged}


class Content:
    """A task that takes every answer for right, and notes which questions were asked."""

    def __init__(self):
        self.judged = []

    def __len__(self):
        return QUESTIONS

    def __getitem__(self, index):
        self.judged.append(index)
        question = {"role": "user", "content": "Well?"}
        return {"messages": [question, {"role": "assistant", "content": "Yes."}]}

    def evaluate(self, *_):
        """Return that an answer is right."""
        return True


def picture(data):
    """Draw the scores, and who judged what."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2.8), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.6), sharey=True)
    counts = list(data["scores"])
    scores = [100 * sum(told) / len(told) for told in data["scores"].values()]
    bars = left.barh(counts, scores, color="#0072B2", height=0.6)
    left.bar_label(bars, fmt="{:.0f}", label_type="center", color="white", fontsize=8)
    left.axvline(100, color="black", linestyle="--", linewidth=1)
    left.set(xlabel="told score in %", ylabel="ranks", xlim=(0, 110))
    colours = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9")
    for count, shares in data["judged"].items():
        for share, colour in zip(shares, colours, strict=False):
            right.plot(share, [count] * len(share), "s", color=colour, markersize=7)
    right.set(xlabel="question; a colour for each rank", xlim=(-1, QUESTIONS))
    right.invert_yaxis()
    return figure
