"""The text that a model is pretrained on: parquet shards with one document in each row.

    <base folder>/base_data/NAME_00000.parquet, NAME_00001.parquet, ...

The column "text" holds the documents. Sorted by name, the last shard is for validation and all
others are for training. The unit of reading is the row group: these are dealt out to the ranks in
turn, counted through all shards of a split. Shards come from nanochat.scripts.make_corpus or from
nanochat.scripts.download.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from nanochat.base_dir import get_base_dir
from nanochat.checksums import read_sums

SPLITS = ("train", "val")
COLUMN = "text"
HOW_TO_GET_DATA = ("Make a corpus with 'python -m nanochat.scripts.make_corpus', or download one "
                   "with 'python -m nanochat.scripts.download'.")


def get_data_dir():
    """The folder of the shards, inside the base folder."""
    return get_base_dir() / "base_data"


# -----------------------------------------------------------------------------
# Which shards there are

def list_parquet_files(data_dir=None):
    """The shards of a folder, as Paths sorted by name.

    Raises FileNotFoundError if there are none, or if one is gone that the folder's list of
    checksums names: a shard that is missing unnoticed would move the border between the splits.
    """
    folder = get_data_dir() if data_dir is None else Path(data_dir)
    shards = folder.glob("*.parquet")
    paths = sorted(path for path in shards if not path.name.startswith("."))
    if not paths:
        raise FileNotFoundError(f"{folder}: there are no parquet shards here. {HOW_TO_GET_DATA}")

    missing = sorted(read_sums(folder).keys() - {path.name for path in paths})
    if missing:
        raise FileNotFoundError(f"{folder / missing[0]}: this shard is missing, {len(paths)} are "
                                f"here. {HOW_TO_GET_DATA}")
    return paths


def list_split(split: str, data_dir=None):
    """The shards of one split. Raises ValueError for an unknown split or for a single shard."""
    if split not in SPLITS:
        raise ValueError(f"split is {split!r}. Choose 'train' or 'val'.")
    paths = list_parquet_files(data_dir)
    if len(paths) == 1:
        raise ValueError(f"{paths[0]}: this is the only shard, but one has to be left for training "
                         f"when the last one is for validation. {HOW_TO_GET_DATA}")
    return paths[:-1] if split == "train" else paths[-1:]


# -----------------------------------------------------------------------------
# Reading them

@dataclass(frozen=True)
class RowGroup:
    """Where some hundreds of documents lie: a shard, and the number of a row group in it."""

    path: Path
    index: int


def row_groups(split: str, start: int = 0, step: int = 1, data_dir=None):
    """Yield every `step`-th RowGroup of a split, from number `start` on, through all its shards.

    Shards are opened only when their turn comes. Raises what `list_split` and a bad shard raise.
    """
    if step < 1 or start < 0:
        raise ValueError(f"start is {start} and step is {step}. "
                         "Give a rank, from 0, and the number of ranks, from 1.")
    number = 0
    for path in list_split(split, data_dir):
        for index in _filled_row_groups(path):
            if number % step == start:
                yield RowGroup(path, index)
            number += 1


def read_row_group(group: RowGroup):
    """The documents of a row group, as a list of strings."""
    with opened_shard(group.path) as shard:
        column = shard.read_row_group(group.index, columns=[COLUMN]).column(COLUMN)
    if column.null_count:
        raise ValueError(f"{group.path}: row group {group.index} has {column.null_count} rows "
                         "without a text. Give every row a text, an empty one if need be.")
    return column.to_pylist()


def parquets_iter_batched(split: str, start: int = 0, step: int = 1, data_dir=None):
    """Yield the documents of a split, one list of strings for each row group.

    For one of several ranks: `start` is its number and `step` is how many there are; together they
    get every row group once. Goes through the data a single time.
    """
    for group in row_groups(split, start, step, data_dir):
        yield read_row_group(group)


def _filled_row_groups(path: Path):
    """The numbers of a shard's row groups that hold any documents."""
    with opened_shard(path) as shard:
        metadata = shard.metadata
        return [i for i in range(shard.num_row_groups) if metadata.row_group(i).num_rows]


@contextmanager
def opened_shard(path: Path):
    """A pyarrow ParquetFile, for as long as the block lasts.

    Damage, whenever it is noticed in the block, becomes a ValueError that names the file.
    """
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as shard:
            _check_column(path, shard.schema_arrow)
            yield shard
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{path}: this shard is missing. {HOW_TO_GET_DATA}") from error
    except (pa.ArrowException, OSError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ValueError(f"{path}: this shard cannot be read ({reason}). Delete it and fetch it "
                         f"again. {HOW_TO_GET_DATA}") from error


def _check_column(path: Path, schema):
    """Raise ValueError unless the shard has documents where they are expected."""
    if COLUMN not in schema.names:
        raise ValueError(f"{path}: there is no column {COLUMN!r}, only {schema.names}. "
                         f"Put one document in each row of a column {COLUMN!r}.")
    kind = schema.field(COLUMN).type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        raise ValueError(f"{path}: column {COLUMN!r} holds {kind}, not strings. "
                         "Write the documents as strings.")
