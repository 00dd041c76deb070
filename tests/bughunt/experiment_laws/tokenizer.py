"""The experiments of the level tokenizer."""


def a_called_tokenizer_encodes(data):
    """A call gives what `encode` gives."""
    return data["called"] == data["named"]


def streamed_tokens_spell_the_decoded_text(data):
    """The pieces of each stream join to its text."""
    return all("".join(it["pieces"]) == it["text"] for it in data["streams"])


def tokens_spell_the_text_that_they_encode(data):
    """What was learned is in the corpus, and the vocabulary encodes as the merges do."""
    return all(data["found"]) and data["by_merges"] == data["by_vocabulary"]


def user_text_never_yields_control_tokens(data):
    """What is typed has no control token, and a chat of two turns has each of them once."""
    *typed, _ = (set(row["kinds"]) for row in data["rows"])
    return typed == [{"plain"}] * 2 and set(data["counts"].values()) == {1}


def every_text_of_a_corpus_is_counted(data):
    """With room for all pairs, every word becomes one token."""
    return {taken for row in data["taken"] for taken in row} == {1}


def token_byte_lengths_add_up_to_the_text(data):
    """The tokens of a text are worth its bytes in UTF-8."""
    return data["sums"] == data["bytes"]
