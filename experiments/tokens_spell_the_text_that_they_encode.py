"""A vocabulary, read.

A tokenizer learns from a corpus which pieces of text are frequent. Above are the first pieces of
three bytes and more that it learned; one that the corpus does contain is green, one that stands
nowhere in it is pink. Below, how many tokens a KiB of new text takes: by the merges that were
learned, and with the vocabulary that is made of them.

Read the pieces aloud. Then decode what was encoded: does it come back?
"""

SHOWN = 60


def experiment(seed, vocab_size=512):
    """Return the longer tokens, whether the corpus has them, and what new text takes."""
    from itertools import islice

    import rustbpe
    from nanochat.corpus import documents
    from nanochat.tokenizer import RustBPETokenizer

    corpus = list(islice(documents(seed), 200))
    learned = rustbpe.Tokenizer()
    learned.train_from_iterator(corpus, vocab_size)
    tokens = [token for token, _ in learned.get_mergeable_ranks()]
    vocabulary = RustBPETokenizer(tokens, learned.get_pattern())

    new_text = " ".join(islice(documents(seed + 1), 20))[:1024]
    everything = "\n".join(corpus).encode()
    longer = [token for token in tokens if len(token) > 2][:SHOWN]
    return {
        "tokens": [token.decode(errors="backslashreplace").replace(" ", "·") for token in longer],
        "found": [token in everything for token in longer],
        "by_merges": len(learned.encode(new_text)),
        "by_vocabulary": len(vocabulary.encode(new_text)),
    }


def picture(data):
    """Draw the tokens and the counts."""
    from matplotlib.figure import Figure

    from nanochat.looking import draw_tokens

    figure = Figure(figsize=(7.6, 3.2), layout="constrained")
    upper, lower = figure.subplots(2, height_ratios=(2.4, 1))
    kinds = ["learned" if found else "forced" for found in data["found"]]
    title = "the first tokens of three bytes and more; green: the corpus has it"
    draw_tokens(upper, data["tokens"], kinds, title)
    counts = (data["by_merges"], data["by_vocabulary"])
    bars = lower.barh(("merges", "vocabulary"), counts, color=["#999999", "#0072B2"], height=0.6)
    lower.bar_label(bars, padding=4, fontsize=9)
    lower.set(xlim=(0, 1024), xlabel="tokens for 1,024 characters of new text")
    lower.invert_yaxis()
    return figure
