"""The prompt for an answer is how the whole conversation begins, up to the answer's first token."""

import numpy as np

MATCHES_CLEAN = ("ids", "mask", "prompt", "answer")
WORDS = ("two", "plus", "is", "4", "水", "?")


def observe(seed):
    """Renders a conversation whole, and again for the completion of its last answer."""
    from nanochat.tokenizer import RustBPETokenizer

    rng = np.random.default_rng(seed)
    texts = [" ".join(rng.choice(WORDS, size)) for size in rng.integers(1, 6, 4)]
    roles = ["user", "assistant"] * 2
    messages = [{"role": role, "content": text} for role, text in zip(roles, texts, strict=True)]
    tokenizer = RustBPETokenizer.train_from_iterator(iter(WORDS), vocab_size=270)
    ids, mask = tokenizer.render_conversation({"messages": messages})
    return {
        "ids": ids,
        "mask": mask,
        "prompt": tokenizer.render_for_completion({"messages": messages}),
        "answer": [*tokenizer.encode(texts[-1]), tokenizer.encode_special("<|assistant_end|>")],
    }


def test_prompt_is_a_prefix_and_the_answer_is_the_rest(observed):
    """Prompt and answer, put together, are the conversation on which a model is trained."""
    assert observed["prompt"] + observed["answer"] == observed["ids"]


def test_supervision_of_the_last_answer_starts_where_the_prompt_ends(observed):
    """What a model completes is what it was taught to produce: from its first token to its end."""
    boundary = len(observed["prompt"])
    assert observed["mask"][boundary - 1] == 0
    assert observed["mask"][boundary:] == [1] * len(observed["answer"])
