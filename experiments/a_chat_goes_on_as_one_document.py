"""What the model is given in a chat.

A user tells her name, and asks for it two questions later. The upper row is this conversation as
training shows it to a model, up to where the last answer begins; the lower row is what the model
gets from the chat. They should be the same, token for token; `<|bos|>`, which opens a document, is
yellow.

Try longer chats, and a window that does not hold all of one.
"""

import itertools

SAID = (
    "I am Anna.",
    "Hello!",
    "I can sing.",
    "Nice!",
    "Who am I?",
)


class Listening:
    """An engine that answers by a script and notes what it is given."""

    def __init__(self, tokenizer, answers):
        self.tokenizer = tokenizer
        self.end_tokens = (tokenizer.encode_special("<|assistant_end|>"),)
        self.answers = iter(answers)
        self.given = []

    def generate(self, tokens, **_):
        """Yield the next answer, token by token."""
        self.given.append(list(tokens))
        for token in [*self.tokenizer.encode(next(self.answers)), *self.end_tokens]:
            yield [token], [1]


def experiment(seed, said=SAID):
    """Return the tokens up to the last answer, as training has them and as the chat gives them."""
    from playground import small_tokenizer

    from nanochat.chat import Chat
    from nanochat.looking import token_kinds, token_texts

    tokenizer = small_tokenizer(seed)
    engine = Listening(tokenizer, [*said[1::2], ""])
    chat = Chat(engine, window=1000)
    for question in said[::2]:
        "".join(chat.answer(question))
    speakers = itertools.cycle(("user", "assistant"))
    turns = [{"role": next(speakers), "content": text} for text in [*said, ""]]
    rendered, _ = tokenizer.render_conversation({"messages": turns})
    rows = {"in training": rendered[:-1], "in the chat": engine.given[-1]}
    return {
        "rows": {
            name: {
                "texts": token_texts(tokenizer, ids),
                "kinds": token_kinds(tokenizer, ids, [0] * len(ids)),
            }
            for name, ids in rows.items()
        }
    }


def picture(data):
    """Draw both."""
    from nanochat.looking import token_figure

    rows = data["rows"].items()
    return token_figure([(name, row["texts"], row["kinds"]) for name, row in rows])
