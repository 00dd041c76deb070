"""The corpus of our own: always the same, true, and without what is kept for testing."""

import hashlib
import itertools
import os
import random
import re
import subprocess
import sys

import pytest

from nanochat import corpus, dataset
from nanochat.checksums import read_sums, sha256_of
from nanochat.held_out import is_held_out_pair, is_held_out_word
from nanochat.lexicon import WORDS
from nanochat.scripts import make_corpus

SAMPLE = list(itertools.islice(corpus.documents(seed=1), 3000))
DIGEST_OF_DOCUMENTS = """
import hashlib, itertools
from nanochat import corpus
texts = itertools.islice(corpus.documents(seed=5), 200)
print(hashlib.sha256("".join(texts).encode()).hexdigest())
"""


def test_documents_do_not_depend_on_the_hash_seed():
    """Another process with another hash seed makes the same text."""
    texts = "".join(itertools.islice(corpus.documents(seed=5), 200))
    elsewhere = subprocess.run(
        [sys.executable, "-c", DIGEST_OF_DOCUMENTS],
        env=os.environ | {"PYTHONHASHSEED": "77"},
        capture_output=True,
        check=True,
        text=True,
    )
    assert elsewhere.stdout.strip() == hashlib.sha256(texts.encode()).hexdigest()


def test_documents_can_be_made_from_any_number_on():
    """Document 7 needs none of those before it; another seed has others."""
    assert list(itertools.islice(corpus.documents(1, start=7), 5)) == SAMPLE[7:12]
    assert next(corpus.documents(2)) != SAMPLE[0]


def test_documents_are_varied():
    """Nearly all of them differ, and no placeholder is left open."""
    assert len(set(SAMPLE)) > 0.99 * len(SAMPLE)
    assert not any(set("{}") & set(text) for text in SAMPLE)
    assert len(set(re.findall(r"[a-z]+", " ".join(SAMPLE).lower()))) > 600


def test_sums_and_products_of_the_corpus_are_right():
    """Every "a + b = c" and its likes, read back and computed."""
    pattern = re.compile(r"(\d+) ([+-]|plus|times) (\d+) (?:=|is) (\d+)")
    found = [match.groups() for text in SAMPLE for match in pattern.finditer(text)]
    compute = {"+": int.__add__, "plus": int.__add__, "-": int.__sub__, "times": int.__mul__}
    assert len(found) > 2000
    assert all(compute[sign](int(a), int(b)) == int(c) for a, sign, b, c in found)


def test_no_pair_of_numbers_is_both_taught_and_held_out():
    """In either order, and whatever is done with them."""
    pattern = re.compile(r"(\d+) (?:[+*-]|plus|minus|times) (\d+)")
    pairs = {match.groups() for text in SAMPLE for match in pattern.finditer(text)}
    assert len(pairs) > 1000
    assert not any(is_held_out_pair(int(a), int(b)) for a, b in pairs)


def test_spelled_words_are_right_and_not_held_out():
    """The hyphens taken out, what is spelled is the word, and one that may be taught."""
    pattern = re.compile(r"(\w+) is spelled ([a-z](?:-[a-z])*)\.")
    found = {match.groups() for text in SAMPLE for match in pattern.finditer(text)}
    assert len(found) > 100
    assert all(spelled.replace("-", "") == word for word, spelled in found)
    assert not any(is_held_out_word(word) for word, _ in found)


def test_letters_are_counted_right():
    """Length, first and last letter, and the number of one of them."""
    pattern = re.compile(
        r"The word (\w+) has (\d+) letters. It begins with (\w) and ends with (\w). "
        r"The letter (\w) occurs (\d+) times? in (\w+)."
    )
    found = [match.groups() for text in SAMPLE for match in pattern.finditer(text)]
    assert len(found) > 100
    for word, length, first, last, letter, count, again in found:
        assert (word, len(word), word.count(letter)) == (again, int(length), int(count))
        assert word.startswith(first)
        assert word.endswith(last)


@pytest.mark.parametrize("seed", range(5))
def test_stories_use_the_right_article(seed):
    """No "a apple", no "an pear", within a few hundred stories."""
    rng = random.Random(seed)
    text = " ".join(corpus.story(rng) for _ in range(100))
    assert not re.findall(r"\b[Aa] [aeiou]\w*|\b[Aa]n [^aeiou\W]\w*", text)


def test_words_to_spell_are_many_and_plain():
    """Each of them once, in small letters."""
    assert len(set(WORDS)) == len(WORDS) > 400
    assert all(re.fullmatch("[a-z]{3,}", word) for word in WORDS)


def test_shards_hold_the_documents_in_order(tmp_path):
    """All shards of about the same size, with row groups as large as asked for."""
    assert corpus.write_corpus(tmp_path, number=100, seed=1, shards=4, group_rows=10)[0] == 100
    groups = [
        group
        for split in ("train", "val")
        for group in dataset.parquets_iter_batched(split, data_dir=tmp_path)
    ]
    assert [text for group in groups for text in group] == SAMPLE[:100]
    assert [len(group) for group in groups] == [10, 10, 5] * 4


def test_size_in_characters_is_reached_and_hardly_exceeded(tmp_path):
    """By less than a document for each shard."""
    count, characters = corpus.write_corpus(tmp_path, characters=50_000, shards=3)
    assert 50_000 <= characters < 50_000 + 3 * 2000
    texts = [t for split in ("train", "val") for t in texts_of(split, tmp_path)]
    assert (count, characters) == (len(texts), sum(map(len, texts)))


def texts_of(split, folder):
    """All documents of a split."""
    return [
        text for group in dataset.parquets_iter_batched(split, data_dir=folder) for text in group
    ]


def test_same_seed_makes_the_same_files(tmp_path):
    """Byte for byte; and their checksums are noted."""
    for name in ("first", "second"):
        corpus.write_corpus(tmp_path / name, number=60, seed=3, shards=2)
    first, second = (read_sums(tmp_path / name) for name in ("first", "second"))
    assert first == second
    paths = dataset.list_parquet_files(tmp_path / "first")
    assert first == {path.name: sha256_of(path) for path in paths}


def test_corpus_is_never_written_over(tmp_path):
    """What is there stays as it is."""
    (tmp_path / "mine.parquet").write_text("precious")
    with pytest.raises(FileExistsError, match=r"mine\.parquet: there is a corpus here already"):
        corpus.write_corpus(tmp_path, number=10, shards=2)
    assert (tmp_path / "mine.parquet").read_text() == "precious"


def test_interrupted_corpus_leaves_nothing_that_passes_for_one(tmp_path, monkeypatch):
    """The disk is full after a few documents."""

    def documents(_):
        yield from SAMPLE[:30]
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(corpus, "documents", documents)
    with pytest.raises(OSError, match="No space left on device"):
        corpus.write_corpus(tmp_path, number=100, shards=4)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ({}, r"give it in characters or in documents"),
        ({"number": 9, "characters": 9}, r"give it in characters or in documents"),
        ({"number": 9, "shards": 1}, r"make two shards or more"),
        ({"number": 3, "shards": 4}, r"size 3 in 4 shards"),
        ({"number": 9, "shards": 2, "group_rows": 0}, r"0 rows to a group"),
    ],
    ids=["none", "both", "one shard", "empty shard", "empty groups"],
)
def test_sizes_that_make_no_sense_are_refused(tmp_path, size, message):
    """Before anything is written."""
    with pytest.raises(ValueError, match=message):
        corpus.write_corpus(tmp_path, **size)


def test_command_makes_a_corpus_once(tmp_path, monkeypatch, capsys):
    """The second time it says that there is one."""
    monkeypatch.setenv("NANOCHAT_BASE_DIR", str(tmp_path))
    assert make_corpus.main(["--documents", "40", "--shards", "2"]) == 0
    assert capsys.readouterr().out.startswith("40 documents, ")
    assert make_corpus.main(["--documents", "40", "--shards", "2"]) == 3
    assert "there is a corpus here already" in capsys.readouterr().err
