"""A conversation that is cut short is the beginning of the whole one, in tokens and in mask."""

import numpy as np

MATCHES_CLEAN = ("ids", "mask", "limits", "cuts")


def observe(seed):
    """Renders a conversation whole, and cut at every length and beyond its end."""
    from nanochat.tokenizer import RustBPETokenizer

    text = " ".join(np.random.default_rng(seed).choice(["five", "and", "six"], 5))
    messages = [{"role": "user", "content": text}, {"role": "assistant", "content": text}]
    tokenizer = RustBPETokenizer.train_from_iterator(iter([text]), vocab_size=265)
    ids, mask = tokenizer.render_conversation({"messages": messages})
    limits = range(1, len(ids) + 3)
    cuts = [list(tokenizer.render_conversation({"messages": messages}, n)) for n in limits]
    return {"ids": ids, "mask": mask, "limits": list(limits), "cuts": cuts}


def test_cut_conversation_is_the_beginning_of_the_whole_one(observed):
    """Both lists are cut in the same place, and never longer than asked for."""
    ids, mask = observed["ids"], observed["mask"]
    assert observed["cuts"] == [[ids[:limit], mask[:limit]] for limit in observed["limits"]]
