"""Which words are learned.

A corpus of texts of one word each is read some texts at a time, and there is room in the vocabulary
for every pair of it. So each word should end up as one token. A row of the table is a training with
another number of texts read at a time; a figure is how many tokens the word takes then.

Compare the rows. Which words are missed, and does it matter how many there are?
"""

WORDS = ("tea", "ant", "owl", "fig", "jam", "elm", "ice", "oak", "sun", "hat", "pie", "rye")


def experiment(seed, at_a_time=(1, 2, 3, 5, 8, 8192)):
    """Return the tokens that each word takes, for each number of texts read at a time."""
    import random

    import rustbpe

    words = random.Random(seed).sample(WORDS, len(WORDS))
    taken = []
    for number in at_a_time:
        tokenizer = rustbpe.Tokenizer()
        tokenizer.train_from_iterator(iter(words), 400, number, pattern="[a-z]+")
        taken.append([len(tokenizer.encode(word)) for word in words])
    return {"at_a_time": list(at_a_time), "words": words, "taken": taken}


def picture(data):
    """Draw the table."""
    from matplotlib.figure import Figure
    from playground import draw_table

    figure = Figure(figsize=(8, 2.6), layout="constrained")
    axes = figure.subplots()
    missed = [[number > 1 for number in row] for row in data["taken"]]
    draw_table(axes, data["taken"], missed, rows=data["at_a_time"], columns=data["words"])
    axes.set(xlabel="tokens for each word, in the order of the texts", ylabel="read at a time")
    return figure
