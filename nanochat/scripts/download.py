"""Download public shards of text, as in `python -m nanochat.scripts.download -n 8`.

Shards that are there already are left alone; an interrupted download goes on where it stopped. The
shard with the highest number is for validation.
"""

import argparse
import os
import sys
from pathlib import Path

from nanochat import dataset
from nanochat.checksums import parse_sums
from nanochat.download import PUBLIC_SHARDS, download_shards


def parse_arguments(argv=None):
    """The settings of a download."""
    parser = argparse.ArgumentParser(prog="python -m nanochat.scripts.download",
                                     description="Download public shards of text.")
    parser.add_argument("-n", "--shards", type=int, default=2, metavar="N",
                        help="how many, from the first one on (default: %(default)s)")
    parser.add_argument("--url", default=os.environ.get("NANOCHAT_DATA_URL", PUBLIC_SHARDS),
                        help="folder that has them (default: NANOCHAT_DATA_URL, else %(default)s)")
    parser.add_argument("--sha256", type=Path, metavar="FILE",
                        help="their checksums, in lines as sha256sum prints them")
    arguments = parser.parse_args(argv)
    if arguments.shards < 2:
        parser.error(f"--shards is {arguments.shards}. Take at least 2: one is for validation.")
    return arguments


def main(argv=None):
    """Download; return the exit code."""
    arguments = parse_arguments(argv)
    try:
        text = arguments.sha256.read_text(encoding="utf-8") if arguments.sha256 else ""
        sums = parse_sums(text, arguments.sha256)
        download_shards(range(arguments.shards), url=arguments.url, sums=sums)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 3
    print(f"{arguments.shards} shards are in {dataset.get_data_dir()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
