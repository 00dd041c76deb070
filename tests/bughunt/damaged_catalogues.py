"""Damaged versions of a catalogue, and what has to hold of each of them.

``python tests/bughunt/damaged_catalogues.py --number 10000`` damages the own levels.yaml. A version
is either refused, in lines that name a place, or taken; and what is taken is sound:

- it means to another reader of YAML what it means to us, and the published schema takes it;
- of its bugs, each whose edits are not those of the undamaged catalogue is applied: it is told why
  it cannot be, or it gives code that differs and compiles, and so does each level.
"""

import argparse
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator

from bughunt.catalogue import json_schema
from bughunt.errors import BankError, MutationFailed
from bughunt.mutate import mutate
from bughunt.spec import load_bank

ROOT = Path(__file__).resolve().parents[2]
_PLACE = re.compile(r"\S[^\n]*?:(\d+): \S.*", re.DOTALL)
_ENTRY = re.compile(r"(?P<head>\s*(?:- )?)(?P<key>[\w-]+): (?P<value>\S.*)")
DEEP = 2000
VALUES = (
    *("", "~", "null", "no", "yes", "true", "-", "[]", "{}", "''", '""', "|", ">-", "?", "!"),
    *("0", "-1", "1.0", "1e400", "1.0e+400", "0x1F", "010", "1_000", "9" * 18, "9" * 5000, ".inf"),
    *("2026-01-01", "1:30", "=", "<<", "*x", "&x y", "!!int '3'", "!!binary aGk=", "'", '"', "`x`"),
    *(
        '"\\0"',
        '"\\a"',
        '"\\ud800"',
        '"\\uFFFE"',
        '"\\u202E"',
        '"\\N"',
        "é",
        "\u0430",
        "🐛",
        "\u00a0",
    ),
    *(
        "'$X'",
        "'$$$X'",
        "'$'",
        "'$x'",
        "'\"'",
        "\"'''\"",
        "'#'",
        "'\\'",
        "';'",
        "'a; b'",
        "'if x:'",
    ),
    *(
        "../..",
        "/",
        "/etc/passwd",
        "~/x",
        ".",
        "nanochat/../nanochat/gpt.py",
        "gpt.py::",
        "a::b::c",
    ),
    "(" * DEEP + "x" + ")" * DEEP,
    "'" + "[" * DEEP + "]" * DEEP + "'",
    "'" + "-" * DEEP + "x'",
    "'x" + ".a" * DEEP + "'",
    *(
        "'lambda: x'",
        "'await x'",
        "'yield'",
        "'x = 1'",
        "'return'",
        "'*'",
        "'**x'",
        "'...'",
        "'x y'",
    ),
    *("{raises: Error}", "{raises: E, raises: F}", "[a, b, c]", "[[[[1]]]]", "{a: {b: {c: d}}}"),
)
KEYS = (
    *("version", "source", "levels", "bugs", "edits", "operator", "match", "by", "nth", "count"),
    *(
        "within",
        "comment",
        "target",
        "detector",
        "expect",
        "hints",
        "no",
        "1",
        "<<",
        "'a b'",
        "Bugs",
    ),
    *("conflicts", "impacts", "impact", "experiments", "symptom", "é", "__class__"),
)
BYTES = (0, 7, 9, 10, 13, 27, 34, 35, 39, 45, 58, 91, 123, 127, 128, 133, 160, 194, 237, 255)


def damaged(content: bytes, seed: int) -> bytes:
    """Return a version with one to three damages."""
    chance = random.Random(seed)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        content = chance.choice((_damaged_bytes, _damaged_lines, _damaged_entry, _damaged_entry))(
            content, chance
        )
    return content


def _damaged_bytes(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    byte = bytes([chance.choice(BYTES) if chance.random() < 0.7 else chance.randrange(256)])
    far = at + chance.choice((1, 3, 40, 400))
    return chance.choice(
        (
            lambda: content[:at] + byte + content[at:],
            lambda: content[:at] + byte + content[at + 1 :],
            lambda: content[:at] + content[at + 1 :],
            lambda: content[:at] + content[far:],
            lambda: content[:at] + content[at:far] * 2 + content[far:],
            lambda: content[:at] if chance.random() < 0.2 else b"\xef\xbb\xbf" + content,
            lambda: content.replace(b"\n", b"\r\n") if chance.random() < 0.5 else content + byte,
        )
    )()


def _damaged_lines(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    line, size = lines[at], chance.choice((1, 1, 2, 12))
    moved = lines[at : at + size]
    change = chance.randrange(8)
    if change == 0:
        del lines[at : at + size]
    elif change == 1:
        lines[at:at] = moved
    elif change == 2:
        del lines[at : at + size]
        lines[other:other] = moved
    elif change == 3:
        lines[at : at + size] = [b" " * chance.choice((1, 2, 4)) + it for it in moved]
    elif change == 4:
        lines[at : at + size] = [it.removeprefix(b" " * chance.choice((1, 2))) for it in moved]
    elif change == 5:
        lines[at] = line.replace(b"  ", b"\t", 1)
    elif change == 6:
        lines[at], lines[other] = lines[other], line
    else:
        lines[at] = chance.choice(
            (b"---", b"...", b"%YAML 1.2", b"- x", b"x: &a 1", b"? x", b"# x")
        )
    return b"\n".join(lines)


def _damaged_entry(content: bytes, chance: random.Random) -> bytes:
    """Replace the value or the key of a line, or change the type of the value."""
    lines = content.decode("utf-8", "replace").split("\n")
    places = [(at, found) for at, it in enumerate(lines) if (found := _ENTRY.fullmatch(it))]
    if not places:
        return content
    at, entry = chance.choice(places)
    head, key, value = entry["head"], entry["key"], entry["value"]
    change = chance.randrange(6)
    if change <= 2:
        value = chance.choice(VALUES)
    elif change == 3:
        value = chance.choice(
            (f"[{value}]", f"{{a: {value}}}", f"'{value}'", f"&a {value}", f"- {value}")
        )
    elif change == 4:
        key = chance.choice((chance.choice(KEYS), key[:-1], key.upper(), key + key[-1]))
    else:
        value = chance.choice(places)[1]["value"]
    lines[at] = f"{head}{key}: {value}"
    return "\n".join(lines).encode("utf-8", "replace")


class Judge:
    """Judges versions of one catalogue, in a copy of its folder."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "levels.yaml"
        self.clean = load_bank(self.file)
        self._validator = Draft202012Validator(json_schema())
        self._bugs = _read(self.file.read_bytes())["bugs"]
        self.slowest = 0.0

    def verdict(self, content: bytes) -> str:
        """Return "refused", "told" or "taken"; raise AssertionError for what must not be."""
        self.file.write_bytes(content)
        started = time.perf_counter()
        try:
            bank = load_bank(self.file)
        except BankError as error:
            _check_messages(error.problems, content)
            return "refused"
        finally:
            self.slowest = max(self.slowest, time.perf_counter() - started)
        data = _read(content)
        self._check_schema(data)
        assert list(bank.bugs) == list(data["bugs"])
        assert [bug.symptom for bug in bank.bugs.values()] == [
            entry["symptom"] for entry in data["bugs"].values()
        ]
        str(bank).encode()  # no half of a surrogate pair, which nobody could write to a file
        return self._applied(bank, content)

    def _check_schema(self, data) -> None:
        """Insist that the schema takes what differs from the undamaged catalogue."""
        bugs = {name: it for name, it in data["bugs"].items() if it != self._bugs.get(name)}
        complaint = next(self._validator.iter_errors({**data, "bugs": bugs}), None)
        assert complaint is None, complaint

    def _applied(self, bank, content: bytes) -> str:
        """Apply what is not as in the undamaged catalogue: bugs alone, and levels."""
        known = {bug.edits for bug in self.clean.bugs.values()}
        sets = [[bug] for bug in bank.bugs.values() if bug.edits not in known]
        levels = ([bank.bugs[name] for name in level.bugs] for level in bank.levels.values())
        sets += [bugs for bugs in levels if not known.issuperset(bug.edits for bug in bugs)]
        told = False
        for bugs in sets:
            try:
                tree = mutate(bank, bugs)
            except MutationFailed as error:
                _check_messages(error.problems, content)
                told = True
                continue
            assert tree.mutated != tree.clean
            for path, text in tree.mutated.items():
                if text != tree.clean[path]:
                    compile(text, path, "exec", dont_inherit=True)
        return "told" if told else "taken"


def _read(content: bytes):
    """Read YAML as everybody else does."""
    return yaml.load(content, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _check_messages(problems: tuple[str, ...], content: bytes) -> None:
    """Insist on a place in the file, and on a sentence."""
    assert problems
    for problem in problems:
        place = _PLACE.fullmatch(problem)
        assert place, problem
        assert (
            1 <= int(place[1]) <= len(re.split(rb"\r\n?|[\n\x85]|\xe2\x80[\xa8\xa9]", content)) + 1
        )
        assert "Traceback" not in problem
        problem.encode()


def _copy(folder: Path) -> None:
    """Give a folder what the own catalogue names, by links."""
    for it in ROOT.iterdir():
        if it.is_dir() and not it.name.startswith("."):
            (folder / it.name).symlink_to(it)
    shutil.copy(ROOT / "levels.yaml", folder)


def _verdict_or_find(judge: Judge, content: bytes, seed: int) -> str:
    """Return the verdict, or "wrong" after saying what must not be."""
    try:
        return judge.verdict(damaged(content, seed))
    except Exception as error:
        print(f"seed {seed}: {type(error).__name__}: {str(error)[:300]}", flush=True)
        return "wrong"


def main() -> int:
    """Judge many versions, and say what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0, help="of the first version")
    options = parser.parse_args()
    content, counts = (ROOT / "levels.yaml").read_bytes(), Counter()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        _copy(Path(name))
        judge = Judge(Path(name))
        for seed in range(options.seed, options.seed + options.number):
            verdict = _verdict_or_find(judge, content, seed)
            counts[verdict] += 1
    seconds = time.perf_counter() - started
    print(f"{dict(counts)}, {seconds:.0f} s; slowest load {judge.slowest:.3f} s")
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
