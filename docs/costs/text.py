"""What bugs cost between text and tokens."""

from collections import Counter


def bos_left_out(law):
    """Documents that begin with their first token, of those that hold text, and all these."""
    seen = law.observe(0)
    documents = [ids for ids, text in zip(seen["batch"], seen["plain"], strict=True) if text]
    return sum(ids[0] == seen["bos"] for ids in documents), len(documents)


def result_of_the_call_dropped(law):
    """What a call for a text of three words answers."""
    return law.observe(0)["by_call"][0]


def streamed_tokens_decoded_one_by_one(law):
    """Replacement characters in the stream of a text, and characters of the text."""
    seen = law.observe(0)
    text, pieces = seen["text"], seen["pieces"][:-2]
    return "".join(pieces).count("\N{REPLACEMENT CHARACTER}"), len(text)


def bytes_counted_after_decoding(law):
    """Bytes that are counted in four texts of several scripts, and bytes that are there."""
    seen = law.observe(0)
    counted = sum(seen["lengths"][token] for ids in seen["ids"] for token in ids)
    return counted, sum(len(text.encode()) for text in seen["texts"])


def text_may_spell_control_tokens(law):
    """Control tokens that a user's text is encoded to."""
    seen = law.observe(0)
    return sum(token in seen["control"].values() for token in seen["text_ids"])


def completion_starts_outside_the_turn(law):
    """Tokens of the conversation that stand neither in the prompt nor in the answer."""
    seen = law.observe(0)
    return len(seen["ids"]) - len(seen["prompt"]) - len(seen["answer"])


def single_bytes_not_counted(law):
    """Tokens of vocabularies for which 256, 257 and 315 were asked for."""
    return [tokens for tokens, _ in law.observe(0)["found"]]


def numbers_learned_three_digits_at_a_time(law):
    """Tokens that hold two digits, and tokens that hold three."""
    digits = Counter(law.digits(token) for token in law.observe(0)["tokens"])
    return digits[2], digits[3]
