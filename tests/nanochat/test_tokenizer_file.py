"""The file of a tokenizer: what is written is read back, and nothing else is accepted."""

import base64
import json
import os

import pytest

from nanochat.tokenizer import RustBPETokenizer

BYTES = [base64.b64encode(bytes([byte])).decode() for byte in range(256)]


@pytest.fixture(scope="module")
def tokenizer():
    """A tokenizer with a few merges."""
    corpus = ["low lower lowest", "水曜日 水曜日"]
    return RustBPETokenizer.train_from_iterator(iter(corpus), vocab_size=280)


@pytest.fixture
def saved(tokenizer, tmp_path):
    """The path of a freshly saved tokenizer."""
    tokenizer.save(tmp_path / "new" / "folder")
    return tmp_path / "new" / "folder" / "tokenizer.json"


def test_saved_tokenizer_comes_back_the_same(tokenizer, saved):
    """Tokens, pattern, special tokens and encoding survive; the folder may be given as text."""
    loaded = RustBPETokenizer.from_directory(str(saved.parent))
    assert (loaded.tokens, loaded.pattern) == (tokenizer.tokens, tokenizer.pattern)
    assert loaded.special_ids == tokenizer.special_ids
    assert loaded.encode("lowest 水曜日") == tokenizer.encode("lowest 水曜日")


def test_file_is_plain_json_with_one_line_for_each_token(tokenizer, saved):
    """Anything that reads JSON reads it, and two vocabularies can be compared line by line."""
    document = json.loads(saved.read_text(encoding="utf-8"))
    assert list(document) == ["format", "version", "pattern", "special_tokens", "tokens"]
    assert [base64.b64decode(token) for token in document["tokens"]] == tokenizer.tokens
    assert f'  "{document["tokens"][-1]}"' in saved.read_text(encoding="utf-8").splitlines()


def test_saving_twice_writes_the_same_bytes_and_nothing_beside(tokenizer, saved):
    """A tokenizer has one spelling; no draft is left behind."""
    first = saved.read_bytes()
    tokenizer.save(saved.parent)
    assert saved.read_bytes() == first
    assert [path.name for path in saved.parent.iterdir()] == ["tokenizer.json"]


def test_interrupted_save_leaves_the_old_file(tokenizer, saved, monkeypatch):
    """A disk that fails while the new file is written costs neither the old one nor a draft."""

    def fail(_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        RustBPETokenizer.train_from_iterator(iter([]), vocab_size=265).save(saved.parent)
    assert RustBPETokenizer.from_directory(saved.parent).tokens == tokenizer.tokens
    assert [path.name for path in saved.parent.iterdir()] == ["tokenizer.json"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        pytest.param(
            "format", "tiktoken", "expected 'nanochat-tokenizer', found 'tiktoken'", id="foreign"
        ),
        pytest.param("version", 2, "expected 1, found 2", id="newer-version"),
        pytest.param("pattern", 3, "expected a string, found 3", id="pattern-number"),
        pytest.param("pattern", "(", "parenthesis", id="pattern-broken"),
        pytest.param("special_tokens", ["<|bos|>"], r"found \['<\|bos\|>'\]", id="other-specials"),
        pytest.param("tokens", None, "expected a list, found None", id="no-tokens"),
        pytest.param(
            "tokens", BYTES[:-2], r"no token for the bytes \[254, 255\]", id="bytes-missing"
        ),
    ],
)
def test_field_with_a_wrong_value_is_named_with_file_and_value(saved, field, value, message):
    """Each field is checked; the error says which file, which field, what is there, what to do."""
    document = json.loads(saved.read_text(encoding="utf-8"))
    saved.write_text(json.dumps(document | {field: value}), encoding="utf-8")
    with pytest.raises(
        ValueError, match=f"tokenizer.json: field '{field}': .*{message}.*tok_train"
    ):
        RustBPETokenizer.from_directory(saved.parent)


@pytest.mark.parametrize(
    ("token", "message"),
    [
        pytest.param("QUFB!", "'QUFB!' is not base64", id="not-base64"),
        pytest.param(["QQ=="], r"\['QQ=='\] is not base64", id="not-text"),
        pytest.param("", "a token has at least one byte", id="empty"),
        pytest.param("QQ==", r"b'A' is tokens\[65\] already", id="twice"),
    ],
)
def test_token_that_cannot_be_used_is_named_by_its_place(saved, token, message):
    """A damaged entry is found among thousands."""
    document = json.loads(saved.read_text(encoding="utf-8"))
    saved.write_text(json.dumps(document | {"tokens": [*BYTES, token]}), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"field 'tokens\[256\]': {message}"):
        RustBPETokenizer.from_directory(saved.parent)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "not a JSON document", id="empty"),
        pytest.param(b'{"format": "nanochat-tok', "not a JSON document", id="cut-short"),
        pytest.param(b"\x80\x04\x95\xff", "not a JSON document", id="pickle"),
        pytest.param(b"[1, 2]", "not a JSON object but a list", id="list"),
        pytest.param(
            b"{}", "field 'format': expected 'nanochat-tokenizer', found None", id="no-fields"
        ),
    ],
)
def test_file_of_another_kind_is_refused(saved, content, message):
    """Whatever else lies under this name gives one clear error."""
    saved.write_bytes(content)
    with pytest.raises(ValueError, match=rf"tokenizer\.json: {message}"):
        RustBPETokenizer.from_directory(saved.parent)


def test_missing_file_says_how_to_train(tmp_path):
    """The error names the path that was looked for, and the command that writes it."""
    with pytest.raises(FileNotFoundError, match=r"tokenizer\.json: there is no tokenizer here"):
        RustBPETokenizer.from_directory(tmp_path)
