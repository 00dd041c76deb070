"""What a model is given in a chat is a single document, which holds all that was said."""

import random

MATCHES_CLEAN = ("prompts", "said", "bos")
WORDS = ("apple", "river", "seven", "naïve", "水", "tea?")


class Listening:
    """An engine that gives the answers of a script and remembers the prompts."""

    def __init__(self, tokenizer, answers):
        self.tokenizer = tokenizer
        self.end_tokens = (tokenizer.encode_special("<|assistant_end|>"),)
        self.answers = iter(answers)
        self.prompts = []

    def generate(self, prompt, **_):
        """Yield the columns of the next answer, and its end."""
        self.prompts.append(list(prompt))
        for token in [*self.tokenizer.encode(next(self.answers)), *self.end_tokens]:
            yield [token], [1]


def observe(seed):
    """Ask three questions in a chat."""
    from nanochat.chat import Chat
    from nanochat.tokenizer import RustBPETokenizer

    tokenizer = RustBPETokenizer([bytes([value]) for value in range(256)], r"\w+|\W+")
    rng = random.Random(seed)
    said = [" ".join(rng.sample(WORDS, 3)) for _ in range(6)]
    engine = Listening(tokenizer, said[1::2])
    chat = Chat(engine, window=1000)
    for question in said[::2]:
        "".join(chat.answer(question))
    return {
        "prompts": engine.prompts,
        "said": [tokenizer.encode(text) for text in said],
        "bos": tokenizer.get_bos_token_id(),
    }


def test_a_document_is_opened_once(observed):
    """By the first token of the prompt."""
    for turn, prompt in enumerate(observed["prompts"], start=1):
        places = [place for place, token in enumerate(prompt) if token == observed["bos"]]
        assert places == [0], f"question {turn}: a document is opened at {places}"


def test_all_that_was_said_is_in_the_document(observed):
    """Questions and answers, in their order, up to the question that is asked."""
    for turn, prompt in enumerate(observed["prompts"]):
        text = [token for token in prompt if token < 256]
        assert text == [token for said in observed["said"][: 2 * turn + 1] for token in said]
