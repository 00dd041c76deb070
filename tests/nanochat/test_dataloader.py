"""The loader: a stream of tokens cut into batches without a gap, and found again where it was."""

import itertools
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nanochat.dataloader import tokenizing_distributed_data_loader

BOS = 256


class ByteTokenizer:
    """One token for each byte, and BOS."""

    def get_bos_token_id(self):
        """Return the first id that is not a byte."""
        return BOS

    def encode(self, texts, prepend, num_threads):
        """Return the bytes of each text behind the first token."""
        assert num_threads == 3
        return [[prepend, *text.encode()] for text in texts]


def write_shards(folder, shards):
    """Write shards of row groups of documents."""
    schema = pa.schema([("text", pa.string())])
    for number, groups in enumerate(shards):
        with pq.ParquetWriter(folder / f"part_{number:05d}.parquet", schema) as writer:
            for texts in groups:
                writer.write_table(pa.table({"text": texts}, schema=schema))


SHARDS = ([["one", "two", ""], ["three"]], [["four", "five"]], [["valid", "ation"]])
STREAM = [
    token for text in ("one", "two", "", "three", "four", "five") for token in (BOS, *text.encode())
]


@pytest.fixture
def folder(tmp_path):
    """Three shards; the first one has two row groups."""
    write_shards(tmp_path, SHARDS)
    return tmp_path


def loader_of(folder, shape, split="train", **options):
    """A loader of single bytes."""
    options = {
        "tokenizer": ByteTokenizer(),
        "data_dir": folder,
        "tokenizer_batch_size": 2,
        **options,
    }
    return tokenizing_distributed_data_loader(*shape, split, 3, **options)


def test_batches_are_the_stream_cut_into_rows(folder):
    """Rows follow one another; targets are one token further on."""
    inputs, targets = next(loader_of(folder, (2, 5)))
    assert inputs.tolist() == [STREAM[:5], STREAM[5:10]]
    assert targets.tolist() == [STREAM[1:6], STREAM[6:11]]
    assert (inputs.dtype, targets.dtype) == (torch.int32, torch.int64)


@settings(deadline=None, max_examples=25)
@given(B=st.integers(1, 4), T=st.integers(1, 9), batch=st.integers(1, 7))
def test_stream_goes_round_without_a_gap(tmp_path_factory, B, T, batch):
    """Epoch follows epoch, whatever the shape and the number of documents tokenized at a time."""
    folder = tmp_path_factory.mktemp("shards")
    write_shards(folder, SHARDS)
    steps = 4 * len(STREAM) // (B * T) + 1
    loader = loader_of(folder, (B, T), tokenizer_batch_size=batch)
    inputs = torch.cat([x.flatten() for x, _ in itertools.islice(loader, steps)])
    assert inputs.tolist() == [STREAM[i % len(STREAM)] for i in range(B * T * steps)]


def test_validation_reads_the_last_shard(folder):
    """And nothing else."""
    inputs, _ = next(loader_of(folder, (1, 12), split="val"))
    assert inputs.tolist() == [[BOS, *b"valid", BOS, *b"ation"]]


def test_ranks_are_told_by_the_environment(folder, monkeypatch):
    """Under torchrun, nothing has to be passed on; arguments come first, though."""
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    inputs, _ = next(loader_of(folder, (1, 6)))
    assert inputs.tolist() == [[BOS, *b"three"]]
    inputs, _ = next(loader_of(folder, (1, 4), rank=0, world_size=1))
    assert inputs.tolist() == [[BOS, *b"one"]]


def test_state_names_the_token_that_comes_next(folder):
    """It is small, and survives JSON."""
    loader = loader_of(folder, (1, 6))
    assert json.loads(json.dumps(loader.state_dict()))["token"] == 0
    next(loader)
    assert loader.state_dict() == {
        "split": "train",
        "rank": 0,
        "world_size": 1,
        "epoch": 0,
        "shard": "part_00000.parquet",
        "row_group": 0,
        "document": 1,
        "token": 2,
    }


def test_state_at_the_end_of_a_document_is_the_start_of_the_next(folder):
    """A document of which nothing is left is not gone back to."""
    loader = loader_of(folder, (1, len(STREAM[:4])))
    assert STREAM[:5] == [BOS, *b"one", BOS]
    next(loader)
    state = loader.state_dict()
    assert (state["document"], state["token"]) == (1, 0)


@pytest.mark.parametrize("steps", range(0, 30, 3))
def test_resumed_loader_goes_on_as_the_first_would(folder, steps):
    """From any place of the first epochs, to the end of a later one."""
    first = loader_of(folder, (1, 4))
    for _ in range(steps):
        next(first)
    second = loader_of(folder, (1, 4), resume_from=json.loads(json.dumps(first.state_dict())))
    for _ in range(20):
        assert [x.tolist() for x in next(second)] == [x.tolist() for x in next(first)]
        assert second.state_dict() == first.state_dict()


def test_resumed_loader_may_have_another_shape(folder):
    """The state is a place in the stream, not a number of batches."""
    first = loader_of(folder, (2, 3))
    next(first)
    inputs, _ = next(loader_of(folder, (1, 7), resume_from=first.state_dict()))
    assert inputs.tolist() == [STREAM[6:13]]


def test_waiting_tokens_do_not_pile_up(folder):
    """What was handed out is forgotten: after any number of batches, little more than one waits."""
    loader = loader_of(folder, (1, 5))
    sizes = [len(loader.buffer) for _ in itertools.islice(loader, 200)]
    assert max(sizes) <= 5 + 1 + 2 * len(b".three")
    assert len(loader.buffer.documents) <= max(sizes)


def test_batch_is_converted_in_one_piece(folder, monkeypatch):
    """As many tensors are made for a large batch as for a small one."""
    calls = []
    make = torch.tensor
    monkeypatch.setattr(torch, "tensor", lambda *a, **k: calls.append(a) or make(*a, **k))
    next(loader_of(folder, (1, 2)))
    next(loader_of(folder, (20, 20)))
    assert len(calls) == 2


def test_more_ranks_than_row_groups_is_an_error(folder):
    """A rank without data would wait for ever."""
    with pytest.raises(ValueError, match=r"'train' has no row group for rank 3 of 4.*smaller"):
        loader_of(folder, (1, 2), rank=3, world_size=4)


def test_data_without_documents_is_an_error(tmp_path):
    """Not an endless search."""
    write_shards(tmp_path, ([[]], [[]]))
    with pytest.raises(ValueError, match=r"no row group for rank 0 of 1"):
        loader_of(tmp_path, (1, 2))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rank": 1}, r"rank was 1 and is 0 now"),
        ({"world_size": 8}, r"world_size was 8 and is 1 now"),
        ({"split": "val"}, r"split was 'val' and is 'train' now"),
        ({"shard": "gone.parquet"}, r"row group 0 of gone\.parquet is not in the data of rank 0"),
        ({"step": 3}, r"Give what state_dict\(\) returned"),
    ],
    ids=["rank", "ranks", "split", "shard", "other dict"],
)
def test_state_from_elsewhere_is_refused(folder, change, message):
    """Rather than going on somewhere else in the data."""
    state = loader_of(folder, (1, 2)).state_dict() | change
    with pytest.raises(ValueError, match=message):
        loader_of(folder, (1, 2), resume_from=state)


@pytest.mark.parametrize("shape", [(0, 4), (4, 0)], ids=["no rows", "no tokens"])
def test_empty_batches_are_refused(folder, shape):
    """B and T count from one."""
    with pytest.raises(ValueError, match=rf"B is {shape[0]} and T is {shape[1]}"):
        loader_of(folder, shape)


def test_tokenizer_of_the_base_folder_is_the_default(folder, monkeypatch, tmp_path):
    """Without one, the error says how to train it."""
    monkeypatch.setenv("NANOCHAT_BASE_DIR", str(tmp_path / "empty"))
    with pytest.raises(FileNotFoundError, match=r"there is no tokenizer here"):
        loader_of(folder, (1, 2), tokenizer=None)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_batches_arrive_on_the_gpu(folder):
    """With the same content as on the CPU."""
    here, there = loader_of(folder, (2, 5)), loader_of(folder, (2, 5), device="cuda")
    for (x, y), (x_gpu, y_gpu) in itertools.islice(zip(here, there, strict=False), 50):
        assert (x_gpu.device.type, x_gpu.dtype, y_gpu.dtype) == ("cuda", x.dtype, y.dtype)
        assert torch.equal(x_gpu.cpu(), x)
        assert torch.equal(y_gpu.cpu(), y)
