"""How a document begins.

A special token, `<|bos|>`, is to open every document, so that a model can tell where one ends and
the next one begins. Some documents are encoded with that request, one at a time and all in one
call. The rows show the first and the last tokens of each; the special token is yellow.

Try an empty document, and the stream of tokens that a loader makes of many.
"""

SHOWN = 5


def experiment(seed, number=3):
    """Return the tokens of documents, encoded alone and together."""
    from itertools import islice

    from playground import small_tokenizer

    from nanochat.corpus import documents
    from nanochat.looking import token_kinds, token_texts

    tokenizer = small_tokenizer(seed)
    texts = [text[:120] for text in islice(documents(seed + 1), number)]
    alone = [tokenizer.encode(text, prepend="<|bos|>") for text in texts]
    together = tokenizer.encode(texts, prepend="<|bos|>")
    rows = [("alone", ids) for ids in alone] + [("in one call", ids) for ids in together]
    return {
        "rows": [
            {
                "how": how,
                "texts": token_texts(tokenizer, ids),
                "kinds": token_kinds(tokenizer, ids, [0] * len(ids)),
            }
            for how, ids in rows
        ]
    }


def picture(data):
    """Draw the ends of each document."""
    from nanochat.looking import token_figure

    rows = []
    for number, row in enumerate(data["rows"]):
        texts = [*row["texts"][:SHOWN], "...", *row["texts"][-SHOWN:]]
        kinds = [*row["kinds"][:SHOWN], "plain", *row["kinds"][-SHOWN:]]
        title = f"document {number % (len(data['rows']) // 2) + 1}, encoded {row['how']}"
        rows.append((title, texts, kinds))
    return token_figure(rows)
