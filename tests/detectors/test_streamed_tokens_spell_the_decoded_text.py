"""Text that is streamed token by token is the text of all tokens together."""

import numpy as np

MATCHES_CLEAN = ("text", "pieces", "end", "rest")
LETTERS = "ab c é 水 한 🦊"


def observe(seed):
    """Streams a random text, and the beginning of an emoji that is never completed."""
    from nanochat.tokenizer import RustBPETokenizer, StreamingDecoder

    rng = np.random.default_rng(seed)
    text = "".join(rng.choice(list(LETTERS), 40)) + "🦊"
    tokenizer = RustBPETokenizer.train_from_iterator(iter(["ab c ab c"]), vocab_size=268)
    decoder = StreamingDecoder(tokenizer)
    pieces = [decoder.push(token) for token in tokenizer.encode(text)]
    end = decoder.flush()

    pieces += [decoder.push(token) for token in tokenizer.encode("🦊")[:2]]
    return {"text": text, "pieces": pieces, "end": end, "rest": decoder.flush()}


def test_pieces_of_the_stream_join_to_the_text(observed):
    """No character is lost or torn: joined, the pieces are the text, with nothing left over."""
    assert "".join(observed["pieces"]) == observed["text"]
    assert observed["end"] == ""


def test_character_that_never_completes_is_marked_at_the_end(observed):
    """Half an emoji is held back until the stream ends, and is then one replacement character."""
    assert observed["pieces"][-2:] == ["", ""]
    assert observed["rest"] == "\N{REPLACEMENT CHARACTER}"
