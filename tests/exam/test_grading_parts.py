"""The parts of grading that need no jail: intake, comparison, suspicion, marks."""

import ast
import bz2
import contextlib
import gzip
import io
import lzma
import random
import struct
import tarfile
import time
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hand_in import tarred, zipped
from hypothesis import given
from hypothesis import strategies as st

from bughunt.exam.grading import judging
from bughunt.exam.grading.appeal import _apart
from bughunt.exam.grading.entries import NotGradable
from bughunt.exam.grading.figures import _correlation
from bughunt.exam.grading.intake import HandedIn, taken_in, unread
from bughunt.exam.grading.pieces import differing, pieces
from bughunt.exam.grading.sieve import sieved
from bughunt.exam.grading.suspicion import flags
from bughunt.exam.grading.unpacking import unpacked

HEADS = (b"PK\x03\x04", b"\x1f\x8b", b"BZh9", b"\xfd7zXZ\0", b"")
SOURCE = '''\
"""Words."""

import math


class Box:
    """A box."""

    size = 3

    def area(self):
        """Return it."""
        return self.size**2


def root(number):
    return math.sqrt(number)
'''


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_tar_of_any_packing_gives_its_sources(mode):
    """And the names of the rest."""
    taken = unpacked(tarred({"shop/a.py": b"x = 1\n", "notes.txt": b"no"}, mode))
    assert taken.files == {"work/shop/a.py": b"x = 1\n"}
    assert taken.names == ("work/notes.txt", "work/shop/a.py")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_streams_that_stand_one_after_the_other_are_one_archive(pack):
    """As packers that work in parallel write them; zero bytes at the end belong to no stream."""
    content = tarred({f"shop/a{it}.py": b"x = 1\n" * 500 for it in range(40)}, "w")
    steps = range(0, len(content), 30_000)
    packed = b"".join(pack(content[at : at + 30_000]) for at in steps)
    assert len(unpacked(packed).files) == 40
    assert len(unpacked(packed + bytes(512)).files) == 40
    with pytest.raises(NotGradable):
        unpacked(packed[: len(packed) // 2])


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_more_streams_than_any_packer_writes_are_refused(pack):
    """Each of them may be empty, so that there is nothing to count but them."""
    with pytest.raises(NotGradable, match="more than 1000 streams"):
        unpacked(pack(b"") * 5000)


def test_a_zip_with_the_fields_of_large_files_gives_its_sources():
    """Written by the standard library as if the size were not known beforehand."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        with archive.open("work/shop/a.py", "w", force_zip64=True) as file:
            file.write(b"x = 1\n")
        archive.writestr("work/b.py", b"y = 2\n")
    assert unpacked(stream.getvalue()).files == {
        "work/shop/a.py": b"x = 1\n",
        "work/b.py": b"y = 2\n",
    }


def test_a_tar_with_headers_of_pax_gives_long_paths_and_times():
    """A path of more than 100 characters, and a time with a fraction, stand in such a header."""
    path = "/".join(["work", *["folder" * 5] * 4, "a.py"])
    info = tarfile.TarInfo(path)
    info.size, info.mtime = 6, 1_800_000_000.25
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info, io.BytesIO(b"x = 1\n"))
    taken = unpacked(stream.getvalue())
    assert taken.files == {path: b"x = 1\n"}
    assert taken.times[path].isoformat() == "2027-01-15T08:00:00.250000+00:00"


def test_a_zip_tells_the_time_of_its_machine_or_one_in_utc():
    """A field of its own holds the second; without it, no zone is known."""
    plain, exact = (zipfile.ZipInfo(it, (2027, 3, 1, 9, 30, 0)) for it in ("a.py", "b.py"))
    exact.extra = struct.pack("<HHBi", 0x5455, 5, 1, 1_800_000_000)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for info in (plain, exact):
            archive.writestr(info, b"x = 1\n")
    times = unpacked(stream.getvalue()).times
    assert times["a.py"].isoformat() == "2027-03-01T09:30:00"
    assert times["b.py"].isoformat() == "2027-01-15T08:00:00+00:00"


@given(st.binary(max_size=400), st.sampled_from(HEADS))
def test_noise_is_not_gradable_and_never_an_error_of_another_kind(noise, head):
    """Whatever it begins with."""
    with contextlib.suppress(NotGradable):
        assert unpacked(head + noise).files == {}


@given(st.data())
def test_a_damaged_archive_is_refused_or_read_and_nothing_else(data):
    """One byte of an honest archive is another one."""
    content = bytearray(zipped({"shop/a.py": b"x = 1\n" * 20, "b.py": b"y = 2\n"}))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] = data.draw(st.integers(0, 255))
    try:
        taken = unpacked(bytes(content))
    except NotGradable:
        return
    assert all(len(it) <= 120 for it in taken.files.values())


def test_more_entries_than_any_workspace_are_refused(monkeypatch):
    """Before they are read."""
    monkeypatch.setattr("bughunt.exam.grading.entries.MOST_ENTRIES", 3)
    with pytest.raises(NotGradable, match="more than 3 files"):
        unpacked(zipped({f"{it}.txt": b"" for it in range(4)}))


def test_more_folders_than_any_workspace_has_are_refused(tmp_path, monkeypatch):
    """An archive of nothing else packs into little."""
    monkeypatch.setattr("bughunt.exam.grading.entries.MOST_ENTRIES", 3)
    heads = [tarfile.TarInfo(f"work/{it}") for it in range(4)]
    for number, info in enumerate(heads):
        info.type = tarfile.DIRTYPE
        (tmp_path / str(number)).mkdir()
    with pytest.raises(NotGradable, match="more than 3 files"):
        unpacked(tarred({}, "w", heads))
    assert "more than 3 files" in taken_in(tmp_path, ("shop",)).trouble


def test_an_archive_alone_in_a_folder_is_what_was_handed_in(tmp_path):
    """Course systems make a folder for each; two archives are for a human."""
    (tmp_path / "first.zip").write_bytes(zipped({"shop/a.py": b"x = 1\n"}))
    (tmp_path / "comment.html").write_text("fine")
    found = taken_in(tmp_path, ("shop",))
    assert (found.source, found.files) == (tmp_path.name, {"shop/a.py": b"x = 1\n"})
    assert found.modified
    (tmp_path / "second.zip").write_bytes(b"")
    assert "holds no code" in taken_in(tmp_path, ("shop",)).trouble


def test_a_directory_of_too_many_entries_is_refused_before_it_is_read(monkeypatch):
    """To read a million of them takes the memory and the time of a whole exam."""
    content = zipped({f"{it}.txt": b"" for it in range(4)})
    monkeypatch.setattr("bughunt.exam.grading.unpacking.MOST_ENTRIES", 3)
    monkeypatch.setattr("zipfile.ZipFile", None)
    with pytest.raises(NotGradable, match="more than 3 files"):
        unpacked(content)


def test_a_folder_below_folders_without_end_is_read_as_far_as_any_workspace_goes(tmp_path):
    """It stops nobody's grading."""
    (tmp_path / "work" / "shop").mkdir(parents=True)
    (tmp_path / "work" / "shop" / "a.py").write_text("x = 1\n")
    folders = [tmp_path / "work"]
    for _ in range(1100):
        folders.append(folders[-1] / "a")
        folders[-1].mkdir()
    try:
        found = taken_in(tmp_path / "work", ("shop",))
        assert found.files == {"shop/a.py": b"x = 1\n"}
        assert found.modified == found.last_change != ""
        assert unread(tmp_path / "work", "why").modified
    finally:
        for folder in folders[:0:-1]:
            folder.rmdir()


def test_what_nobody_looks_at_is_not_even_unpacked():
    """A bomb without a source is no danger."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("work/data.bin", bytes(30_000_000))
        archive.writestr("work/a.py", "x = 1\n")
    assert unpacked(stream.getvalue()).files == {"work/a.py": b"x = 1\n"}


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ('"""Return it."""', '"""Give it."""', set()),
        ("import math\n", "import math  # for roots\n", set()),
        ("math.sqrt(number)", "math.sqrt(\n        number\n    )", set()),
        ("self.size**2", "self.size**3", {"Box.area"}),
        ("size = 3", "size = 4", {"<module>"}),
        ("math.sqrt(number)", "number**0.5", {"root"}),
        ("def root(number):", "@staticmethod\ndef root(number):", {"root"}),
        ("def root(number):", "def root(number=4):", {"root"}),
    ],
)
def test_a_change_is_seen_in_its_piece_and_in_no_other(old, new, changed):
    """Words and layout are none."""
    assert differing(pieces(SOURCE), pieces(SOURCE.replace(old, new))) == changed


def test_a_function_that_is_defined_again_is_another_one():
    """The first definition may be as it was."""
    again = SOURCE + "\n\ndef root(number):\n    return 0\n"
    assert "root" in differing(pieces(SOURCE), pieces(again))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("import sys\n    return 0", "imports sys"),
        ("from os import environ\n    return environ", "imports os"),
        ("return eval('1')", "uses eval()"),
        ("look = getattr\n    return look(number, 'real')", "uses getattr()"),
        ("return number.__class__", "uses .__class__"),
        ("from operator import attrgetter\n    return attrgetter('real')", "imports operator"),
        ("return '{0.__class__}'.format(number)", "names __class__ in a text"),
        ("return math.sys", "uses .sys"),
        ("import random\n    return random._os.environ", "uses ._os"),
        ("from random import _os\n    return 0", "imports _os"),
        ("import importlib.util\n    return 0", "imports importlib.util"),
        ("import library_of_mine\n    return 0", "imports library_of_mine"),
        ("return object.__getattribute__(number, 'real')", "uses .__getattribute__"),
        ("class Any(int):\n        __eq__ = abs\n    return 0", "uses __eq__"),
        ("class Any(int):\n        def __eq__(self, it): ...\n    return 0", "defines __eq__"),
        ("return __builtins__", "uses __builtins__"),
        ("import enum\n    look = enum.bltns\n    return look", "uses .bltns"),
        ("import torch\n    return torch.copyreg", "uses .copyreg"),
        ("return math.getattr", "uses .getattr"),
        ("import numpy as np\n    return np.testing.measure('1')", "uses .measure"),
        ("from numpy.testing import runstring\n    return 0", "imports runstring"),
        ("from numpy.testing import *\n    return 0", "imports all names"),
        ("import numpy as np\n    return np.load('a', allow_pickle=True)", "uses .load"),
        ("import torch as self\n    return self.load('a')", "uses .load"),
        ("from torch.utils.benchmark import Timer\n    return Timer('1')", "imports Timer"),
        ("import logging\n    return logging.os", "uses .os"),
        ("import logging.config\n    return 0", "imports logging.config"),
        ("import logging\n    return logging.currentframe()", "uses .currentframe"),
        ("import time\n    return time.sleep(1)", "uses .sleep"),
        ("import string\n    return string.Formatter()", "uses .Formatter"),
        (
            "from contextlib import suppress\n    return suppress(Exception)",
            "catches every exception",
        ),
        ("import random as self\n    return self._inst", "uses ._inst"),
        ("import random\n    Box = random\n    return Box._inst", "uses ._inst"),
        ("class Bag:\n        pass\n    return Bag._inst", "uses ._inst"),
        ("def see(self):\n        return self._inst\n    return see", "uses ._inst"),
        (
            "class Bag:\n        def see(self):\n            return self._os\n    return Bag",
            "uses ._os",
        ),
        (
            "class Bag:\n        @staticmethod\n        def see(self):\n"
            "            return self._inst\n    return Bag",
            "uses ._inst",
        ),
        ("return root.__doc__", "uses .__doc__"),
        (
            "from functools import singledispatch\n    return singledispatch",
            "imports singledispatch",
        ),
        (
            "def inner(it: 'NAMES.append(getattr)'): ...\n    return inner",
            "calls something in the text of an annotation",
        ),
        (
            "match number:\n        case int(__class__=kind):\n            return kind",
            "uses .__class__",
        ),
        (
            "try:\n        return 1\n    except (ValueError, Exception):\n        return 2",
            "catches every exception",
        ),
        ("math.sqrt = abs\n    return 1", "assigns to a part of 'math'"),
        (
            "try:\n        return 1\n    except Exception:\n        return 2",
            "catches every exception",
        ),
        (f"return {list(range(50))}[0]", "holds many numbers, as recorded data would be"),
        (f"return {'x' * 500!r}", "holds a long text, as recorded data would be"),
    ],
)
def test_what_no_fix_needs_stands_out_with_its_line(body, reason):
    """In what was changed, and only there."""
    text = SOURCE.replace("return math.sqrt(number)", body)
    found = flags("a.py", text, SOURCE)
    assert reason in {it.reason for it in found}
    assert min(it.line for it in found) >= 16
    assert flags("a.py", text, text) == ()


@pytest.mark.parametrize(
    "body",
    [
        "from functools import partial\n    return partial(math.sqrt, number)()",
        "import itertools\n    return next(itertools.accumulate([number]))",
        "import torch\n    return torch.tensor(number).sqrt().item()",
        "from . import other\n    return other.root(number)",
        "from shop.other import root\n    return root(number)",
        "try:\n        return math.sqrt(number)\n    except ValueError:\n        return 0",
        "class Box:\n        def __init__(self):\n            self._size = 3\n    return Box()",
        "class Box(list):\n        def __len__(self):\n            return super()._size()",
        "import torch\n    return torch.nn.Linear(1, 1).eval().chunk(2)[0].time",
        "import re\n    return re.compile('a').fullmatch('a')",
        "def inner(it: 'list[int]') -> 'int': ...\n    return inner",
        "_root = math.sqrt(number)\n    return _root if __name__ else 0",
        "class Box:\n        _size = 3\n    return Box._size",
        "class Box:\n        def _size(self):\n            return type(self)._size\n    return Box",
        "class Box:\n        @classmethod\n        def size(cls):\n            return cls._size",
        "class Box:\n        def load(self):\n            return self.load()\n    return Box()",
        f"def inner():\n        {'x' * 500!r}\n        return 1\n    return inner",
        "import logging, warnings, contextlib, abc, string\n    return logging",
        "import time, pprint, datetime\n    return time.monotonic()",
        "import contextlib\n    with contextlib.suppress(ValueError):\n        return 0",
    ],
)
def test_what_a_fix_may_need_does_not_stand_out(body):
    """Modules that only compute, the packages of the exam, an object's own parts."""
    text = SOURCE.replace("return math.sqrt(number)", body)
    assert flags("shop/a.py", text, SOURCE) == ()


def test_a_class_of_the_start_may_learn_to_compare_and_a_new_or_other_one_may_not():
    """What equals everything would be a class of the candidate's own, or made of arrays."""
    method = "    def __eq__(self, other):\n        return True\n\n"
    text = SOURCE.replace("    def area", f"{method}    def area")
    assert flags("a.py", f'__all__ = ["Box"]\n{text}', SOURCE) == ()
    (found,) = flags("a.py", text.replace("class Box", "class Bag"), SOURCE)
    assert found.reason == "defines __eq__"
    (found,) = flags("a.py", text.replace("class Box", "class Box(list)"), SOURCE)
    assert found.reason == "defines __eq__"
    again = f"{SOURCE}\n\nclass Box:\n    size = 3\n\n{method}"
    assert "defines __eq__" in {it.reason for it in flags("a.py", again, SOURCE)}


@pytest.mark.parametrize("start", [f'"""{"x" * 500}"""', f"TEXT = {'x' * 500!r}"])
def test_a_long_text_of_the_start_excuses_no_other(start):
    """Neither a docstring nor data."""
    start = f"{start}\n{SOURCE}"
    text = start.replace("return math.sqrt(number)", f"return {'y' * 500!r}")
    (found,) = flags("a.py", text, start)
    assert found.reason == "holds a long text, as recorded data would be"
    assert flags("a.py", start.replace("math.sqrt(number)", f"{'x' * 500!r}"), start) == ()


def test_data_in_lists_within_lists_are_counted_in_a_moment():
    """Each list asks for no more numbers than it takes to call it data."""
    text = f"x = {'[' * 90}{'0, ' * 20_000}{']' * 90}\n"
    started = time.process_time()
    assert [it.reason for it in flags("a.py", text, SOURCE)] == [
        "holds many numbers, as recorded data would be"
    ]
    assert time.process_time() - started < 5


def test_far_more_text_than_was_handed_out_is_not_read():
    """What takes a parser a minute would hold up everybody."""
    start = {"shop/a.py": "x = 1\n", "shop/b.py": ""}
    some = b"# what I did\n" * 2000
    handed = partial(
        HandedIn, source="", names=(), refused=(), modified=None, digest="", trouble=""
    )
    assert sieved(handed(files={"shop/a.py": some}), start).changed == {"shop/a.py"}
    with pytest.raises(NotGradable, match="more than was handed out"):
        sieved(handed(files={"shop/a.py": some * 2, "shop/b.py": some}), start)


def test_files_that_are_missing_are_told_in_one_line():
    """Who hands in what was changed, and no more, is no case for a human."""
    start = {f"shop/{it}.py": "" for it in range(60)}
    handed = HandedIn(
        source="", names=(), refused=(), modified=None, digest="", trouble="",
        files={"shop/3.py": b"x = 1\n", "shop/4.py": b""},
    )  # fmt: skip
    found = sieved(handed, start)
    assert found.tree == start | {"shop/3.py": "x = 1\n"}
    assert [it.reason for it in found.refused] == [
        "58 of 60 sources are missing: taken as they were handed out",
        "is missing",
    ]


def test_an_appeal_tells_how_far_numbers_are_apart_and_texts_not():
    """A row of texts of which one is long would fill the memory as an array."""
    assert _apart([1, 2.5], (1, 3)) == "at most 0.5 apart"
    assert _apart(np.float32([1, 2]), np.float32([1, 2])) == "equal"
    assert _apart(np.complex64([1j]), [0]) == "at most 1 apart"
    assert _apart(["x" * 500_000, *[""] * 100_000], ["y"]) == "different"
    assert _apart([[1]], [1]) == _apart({}, 1) == "different"


def test_what_the_start_has_does_not_stand_out():
    """An honest fix may use it as well, and no other part of the machine."""
    start = f"import sys\n{SOURCE}\n\nNAMES = sys.argv\n"
    text = start.replace("math.sqrt(number)", "math.sqrt(number) + 0 * len(sys.argv)")
    assert flags("a.py", text, start) == ()
    (found,) = flags("a.py", text.replace("len(sys.argv)", "len(sys.modules)"), start)
    assert found.reason == "uses sys.modules"


PLAIN = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.text(max_size=3)
VALUES = st.recursive(
    PLAIN, lambda it: st.lists(it, max_size=3) | st.dictionaries(st.text(max_size=2), it)
)


@given(VALUES, VALUES)
def test_observations_agree_with_themselves_and_as_equality_says(one, other):
    """Types included; floats up to rounding, which these differ by more than."""
    assert judging.agree(one, one)
    if not judging.agree(one, other):
        assert type(one) is not type(other) or one != other


@pytest.mark.parametrize(
    ("one", "other", "agrees"),
    [
        (np.float32([1, 2]), np.float64([1, 2.0001]), True),
        (np.float32([1, 2]), np.float32([1, 2.1]), False),
        (np.float32([1, np.nan]), np.float32([1, np.nan]), True),
        (np.float32([1, np.nan]), np.float32([1, 2]), False),
        (np.int64([1, 2]), np.float64([1, 2]), False),
        (np.zeros((2, 1)), np.zeros((1, 2)), False),
        (1, True, False),
        ([1], (1,), False),
        (1, 1.0, True),
        (True, 1.0, False),
        (10**400, 1.0, False),
        ("1", 1.0, False),
    ],
)
def test_arrays_agree_up_to_rounding_and_in_shape_and_kind(one, other, agrees):
    """In both directions."""
    assert judging.agree(one, other) is judging.agree(other, one) is agrees


def test_discrimination_is_the_correlation_that_numpy_computes():
    """Without spread there is none."""
    draw = random.Random(1)
    one = [float(draw.random() < 0.5) for _ in range(40)]
    other = [it / 3 + draw.random() for it in one]
    assert _correlation(one, other) == pytest.approx(np.corrcoef(one, other)[0, 1])
    assert _correlation([1.0] * 5, other[:5]) is None


def test_the_judge_imports_nothing_of_ours_that_is_not_in_a_jail():
    """Its text runs where only the format of observations and the cases are known."""
    module = ast.parse(Path(judging.__file__).read_text())
    names = {it.module for it in ast.walk(module) if isinstance(it, ast.ImportFrom)}
    assert {it for it in names if it and it.startswith("bughunt")} == {
        "bughunt.running", "bughunt.running.case"
    }  # fmt: skip
