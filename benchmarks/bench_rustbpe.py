"""Time to train a tokenizer: our rustbpe beside PyPI's rustbpe and Hugging Face tokenizers.

    pip install --target .peers rustbpe==0.1.0
    python benchmarks/bench_rustbpe.py --peers .peers

All train on the same texts, Python source of the running interpreter and its installed packages,
with the same split pattern. Each training runs in a process of its own, in turn, as often as
--repeats says. Only the training call is timed; the texts are in memory before. CPU seconds, of
all threads together, say more than seconds when the machine has other work.
"""

import argparse
import json
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PATTERN = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,2}"
    r"| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"
)
CONTENDERS = {"ours": "rustbpe (ours)", "pypi": "rustbpe 0.1.0 (PyPI)", "hf": "tokenizers"}


def main() -> None:
    """Race the contenders, print the table, and compare what they learned."""
    options = parsed_options()
    if options.contender:
        run_contender(options)
        return
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus.json"
        texts = list(python_sources(options.megabytes * 1_000_000))
        corpus.write_text(json.dumps(texts), "utf-8")
        print(f"{len(texts)} texts, {sum(len(text.encode()) for text in texts) / 1e6:.1f} MB")
        results = race(corpus, options)
    print_table(results, options.megabytes)
    print_agreement(results)


def parsed_options() -> argparse.Namespace:
    """Read the command line; --contender and --corpus are for the child processes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", type=Path, help="folder that holds PyPI's rustbpe")
    parser.add_argument("--megabytes", type=int, default=60)
    parser.add_argument("--vocab-size", type=int, default=32_768)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--contender", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--corpus", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def python_sources(limit: int) -> Iterator[str]:
    """Yield Python files of the standard library, then of the packages, `limit` bytes in all."""
    standard, packages = (Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib"))
    files = [path for path in sorted(standard.rglob("*.py")) if "site-packages" not in path.parts]
    files += sorted(packages.rglob("*.py"))
    for path in files:
        try:
            source = path.read_bytes()[:limit]
            yield source.decode("utf-8", "strict" if len(source) < limit else "ignore")
        except UnicodeDecodeError:
            continue
        limit -= len(source)
        if limit <= 0:
            return
    sys.exit(f"bench_rustbpe: the interpreter has {limit} bytes of source less than asked for.")


def race(corpus: Path, options: argparse.Namespace) -> dict[str, list[dict]]:
    """Run every contender in turn, `repeats` times, each in a process of its own."""
    names = [name for name in CONTENDERS if name != "pypi" or options.peers]
    results: dict[str, list[dict]] = {name: [] for name in names}
    for _ in range(options.repeats):
        for name in names:
            command = [sys.executable, __file__, "--contender", name, "--corpus", str(corpus)]
            command += ["--vocab-size", str(options.vocab_size)]
            command += ["--peers", str(options.peers)] if options.peers else []
            process = subprocess.run(command, stdout=subprocess.PIPE, check=True)
            results[name].append(json.loads(process.stdout))
    return results


def run_contender(options: argparse.Namespace) -> None:
    """Train once; print seconds, CPU seconds of all threads, and the tokens (hexadecimal)."""
    texts = json.loads(options.corpus.read_text("utf-8"))
    if options.contender == "pypi":
        sys.path.insert(0, str(options.peers))
    train = train_tokenizers if options.contender == "hf" else train_rustbpe
    start, cpu_start = time.perf_counter(), time.process_time()
    tokens = train(texts, options.vocab_size)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu_start
    tokens = [token.hex() for token in tokens]
    print(json.dumps({"seconds": seconds, "cpu": cpu, "tokens": tokens}))


def train_rustbpe(texts: list[str], vocab_size: int) -> list[bytes]:
    """Train either rustbpe, and return its tokens in the order in which it learned them."""
    import rustbpe

    tokenizer = rustbpe.Tokenizer()
    tokenizer.train_from_iterator(iter(texts), vocab_size, pattern=PATTERN)
    return [bytes(token) for token, _ in tokenizer.get_mergeable_ranks()]


def train_tokenizers(texts: list[str], vocab_size: int) -> list[bytes]:
    """Train Hugging Face tokenizers, and return its tokens as bytes."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PATTERN), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size, min_frequency=0, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(iter(texts), trainer, length=len(texts))
    vocabulary = tokenizer.get_vocab()
    byte_of = byte_of_letter()
    return [
        bytes(byte_of[letter] for letter in token)
        for token in sorted(vocabulary, key=vocabulary.get)
    ]


def byte_of_letter() -> dict[str, int]:
    """Return what each letter of the byte-level alphabet stands for.

    Printable Latin-1 stands for itself; the other bytes, in order, for U+0100 and what follows.
    """
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    letters = {chr(byte): byte for byte in printable}
    return letters | {chr(0x100 + place): byte for place, byte in enumerate(others)}


def print_table(results: dict[str, list[dict]], megabytes: int) -> None:
    """Print the seconds of every run, medians of time and CPU time, and both beside ours."""
    print("| | seconds | median | MB/s | time / ours | CPU seconds | CPU / ours |")
    print("|---|---|---|---|---|---|---|")
    ours, our_cpu = (median_of(results["ours"], field) for field in ("seconds", "cpu"))
    for name, runs in results.items():
        every = ", ".join(f"{run['seconds']:.2f}" for run in runs)
        median, cpu = median_of(runs, "seconds"), median_of(runs, "cpu")
        print(
            f"| {CONTENDERS[name]} | {every} | {median:.2f} | {megabytes / median:.0f} "
            f"| {median / ours:.1f} | {cpu:.2f} | {cpu / our_cpu:.1f} |"
        )


def median_of(runs: list[dict], field: str) -> float:
    """Return the median of one measure over all runs of a contender."""
    return statistics.median(run[field] for run in runs)


def print_agreement(results: dict[str, list[dict]]) -> None:
    """Say how far the others learned the same; from PyPI's rustbpe nothing may differ."""
    ours = results["ours"][0]["tokens"]
    for name, runs in results.items():
        for theirs in (run["tokens"] for run in runs):
            shared = len(set(ours) & set(theirs))
            same = "the same tokens in the same order" if theirs == ours else "another order"
            print(f"{CONTENDERS[name]}: {shared} of {len(ours)} tokens shared, {same}")
            if name != "hf" and theirs != ours:
                sys.exit("bench_rustbpe: tokens differ, although the rules are the same.")


if __name__ == "__main__":
    main()
