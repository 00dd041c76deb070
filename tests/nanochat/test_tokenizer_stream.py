"""Text that is decoded while its tokens arrive."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanochat.tokenizer import RustBPETokenizer, StreamingDecoder


@pytest.fixture(scope="module")
def tokenizer():
    """Bytes and special tokens only: any sequence of bytes can be streamed."""
    return RustBPETokenizer.train_from_iterator(iter([]), vocab_size=265)


def stream(tokenizer, ids):
    """All that a decoder returns for these ids, piece by piece, the end included."""
    decoder = StreamingDecoder(tokenizer)
    return [*[decoder.push(token) for token in ids], decoder.flush()]


@settings(deadline=None, max_examples=200)
@given(ids=st.lists(st.integers(0, 264), max_size=40))
def test_stream_of_any_tokens_joins_to_their_decoding(tokenizer, ids):
    """Broken UTF-8 and special tokens included, the pieces join to what `decode` returns."""
    assert "".join(stream(tokenizer, ids)) == tokenizer.decode(ids)


def test_character_appears_with_its_last_byte(tokenizer):
    """An emoji of four tokens is silent for three of them."""
    assert stream(tokenizer, tokenizer.encode("a🦊b")) == ["a", "", "", "", "🦊", "b", ""]


def test_words_keep_their_spaces_while_streaming(tokenizer):
    """A piece is not trimmed."""
    assert stream(tokenizer, tokenizer.encode(" a b")) == [" ", "a", " ", "b", ""]


def test_decoder_can_be_used_again_after_the_end(tokenizer):
    """Flushing forgets the unfinished character; what follows is not damaged by it."""
    decoder = StreamingDecoder(tokenizer)
    assert (decoder.push(0xF0), decoder.flush()) == ("", "\N{REPLACEMENT CHARACTER}")
    assert (decoder.push(65), decoder.flush()) == ("A", "")
