"""A text as it arrives.

A chat shows an answer while it is written: every token is turned into text as soon as it comes. The
upper row of each pair is the whole text, the lower one what is shown piece by piece, a box for each
token that shows something; what is no letter of the text is pink.

Try other scripts. How many tokens does one character take?
"""

TEXTS = ("Anna has the red ball.", "Ça coûte 3½ €", "Γειά σου", "♞ и ☂ → ☺")
NO_CHARACTER = "\N{REPLACEMENT CHARACTER}"


def experiment(seed, texts=TEXTS):
    """Return for each text the pieces in which it is streamed."""
    from playground import small_tokenizer

    from nanochat.tokenizer import StreamingDecoder

    tokenizer = small_tokenizer(seed)
    streams = []
    for text in texts:
        decoder = StreamingDecoder(tokenizer)
        pieces = [decoder.push(token) for token in tokenizer.encode(text)]
        streams.append({"text": text, "pieces": [*filter(None, pieces), decoder.flush()]})
    return {"streams": streams}


def picture(data):
    """Draw the text and its pieces."""
    from nanochat.looking import token_figure

    rows = []
    for it in data["streams"]:
        pieces = list(filter(None, it["pieces"]))
        kinds = ["forced" if NO_CHARACTER in piece else "plain" for piece in pieces]
        rows.append(("the text", [it["text"].replace(" ", "·")], ["learned"]))
        rows.append(("as it is streamed", [piece.replace(" ", "·") for piece in pieces], kinds))
    return token_figure(rows)
