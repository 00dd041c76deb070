"""The mask of a conversation is set on what the assistant has to produce, and nowhere else."""

import numpy as np

MATCHES_CLEAN = ("ids", "mask", "control")
WORDS = ("seven", "times", "nine", "is", "63", "naïve", "水", "?")


def random_conversation(rng):
    """A conversation of several turns, with calls of the calculator and their results."""

    def text():
        return " ".join(rng.choice(WORDS, rng.integers(1, 6)))

    messages = [{"role": "system", "content": text()}]
    # One answer at least goes on after the result of a call.
    for length in rng.permutation([4, *rng.integers(1, 5, 2)]):
        kinds = ["text", "python", "python_output", "text"][:length]
        answer = [{"type": kind, "text": text()} for kind in kinds]
        messages.append({"role": "user", "content": text()})
        messages.append({"role": "assistant", "content": answer})
    return {"messages": [*messages, {"role": "user", "content": text()}]}


def observe(seed):
    """Renders a random conversation."""
    from nanochat.tokenizer import RustBPETokenizer

    tokenizer = RustBPETokenizer.train_from_iterator(iter(WORDS), vocab_size=270)
    ids, mask = tokenizer.render_conversation(random_conversation(np.random.default_rng(seed)))
    names = tokenizer.get_special_tokens()
    return {"ids": ids, "mask": mask, "control": {n: tokenizer.encode_special(n) for n in names}}


def produced_by_assistant(ids, control):
    """Walks through the tokens as a reader would, who knows only who is speaking."""
    name_of = {id_: name for name, id_ in control.items()}
    speaking = replying = False
    for token in ids:
        name = name_of.get(token)
        replying = replying or name == "<|output_start|>"
        yield int(speaking and not replying)
        speaking = name == "<|assistant_start|>" or (speaking and name != "<|assistant_end|>")
        replying = replying and name != "<|output_end|>"


def test_mask_is_set_on_the_words_calls_and_ends_of_the_assistant(observed):
    """Each token that the assistant produces is learned; no word of user or tool is."""
    expected = list(produced_by_assistant(observed["ids"], observed["control"]))
    assert observed["mask"] == expected
    assert 0 < sum(expected) < len(expected)
