"""Attacks on intake, judge and outputs. Each hands in something for which nothing is due.

An attack takes the room and a student, and puts a submission there. It never puts a bug right.
"""

import io
import os
import stat
import struct
import tarfile
import warnings
import zipfile

from hand_in import CODE, MONEY, SHOP, TILL, tarred, zipped

OUTSIDE = "../../../../../../tmp/stolen-by-an-archive.py"
CLEAN = SHOP.encode()
BUGGED = SHOP.replace("2 * number", "number + 2")


def entry(name, mode=0o100644, system=3):
    """Return the head of a member of a zip, of any kind."""
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = system, mode << 16
    return info


def zip_of(room, student, *members, leave_out=()):
    """Return a zip of the start without some files, and with members as they are told."""
    files = {path: it for path, it in room.start(student).items() if path not in leave_out}
    stream = io.BytesIO(zipped(files))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name may stand there twice
        for info, content in members:
            archive.writestr(info, content)
    return stream.getvalue()


def code(text):
    """Return an attack that hands in this module of the shop."""

    def attack(room, student):
        room.hand_in(student, {CODE: text if isinstance(text, bytes) else text.encode()})

    return attack


def files(changes):
    """Return an attack that hands in more files beside the start."""

    def attack(room, student):
        room.hand_in(student, changes)

    return attack


def doubling(body, before=""):
    """Return an attack whose ``double`` has this body."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return code(
        f"{before}\n\ndef double(number):\n{lines}\n\n\ndef greeting(name):\n    return name\n"
    )


# Archives.
def climbs_out(room, student):
    """Climb out of the folder, to the clean code's place and elsewhere."""
    room.put(f"{student}.zip", zip_of(room, student, (entry(OUTSIDE), CLEAN),
                                      (entry(f"work/x/../{CODE}"), CLEAN)))  # fmt: skip


def absolute_path(room, student):
    """Name an absolute path and one on a drive."""
    members = [(entry("/tmp/stolen-by-an-archive.py"), CLEAN), (entry("C:/x.py"), CLEAN)]
    room.put(f"{student}.zip", zip_of(room, student, *members))


def backslashes(room, student):
    """Name a path that another system reads otherwise."""
    room.put(f"{student}.zip", zip_of(room, student, (entry(r"work\shop\__init__.py"), CLEAN)))


def link_in_zip(room, student):
    """Let the module be a link to the clean code."""
    target = str(room.folder / "bank" / CODE).encode()
    member = (entry(f"work/{CODE}", stat.S_IFLNK | 0o777), target)
    room.put(f"{student}.zip", zip_of(room, student, member, leave_out=(CODE,)))


def links_in_tar(room, student):
    """Bring links of both kinds, a device and a pipe."""
    members = []
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
        info = tarfile.TarInfo(f"work/shop/link{kind.decode()}.py")
        info.type, info.linkname = kind, str(room.folder / "bank" / CODE)
        members.append(info)
    room.put(f"{student}.tar.gz", tarred(room.start(student), members=members))


def same_path_twice(room, student):
    """Bring one path twice, so that readers differ on which counts."""
    room.put(f"{student}.zip", zip_of(room, student, (entry(f"work/{CODE}"), CLEAN)))


def same_path_in_capitals(room, student):
    """Bring a path that a careless file system takes for another."""
    room.put(f"{student}.zip", zip_of(room, student, (entry("work/shop/__INIT__.py"), CLEAN)))


def zip_bomb(room, student):
    """Unpack to more than there is memory for."""
    room.put(f"{student}.zip", zip_of(room, student, (entry("work/a.py"), b" " * 50_000_000)))


def lying_zip_bomb(room, student):
    """Say in the directory that the bomb is small."""
    content = bytearray(zip_of(room, student, (entry("work/shop/bomb.py"), b" " * 5_000_000)))
    directory = content.rfind(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = struct.pack("<I", 100)
    room.put(f"{student}.zip", bytes(content))


def tar_bomb(room, student):
    """Unpack to zeros without end."""
    room.put(f"{student}.tar.gz", tarred({"shop/a.bin": bytes(60_000_000)}))


def xz_bomb(room, student):
    """The same with a better compressor."""
    room.put(f"{student}.tar.xz", tarred({"shop/a.bin": bytes(60_000_000)}, "w:xz"))


def bz2_bomb(room, student):
    """And with another one."""
    room.put(f"{student}.tar.bz2", tarred({"shop/a.bin": bytes(60_000_000)}, "w:bz2"))


def encrypted(room, student):
    """Hide the code behind a password."""
    content = bytearray(zip_of(room, student))
    directory = content.find(b"PK\x01\x02")
    while directory >= 0:
        content[directory + 8] |= 1
        directory = content.find(b"PK\x01\x02", directory + 1)
    room.put(f"{student}.zip", bytes(content))


def archive_in_archive(room, student):
    """Let a careless grader unpack again."""
    inner = zipped({CODE: CLEAN})
    room.hand_in(student, {"shop/shop.zip": inner, "shop.zip": inner})


def two_workspaces(room, student):
    """Bring a bugged and a clean workspace in one archive."""
    content = {f"a/{path}": it for path, it in room.start(student).items()}
    content |= {f"b/{path}": it for path, it in room.start(student).items()} | {f"b/{CODE}": CLEAN}
    room.put(f"{student}.zip", zipped(content, ""))


# Folders.
def link_in_folder(room, student):
    """Hand in a folder whose module is a link to the clean code."""
    file = _folder(room, student)
    file.unlink()
    file.symlink_to(room.folder / "bank" / CODE)


def linked_package(room, student):
    """Hand in a folder whose package is a link."""
    file = _folder(room, student)
    file.parent.rename(file.parent.with_name("other"))
    file.parent.symlink_to(room.folder / "bank" / "shop")


def pipe_in_folder(room, student):
    """Hand in a pipe, for which a reader would wait for ever."""
    file = _folder(room, student)
    os.mkfifo(file.with_name("pipe.py"))


def _folder(room, student):
    for path, content in room.start(student).items():
        file = room.submissions / student / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return room.submissions / student / CODE


# Who it is.
def forged_sheet(room, student):
    """Write another candidate's number into the sheet."""
    sheet = room.start(student)[".bughunt/exam.json"]
    other = room.exam.entry("honest-restorer").candidate.encode()
    own = room.exam.entry(student).candidate.encode()
    room.hand_in(student, {".bughunt/exam.json": sheet.replace(own, other)})


def sheet_without_end(room, student):
    """Nest the sheet beyond any stack."""
    room.hand_in(student, {".bughunt/exam.json": b"[" * 100_000})


ATTACKS = {
    it.__name__: it
    for it in (
        climbs_out, absolute_path, backslashes, link_in_zip, links_in_tar, same_path_twice,
        same_path_in_capitals, zip_bomb, lying_zip_bomb, tar_bomb, xz_bomb, bz2_bomb, encrypted,
        archive_in_archive, two_workspaces, link_in_folder, linked_package, pipe_in_folder,
        forged_sheet, sheet_without_end,
    )
}  # fmt: skip

# Files that a careless grader would import, run or believe.
_FIX = b"import shop\nshop.double = lambda number: 2 * number\n"
ATTACKS |= {
    "conftest": files({"conftest.py": _FIX, "tests/conftest.py": _FIX}),
    "pytest_ini": files({"pytest.ini": b"[pytest]\naddopts = -p fix\n", "fix.py": _FIX}),
    "setup_cfg_and_toml": files(
        {"setup.cfg": b"[tool:pytest]\n", "pyproject.toml": b"[tool.pytest.ini_options]\n"}
    ),
    "sitecustomize": files({"sitecustomize.py": _FIX, "usercustomize.py": _FIX}),
    "pth": files({"fix.pth": b"import fix\n", "fix.py": _FIX}),
    "shadowed_numpy": files({"numpy.py": _FIX, "random.py": _FIX, "numpy/__init__.py": _FIX}),
    "shadowed_bughunt": files({"bughunt/__init__.py": _FIX, "observing.py": _FIX}),
    "shadowed_judge": files({"judging.py": _FIX, "bughunt/exam/grading/judging.py": _FIX}),
    "bytecode": files({"shop/__pycache__/__init__.cpython-311.pyc": b"\x00" * 64}),
    "native_module": files({"shop/__init__.so": b"\x7fELF", "shop/till.pyd": b"MZ"}),
    "own_results": files({"results.json": b'{"score": 4}', "junit.xml": b"<testsuites/>"}),
    "own_record": files({"records/x.json": b"{}", ".bughunt/progress.json": b'{"format": 1}'}),
    "own_laws": files({"tests/test_twice_is_the_number_and_the_number.py": b"def test_x(): pass"}),
    "new_module": files({CODE: b"from shop.extra import *\n", "shop/extra.py": CLEAN}),
}

# Sources that are meant to break who reads them.
ATTACKS |= {
    "brackets_without_end": code("x = " + "(" * 100_000),
    "signs_without_end": code("x = " + "-" * 100_000 + "1\n" + SHOP),
    "nested_deeply": code("x = " + "[" * 150 + "]" * 150 + "\n" + BUGGED),
    "attributes_without_end": code("x = a" + ".a" * 100_000 + "\n" + SHOP),
    "other_encoding": code(b"# coding: utf-7\n" + BUGGED.encode()),
    "no_text": code(b"\xff\xfe" + SHOP.encode()),
    "zero_byte": code(SHOP.encode() + b"\0"),
    "too_large": code(SHOP.encode() + b"# " + b"x" * 2_000_000),
}

# Observations that are meant to pass a judge, or to break it.
_ANYTHING = """
class Anything(int):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
"""
_RECORDED = str({it: 2 * it for it in range(300)})
ATTACKS |= {
    "equal_to_everything": doubling("return Anything(number)", _ANYTHING),
    "not_a_number": doubling("return float('nan')"),
    "a_truth": doubling("return True"),
    "another_type": doubling("return float(2 * number)"),
    "an_array": doubling("return np.array(2 * number)", "import numpy as np"),
    "array_of_objects": doubling("return np.array([object()])", "import numpy as np"),
    "more_than_travels": doubling("return np.zeros(3_000_000)", "import numpy as np"),
    "lists_in_lists": doubling("x = 0\nfor _ in range(500):\n    x = [x]\nreturn x"),
    "too_many_values": doubling("return [0] * 20_000"),
    "text_that_is_none": doubling("return '\\ud800'"),
    "number_without_end": doubling("return 10 ** 100_000"),
    "passes_by_leaving": doubling("raise SystemExit(0)"),
    "skips": doubling("import pytest\npytest.skip('not today')"),
    "passes_by_asserting": doubling("raise AssertionError"),
    "swallows_everything": doubling(
        "try:\n    return number / 0\nexcept BaseException:\n    return 0"
    ),
    "special_cases_visible_inputs": doubling("return 2 * number if number in (3, 4, 5) else 0"),
    "recorded_answers": doubling(f"return {_RECORDED}.get(number, 0)"),
    "patched_builtins": doubling(
        "return number", "import builtins\nbuiltins.list = builtins.type = lambda *_: int"
    ),
    "patched_format": doubling(
        "return number",
        "import sys\nsys.modules['bughunt.running.observation'].encode = lambda _: b'\\x80'",
    ),
    "forged_frame": doubling(
        "import os\nfor end in range(3, 30):\n    try:\n"
        "        os.write(end, b'\\0\\0\\0\\1\\x80')\n"
        "    except OSError:\n        pass\nos._exit(0)"
    ),
    "replaced_observe": doubling(
        "return number",
        "import sys\nsys.modules['observing'].observe = lambda seed: {'twice': 'passed'}",
    ),
    "pickled": doubling("import pickle\nreturn pickle.dumps(int)"),
    "writes_over_inputs": doubling(
        "frame = sys._getframe(1)\nwhile frame:\n    for value in frame.f_locals.values():\n"
        "        if type(value) is list:\n            value.clear()\n    frame = frame.f_back\n"
        "return 0",
        "import sys",
    ),
}

ATTACKS |= {
    "lawful_but_wrong": files({TILL: b"def total(prices):\n    return 7.0\n"}),
    "lawful_by_rounding": files({TILL: b"def total(prices):\n    return float(len(prices))\n"}),
}

# Texts that are meant for those who read results.
_OVERRIDES = {
    "redefined_by_a_lambda": "double = lambda number: number + 2",
    "redefined_by_a_loop": "for double in [lambda number: 0]:\n    pass",
    "redefined_under_a_condition": "if True:\n    def double(number):\n        return 0",
    "deleted_in_the_end": "del double",
}
ATTACKS |= {name: code(f"{SHOP}\n\n{text}\n") for name, text in _OVERRIDES.items()}
ATTACKS |= {"restored_with_another_sum": files({TILL: f"{MONEY}\n\nsum = len\n".encode()})}
_HTML = "<script>alert(1)</script>"
ATTACKS |= {
    "formula_in_a_message": doubling("raise ValueError('=HYPERLINK(\"http://x\")')"),
    "formula_after_a_tab": doubling("raise ValueError('\\t=1+1\\r\\n@SUM(A1)')"),
    "page_in_a_message": doubling(f"raise ValueError({_HTML!r})"),
    "terminal_in_a_message": doubling("raise ValueError('\\x1b]0;owned\\x07\\x1b[2J\\x00')"),
    "class_with_a_name": doubling(f"raise type({_HTML!r}, (Exception,), {{}})()"),
    "path_with_a_page": files({f"shop/{_HTML.replace('/', '-')}.py": b""}),
    "path_with_a_formula": files({"=1+1.py": b"", "@x.pth": b"", "shop/\x1b[2J.py": b""}),
    "report_with_a_page": files({"REPORT.md": _HTML.encode()}),
}
