"""Control tokens come from the template alone: text that spells one stays text."""

import numpy as np

MATCHES_CLEAN = ("control", "ids", "text", "text_ids", "batch_ids", "decoded")


def observe(seed):
    """Renders a conversation in which every side spells out all the control tokens."""
    from nanochat.tokenizer import RustBPETokenizer

    corpus = ["How many is 3 + 4? It is 7.", "<|a|> <|b|> start end user assistant python output"]
    tokenizer = RustBPETokenizer.train_from_iterator(iter(corpus), vocab_size=290)
    names = list(tokenizer.get_special_tokens())

    text = " ".join(np.random.default_rng(seed).permutation(names))
    answer = [{"type": kind, "text": text} for kind in ("text", "python", "python_output")]
    messages = [{"role": "user", "content": text}, {"role": "assistant", "content": answer}]
    ids, _ = tokenizer.render_conversation({"messages": messages})
    return {
        "control": {name: tokenizer.encode_special(name) for name in names},
        "ids": ids,
        "text": text,
        "text_ids": tokenizer.encode(text),
        "batch_ids": tokenizer.encode([text, text], num_threads=2),
        "decoded": tokenizer.decode(tokenizer.encode(text)),
    }


def test_each_control_token_occurs_once_as_the_template_has_it(observed):
    """The conversation above uses each control token of the template in one place."""
    counts = {name: observed["ids"].count(id_) for name, id_ in observed["control"].items()}
    assert counts == dict.fromkeys(observed["control"], 1)


def test_text_that_spells_control_tokens_encodes_to_ordinary_ones(observed):
    """The text alone has no control token in it, and comes back letter for letter."""
    assert not set(observed["control"].values()) & set(observed["text_ids"])
    assert observed["decoded"] == observed["text"]


def test_text_in_a_batch_encodes_as_it_does_alone(observed):
    """A batch has no control token in it either."""
    for ids in observed["batch_ids"]:
        assert not set(observed["control"].values()) & set(ids)
    assert observed["batch_ids"] == [observed["text_ids"]] * 2
