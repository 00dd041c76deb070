"""Shards: which there are, who reads which row group, and what is said when one is bad."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanochat import checksums, dataset


def write_shards(folder, sizes, group_rows=2):
    """Write shards with so many documents each; document d of shard s is "s.d"."""
    for shard, size in enumerate(sizes):
        texts = [f"{shard}.{number}" for number in range(size)]
        table = pa.table({"text": pa.array(texts, pa.string())})
        options = {"row_group_size": group_rows, "write_page_checksum": True}
        pq.write_table(table, folder / f"part_{shard:05d}.parquet", **options)


def test_last_shard_by_name_is_for_validation(tmp_path):
    """All the others are for training, in order; other files and drafts do not count."""
    write_shards(tmp_path, (3, 1, 2))
    (tmp_path / "part_00009.parquet.partial").write_text("half")
    (tmp_path / ".part_00009.parquet").write_text("hidden")
    assert list(dataset.parquets_iter_batched("val", data_dir=tmp_path)) == [["2.0", "2.1"]]
    train = list(dataset.parquets_iter_batched("train", data_dir=tmp_path))
    assert train == [["0.0", "0.1"], ["0.2"], ["1.0"]]


def test_row_groups_are_dealt_out_through_all_shards(tmp_path):
    """Two ranks of three shards with one row group each: the second rank is not left out."""
    write_shards(tmp_path, (1, 1, 1, 1))
    assert list(dataset.parquets_iter_batched("train", 0, 2, tmp_path)) == [["0.0"], ["2.0"]]
    assert list(dataset.parquets_iter_batched("train", 1, 2, tmp_path)) == [["1.0"]]


@settings(deadline=None, max_examples=20)
@given(sizes=st.lists(st.integers(0, 7), min_size=2, max_size=5), step=st.integers(1, 4))
def test_ranks_together_read_every_document_once(tmp_path_factory, sizes, step):
    """Whatever the sizes, empty shards among them."""
    folder = tmp_path_factory.mktemp("shards")
    write_shards(folder, sizes)
    read = [
        text
        for rank in range(step)
        for group in dataset.parquets_iter_batched("train", rank, step, folder)
        for text in group
    ]
    assert sorted(read) == sorted(
        f"{shard}.{number}" for shard, size in enumerate(sizes[:-1]) for number in range(size)
    )


def test_default_folder_lies_in_the_base_folder(tmp_path, monkeypatch):
    """Without an argument, the shards are looked for in base_data."""
    monkeypatch.setenv("NANOCHAT_BASE_DIR", str(tmp_path))
    (tmp_path / "base_data").mkdir()
    write_shards(tmp_path / "base_data", (1, 1))
    names = [path.name for path in dataset.list_parquet_files()]
    assert names == ["part_00000.parquet", "part_00001.parquet"]


def test_folder_without_shards_says_how_to_get_some(tmp_path):
    """A folder that does not exist is the same as an empty one."""
    with pytest.raises(FileNotFoundError, match=r"nowhere: there are no parquet .*make_corpus"):
        dataset.list_parquet_files(tmp_path / "nowhere")


def test_single_shard_is_not_enough_for_two_splits(tmp_path):
    """Training without validation, or the other way round, is refused."""
    write_shards(tmp_path, (5,))
    with pytest.raises(ValueError, match=r"part_00000\.parquet: this is the only shard"):
        dataset.list_split("train", tmp_path)


def test_shard_that_the_checksums_name_is_missed(tmp_path):
    """Without its last shard, a corpus would train on what it should be validated with."""
    write_shards(tmp_path, (2, 2, 2))
    checksums.write_sums(tmp_path, {f"part_0000{shard}.parquet": "0" * 64 for shard in range(3)})
    (tmp_path / "part_00002.parquet").unlink()
    with pytest.raises(FileNotFoundError, match=r"part_00002\.parquet: this shard is missing"):
        list(dataset.parquets_iter_batched("val", data_dir=tmp_path))


@pytest.mark.parametrize("split", ["valid", "test", ""])
def test_unknown_split_is_refused_by_name(tmp_path, split):
    """There are two splits."""
    with pytest.raises(ValueError, match=rf"split is '{split}'. Choose 'train' or 'val'"):
        list(dataset.parquets_iter_batched(split, data_dir=tmp_path))


@pytest.mark.parametrize(("start", "step"), [(-1, 2), (0, 0)], ids=["rank", "ranks"])
def test_impossible_ranks_are_refused(tmp_path, start, step):
    """Ranks count from zero, and there is one at least."""
    write_shards(tmp_path, (1, 1))
    with pytest.raises(ValueError, match=rf"start is {start} and step is {step}"):
        list(dataset.parquets_iter_batched("train", start, step, tmp_path))


def cut_short(content):
    """A copy that stopped half-way."""
    return content[: len(content) // 2]


def one_bit_flipped(content):
    """Rot in the middle of the text."""
    place = content.index(b"0.1")
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def web_page(_):
    """What a server sends instead of a file."""
    return b"<html>Not found</html>"


@pytest.mark.parametrize("damage", [cut_short, one_bit_flipped, web_page, lambda _: b""])
def test_damaged_shard_is_named_with_what_to_do(tmp_path, damage):
    """Damage is noticed, whether in the whole file or in a single bit."""
    write_shards(tmp_path, (4, 1))
    path = tmp_path / "part_00000.parquet"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"part_00000\.parquet: this shard cannot be read .*again"):
        list(dataset.parquets_iter_batched("train", data_dir=tmp_path))


def test_shard_that_vanishes_while_reading_is_named(tmp_path):
    """Between the listing and the opening, too."""
    write_shards(tmp_path, (1, 1, 1))
    groups = dataset.parquets_iter_batched("train", data_dir=tmp_path)
    next(groups)
    (tmp_path / "part_00001.parquet").unlink()
    with pytest.raises(FileNotFoundError, match=r"part_00001\.parquet: this shard is missing"):
        next(groups)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"content": ["a"]}, r"there is no column 'text', only \['content'\]"),
        ({"text": [1]}, "column 'text' holds int64, not strings"),
        ({"text": ["a", None]}, "row group 0 has 1 rows without a text"),
    ],
    ids=["no column", "numbers", "nothing"],
)
def test_shard_without_documents_is_refused(tmp_path, columns, message):
    """What is not text never reaches the tokenizer."""
    write_shards(tmp_path, (1, 1))
    pq.write_table(pa.table(columns), tmp_path / "part_00000.parquet")
    with pytest.raises(ValueError, match=rf"part_00000\.parquet: {message}"):
        list(dataset.parquets_iter_batched("train", data_dir=tmp_path))


def test_checksums_are_those_that_sha256sum_prints(tmp_path):
    """The digest is that of the standard for "abc"; the file has two spaces between the columns."""
    (tmp_path / "f.parquet").write_bytes(b"abc")
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert checksums.sha256_of(tmp_path / "f.parquet") == digest
    checksums.write_sums(tmp_path, {"f.parquet": digest})
    assert (tmp_path / "SHA256SUMS").read_text() == f"{digest}  f.parquet\n"
    assert checksums.read_sums(tmp_path) == {"f.parquet": digest}


def test_line_that_is_no_checksum_is_pointed_at():
    """The source and the number of the line are given."""
    with pytest.raises(ValueError, match=r"sums\.txt:2: 'abc  f' is not a checksum"):
        checksums.parse_sums(f"{'0' * 64}  f\nabc  f\n", "sums.txt")
