"""Fine-tuning learns each token that the assistant produces, the end of its turn included."""

import random

MATCHES_CLEAN = ("inputs", "targets", "question", "answer", "special")
WORDS = ("apple", "river", "seven", "naïve", "水", "tea?")


def observe(seed):
    """Batch a chat of one turn, alone in its row, which has room left."""
    from nanochat.sft import ConversationLoader
    from nanochat.tokenizer import RustBPETokenizer

    tokenizer = RustBPETokenizer.train_from_iterator(iter(WORDS), vocab_size=270)
    rng = random.Random(seed)
    question, answer = (" ".join(rng.sample(WORDS, 3)) for _ in range(2))
    messages = [
        {"role": "user", "content": question},
        {"role": "assistant", "content": answer},
    ]
    chat = {"messages": messages}
    length = len(tokenizer.render_conversation(chat)[0])
    inputs, targets = next(ConversationLoader([chat], tokenizer, 1, length + 4))
    return {
        "inputs": inputs[0].tolist(),
        "targets": targets[0].tolist(),
        "question": tokenizer.encode(question),
        "answer": tokenizer.encode(answer),
        "special": {
            name: tokenizer.encode_special(f"<|{name}|>")
            for name in ("bos", "user_start", "user_end", "assistant_start", "assistant_end")
        },
    }


def test_inputs_are_the_chat_from_its_beginning(observed):
    """Question and answer stand between the tokens that say who is speaking."""
    special = observed["special"]
    turns = [special["bos"], special["user_start"], *observed["question"], special["user_end"]]
    turns += [special["assistant_start"], *observed["answer"], special["assistant_end"]]
    assert observed["inputs"][: len(turns)] == turns


def test_targets_are_the_answer_and_its_end_in_their_places(observed):
    """The first of them is asked for when the assistant's turn begins."""
    special, answer = observed["special"], observed["answer"]
    before = len(observed["question"]) + 3
    expected = [-1] * before + [*answer, special["assistant_end"]]
    assert observed["targets"] == expected + [-1] * (len(observed["targets"]) - len(expected))


def test_each_target_is_the_token_that_follows(observed):
    """Wherever something is learned, it is what the next input shows."""
    following = observed["inputs"][1:]
    for target, token in zip(observed["targets"][:-1], following, strict=True):
        assert target in (-1, token)
