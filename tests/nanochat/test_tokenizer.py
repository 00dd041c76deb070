"""Encoding, decoding and the vocabulary of the tokenizer, beside two independent encoders."""

import gc
import weakref
from itertools import pairwise

import pytest
import regex
import tiktoken
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import models, pre_tokenizers

from nanochat import tokenizer as tokenizer_module
from nanochat.tokenizer import SPECIAL_TOKENS, RustBPETokenizer, get_token_bytes, get_tokenizer

CORPUS = [
    "The quick brown fox jumps over the lazy dog, and the dog doesn't mind: it's asleep.",
    "Über naïve Zoë; 1234567 + 89 = 1234656.\n\n\tdef f(x):\n        return x ** 2  # squared\r\n",
    "水曜日は水を飲む。水曜日は水を飲む。 한국어 한국어 жизнь жизнь 🦊🦊🦊",
] * 3


@pytest.fixture(scope="module")
def tokenizer():
    """A tokenizer with some real merges, of words and of parts of characters."""
    return RustBPETokenizer.train_from_iterator(iter(CORPUS), vocab_size=400)


def merged(piece, rank, below):
    """BPE as it is defined: merge the pair of lowest rank, of those below a limit, and repeat."""
    parts = [bytes([byte]) for byte in piece]
    while True:
        joined = [a + b for a, b in pairwise(parts)]
        best = min(joined, key=lambda token: rank.get(token, below), default=b"")
        if rank.get(best, below) >= below:
            return parts
        at = joined.index(best)
        parts[at : at + 2] = [best]


def slow_encode(tokenizer, text):
    """Splits with an independent regex engine, then merges piece by piece."""
    rank = {token: index for index, token in enumerate(tokenizer.tokens)}
    pieces = [piece.encode() for piece in regex.findall(tokenizer.pattern, text)]
    return [rank[part] for piece in pieces for part in merged(piece, rank, below=len(rank))]


def hugging_face(tokenizer):
    """The same vocabulary in Hugging Face tokenizers, with the merges told from the ranks."""
    letters = _byte_letters()
    rank = {token: index for index, token in enumerate(tokenizer.tokens)}
    spell = {token: "".join(letters[byte] for byte in token) for token in rank}
    merges = [merged(token, rank, below=rank[token]) for token in tokenizer.tokens[256:]]
    vocab = {spell[token]: index for token, index in rank.items()}
    peer = tokenizers.Tokenizer(models.BPE(vocab, [(spell[a], spell[b]) for a, b in merges]))
    split = pre_tokenizers.Split(tokenizers.Regex(tokenizer.pattern), behavior="isolated")
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    peer.pre_tokenizer = pre_tokenizers.Sequence([split, byte_level])
    return peer


def _byte_letters():
    """How GPT-2 spells each byte: itself where that prints, else a letter from 256 on."""
    spare = iter(range(256, 512))
    prints = {*range(33, 127), *range(161, 173), *range(174, 256)}
    return [chr(byte if byte in prints else next(spare)) for byte in range(256)]


LETTERS = st.sampled_from("abthequick  \n\t\r'sDOG123.,!é水曜日한🦊ж\u0301\xa0")
TEXTS = st.text(alphabet=LETTERS, max_size=60)


@settings(deadline=None, max_examples=100)
@given(text=TEXTS)
def test_encoding_is_that_of_bpe_by_its_definition(tokenizer, text):
    """An independent regex engine, and merges one by one, give the same ids."""
    assert tokenizer.encode(text) == slow_encode(tokenizer, text)


def test_encoding_is_that_of_hugging_face_tokenizers(tokenizer):
    """The same merges and pattern in another library give the same ids."""
    peer = hugging_face(tokenizer)

    @settings(deadline=None, max_examples=100)
    @given(text=TEXTS)
    def check(text):
        assert tokenizer.encode(text) == peer.encode(text, add_special_tokens=False).ids

    check()
    assert [tokenizer.encode(text) for text in CORPUS] == [peer.encode(t).ids for t in CORPUS]


@settings(deadline=None, max_examples=200)
@given(text=st.text(max_size=80))
def test_any_unicode_text_survives_the_round_trip(tokenizer, text):
    """Bytes are the smallest tokens, so there is no text that cannot be spelled."""
    assert tokenizer.decode(tokenizer.encode(text)) == text


@settings(deadline=None, max_examples=50)
@given(texts=st.lists(TEXTS, max_size=6), ends=st.tuples(*[st.sampled_from([None, 1, 65])] * 2))
def test_batch_is_each_text_by_itself(tokenizer, texts, ends):
    """A list of strings gives what the strings give one by one, tokens at the ends included."""
    prepend, append = ends
    alone = [tokenizer.encode(text, prepend=prepend, append=append) for text in texts]
    assert tokenizer.encode(texts, prepend=prepend, append=append, num_threads=2) == alone


def test_one_token_may_stand_at_both_ends(tokenizer):
    """A token that opens and closes documents is put at both ends, by name and by id."""
    bos, ids = tokenizer.get_bos_token_id(), tokenizer.encode("dog")
    assert tokenizer.encode("dog", prepend="<|bos|>", append="<|bos|>") == [bos, *ids, bos]
    assert tokenizer.encode(["dog", ""], prepend=bos, append=bos) == [[bos, *ids, bos], [bos, bos]]


def test_lone_surrogate_is_encoded_as_a_replacement_character(tokenizer):
    """Half a UTF-16 pair has no UTF-8; it does not stop the encoding of what stands around it."""
    assert tokenizer.decode(tokenizer.encode("a\ud83eb")) == "a\N{REPLACEMENT CHARACTER}b"


def test_special_tokens_spelled_in_text_are_text(tokenizer):
    """Alone and in a batch, a text made of the names of special tokens has none of them in it."""
    text = "".join(SPECIAL_TOKENS)
    ids = tokenizer.encode(text)
    assert max(ids) < tokenizer.get_bos_token_id()
    assert tokenizer.decode(ids) == text
    assert tokenizer.encode([text, text]) == [ids, ids]


def test_calling_the_tokenizer_encodes(tokenizer):
    """`tokenizer(...)` is `tokenizer.encode(...)`, keywords included."""
    assert tokenizer("a dog", prepend="<|bos|>") == tokenizer.encode("a dog", prepend="<|bos|>")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(b"dog", "text is a bytes. Give a string, or a list of strings", id="bytes"),
        pytest.param(None, "text is a NoneType", id="none"),
        pytest.param(["dog", 7], r"text\[1\] is a int. Give strings only", id="number-in-list"),
    ],
)
def test_text_of_a_wrong_type_is_a_type_error(tokenizer, text, message):
    """The message says what was given, and where in a list it stood."""
    with pytest.raises(TypeError, match=message):
        tokenizer.encode(text)


@pytest.mark.parametrize("end", ["prepend", "append"])
def test_token_for_an_end_must_be_an_id_or_a_name(tokenizer, end):
    """A flag, an id that does not exist and a misspelled name are refused, each in its words."""
    with pytest.raises(TypeError, match=f"{end} is True. Give a token id"):
        tokenizer.encode("dog", **{end: True})
    with pytest.raises(ValueError, match=f"{end} is 400. Give one of the ids 0 to 399"):
        tokenizer.encode("dog", **{end: 400})
    with pytest.raises(ValueError, match=r"Did you mean '<\|bos\|>'\?"):
        tokenizer.encode("dog", **{end: "<|bso|>"})


@pytest.mark.parametrize("end", [0, 399])
def test_first_and_last_id_may_stand_at_an_end(tokenizer, end):
    """Id 0 is a byte like any other."""
    assert tokenizer.encode("dog", prepend=end) == [end, *tokenizer.encode("dog")]


def test_special_tokens_take_the_last_ids(tokenizer):
    """The vocabulary is as large as asked for, special tokens included and last."""
    assert tokenizer.get_vocab_size() == 400
    assert tokenizer.get_special_tokens() == SPECIAL_TOKENS
    assert [tokenizer.encode_special(name) for name in SPECIAL_TOKENS] == list(range(391, 400))
    assert [tokenizer.id_to_token(id_) for id_ in range(391, 400)] == list(SPECIAL_TOKENS)
    assert tokenizer.get_bos_token_id() == 391


def test_small_corpus_gives_a_smaller_vocabulary_without_gaps():
    """When nothing is left to merge, the special tokens follow the last merge."""
    tokenizer = RustBPETokenizer.train_from_iterator(iter(["abab"]), vocab_size=5000)
    assert tokenizer.tokens[256:] == [b"ab", b"abab"]
    assert tokenizer.get_vocab_size() == 256 + 2 + 9
    assert tokenizer.get_bos_token_id() == 258


def test_empty_corpus_gives_a_vocabulary_of_bytes():
    """No text at all still leaves a tokenizer that can spell everything."""
    tokenizer = RustBPETokenizer.train_from_iterator(iter([]), vocab_size=300)
    assert tokenizer.get_vocab_size() == 256 + 9
    assert tokenizer.encode("é") == [0xC3, 0xA9]


@pytest.mark.parametrize("vocab_size", [-1, 0, 256, 264])
def test_vocabulary_without_room_for_bytes_and_special_tokens_is_refused(vocab_size):
    """256 bytes and 9 special tokens are the least; 265 is accepted."""
    with pytest.raises(ValueError, match=f"vocab_size is {vocab_size}.*choose 265 or more"):
        RustBPETokenizer.train_from_iterator(iter(CORPUS), vocab_size=vocab_size)
    smallest = RustBPETokenizer.train_from_iterator(iter(CORPUS), vocab_size=265)
    assert smallest.get_vocab_size() == 265


@pytest.mark.parametrize("stray", [400, 10**6, -1, 2**70])
def test_decoding_an_id_outside_the_vocabulary_names_it(tokenizer, stray):
    """An id of another tokenizer is an error with the id in it, whatever its size."""
    with pytest.raises(ValueError, match=rf"Token id {stray} does not exist: ids are 0 to 399"):
        tokenizer.decode([0, stray])


def test_unfinished_character_decodes_to_a_replacement_and_shows_as_bytes(tokenizer):
    """Half a character is marked in text; as a token it keeps a name of its own."""
    assert tokenizer.decode([0xF0, 0x9F]) == "\N{REPLACEMENT CHARACTER}"
    assert tokenizer.id_to_token(0xF0) == r"\xf0"
    assert tokenizer.id_to_bytes(0xF0) == b"\xf0"


def test_unknown_special_token_lists_the_known_ones(tokenizer):
    """A role that the template does not have is an error, not None."""
    with pytest.raises(ValueError, match=r"Unknown special token '<\|eos\|>'.*<\|output_end\|>"):
        tokenizer.encode_special("<|eos|>")


def test_tokenizer_is_freed_after_its_special_tokens_were_looked_up():
    """No cache outside the instance keeps it alive."""
    tokenizer = RustBPETokenizer.train_from_iterator(iter(CORPUS), vocab_size=270)
    tokenizer.encode_special("<|bos|>")
    gone = weakref.ref(tokenizer)
    del tokenizer
    gc.collect()
    assert gone() is None


@pytest.fixture
def trained_base_dir(tokenizer, tmp_path, monkeypatch):
    """A base folder into which the tokenizer was saved."""
    monkeypatch.setenv("NANOCHAT_BASE_DIR", str(tmp_path))
    tokenizer.save(tmp_path / "tokenizer")


@pytest.mark.usefixtures("trained_base_dir")
def test_token_bytes_are_an_int32_tensor_over_the_vocabulary(tokenizer):
    """One length for each id, as the raw tokens have it; special tokens are no text."""
    lengths = get_token_bytes(device="cpu")
    assert (str(lengths.dtype), lengths.shape) == ("torch.int32", (400,))
    assert lengths[:391].tolist() == [len(token) for token in tokenizer.tokens]
    assert lengths[391:].tolist() == [0] * 9


@pytest.mark.usefixtures("trained_base_dir")
def test_get_tokenizer_loads_what_was_saved_in_the_base_folder(tokenizer):
    """The tokenizer of the base folder encodes as the one that was saved."""
    assert get_tokenizer().encode(CORPUS) == tokenizer.encode(CORPUS)


def test_get_tokenizer_says_how_to_train_one(tmp_path, monkeypatch):
    """An empty base folder stays empty, and the error names file and command."""
    monkeypatch.setenv("NANOCHAT_BASE_DIR", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"tokenizer\.json: .*nanochat\.scripts\.tok_train"):
        get_tokenizer()
    assert list(tmp_path.iterdir()) == []


def small_encoding(ranks):
    """An encoding like those of tiktoken, with a special token of its own among the ranks."""
    special = {"<|endoftext|>": 256}
    return tiktoken.Encoding(
        "small", pat_str=r"\w+|\W+", mergeable_ranks=ranks, special_tokens=special
    )


def test_named_encoding_takes_our_special_tokens_instead_of_its_own(tokenizer, monkeypatch):
    """Ordinary tokens keep their order; the gap left by the encoding's own token is closed."""
    ranks = {bytes([byte]): byte for byte in range(256)} | {b"ab": 257, b"abc": 258}
    monkeypatch.setattr(tokenizer_module.tiktoken, "get_encoding", lambda _: small_encoding(ranks))
    pretrained = RustBPETokenizer.from_pretrained("gpt2")
    assert pretrained.encode("abc ab") == [257, 32, 256]
    assert pretrained.get_bos_token_id() == 258
    assert pretrained.get_special_tokens() == tokenizer.get_special_tokens()


def test_unknown_encoding_offers_the_nearest_name():
    """A misspelled name is told apart from a failed download."""
    with pytest.raises(ValueError, match=r"'cl100k_bas'. Did you mean 'cl100k_base'\?"):
        RustBPETokenizer.from_pretrained("cl100k_bas")


def test_failed_download_says_what_to_do(monkeypatch):
    """Without a network the error names the encoding and the folder that could hold it."""

    def unreachable(_):
        raise OSError("no route")

    monkeypatch.setattr(tokenizer_module.tiktoken, "get_encoding", unreachable)
    with pytest.raises(ConnectionError, match=r"'gpt2'.*no route.*TIKTOKEN_CACHE_DIR"):
        RustBPETokenizer.from_pretrained("gpt2")
