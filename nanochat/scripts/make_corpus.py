"""Make the small corpus of our own, as in `python -m nanochat.scripts.make_corpus`."""

import argparse
import sys
import time

from nanochat import dataset
from nanochat.corpus import write_corpus


def parse_arguments(argv=None):
    """The settings of a corpus."""
    parser = argparse.ArgumentParser(prog="python -m nanochat.scripts.make_corpus",
                                     description="Make a small corpus of our own.")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--characters", type=int, metavar="N",
                      help="size of the corpus in characters (default: 8000000)")
    size.add_argument("--documents", type=int, metavar="N", help="its size in documents instead")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other documents")
    parser.add_argument("--shards", type=int, default=8, metavar="N",
                        help="number of files; the last one is for validation "
                             "(default: %(default)s)")
    parser.add_argument("--group-rows", type=int, default=256, metavar="N",
                        help="documents in a row group (default: %(default)s)")
    arguments = parser.parse_args(argv)
    if arguments.documents is None and arguments.characters is None:
        arguments.characters = 8_000_000
    return arguments


def main(argv=None):
    """Make a corpus; return the exit code."""
    arguments = parse_arguments(argv)
    started = time.monotonic()
    try:
        count, characters = write_corpus(
            characters=arguments.characters,
            number=arguments.documents,
            seed=arguments.seed,
            shards=arguments.shards,
            group_rows=arguments.group_rows,
        )
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 3
    print(f"{count:,} documents, {characters:,} characters, {arguments.shards} shards in "
          f"{dataset.get_data_dir()} ({time.monotonic() - started:.1f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
