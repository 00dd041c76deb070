"""Parts of a source: what a change touches, what a run enters, what an answer depends on."""

import textwrap
from pathlib import Path

import pytest

from bughunt.detector import Batch, Case, open_runner
from bughunt.digests import Digests
from bughunt.proving.answer_store import Store
from bughunt.running.source_parts import parts

SHOP = '''
"""A shop."""
RATE = 2

def price(item, tax=1):
    """Return a price."""
    return item * RATE + tax

class Till:
    opened = 0

    @property
    def total(self):
        return self.opened

    @total.setter
    def total(self, value):
        self.opened = value

    class Drawer:
        def coins(self):
            def one():
                return 1
            return one()

def stream():
    yield 1

def unused():
    return 0
'''

DETECTOR = """
def observe(seed):
    from shop import till
    {before}
    return till.price(3)

def test_price_is_seven(observed):
    assert observed == 7
"""


def touched(old, new, text=SHOP):
    """Return the names of the parts that are others after an exchange of text."""
    assert old in text
    one, other = parts("shop/till.py", text), parts("shop/till.py", text.replace(old, new, 1))
    names = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
    return {name.removeprefix("shop/till.py::") for name in names}


@pytest.mark.parametrize(
    ("old", "new", "parts_touched"),
    [
        ("RATE + tax", "RATE - tax", {"price"}),
        ("tax=1", "tax=2", {""}),
        ("RATE = 2", "RATE = 3", {""}),
        ('"""Return a price."""', '"""Return it."""', {""}),  # somebody may show it
        ("opened = 0", "opened = 1", {""}),
        ("self.opened = value", "self.opened = 0", {"Till.total"}),
        ("                return 1", "                return 2", {"Till.Drawer.coins"}),
        ("def unused", "def used", {"", "unused", "used"}),
        ("    yield 1", "    return 1", {"", "stream"}),  # it runs when it is called
        ("    yield 1", "    yield 2", {"stream"}),
        ("* RATE + tax", "* RATE + tax  # a price", {"price"}),
        ("RATE = 2\n", "RATE = 2\n\n\n", {""}),
        ("    return 0", "    @str\n    def inner(): pass\n    return 0", {"unused"}),
        ("def price(item, tax=1):", "@str\ndef price(item, tax=1):", {""}),
    ],
)
def test_a_change_touches_the_part_that_it_stands_in(old, new, parts_touched):
    """Signatures, defaults, decorators, docstrings and class bodies run with the import."""
    assert touched(old, new) == parts_touched


def test_a_yield_of_an_inner_function_does_not_make_a_generator():
    """Whether a call enters the body at once is decided by the body's own yields."""
    inner = "def f():\n    def g():\n        yield 1\n    return g\n"
    assert touched("return g", "yield g", inner) == {"", "f"}


def test_a_body_that_shares_a_line_with_its_signature_is_no_part():
    """Nothing says where one ends and the other begins, and the whole file is on the safe side."""
    for text in (
        "def f(x): return x\n",
        'def f(x):\n    """F."""; return x\n',
        "def f(x):\n    ...; x\n",
    ):
        assert touched("x\n", "y\n", text) == ({"f"} if "..." in text else {""})


@pytest.mark.parametrize(
    "text", [SHOP, SHOP.replace("\n", "\r\n"), SHOP.replace("= 2", "= 2  # \f")]
)
def test_parts_do_not_depend_on_how_lines_end(text):
    """Form feeds end no line for Python."""
    names = {name.partition("::")[2] for name in parts("shop/till.py", text)}
    assert names == {"", "price", "Till.total", "Till.Drawer.coins", "stream", "unused"}


def test_what_is_no_python_is_one_part():
    """It cannot be imported either, and its line is in the message."""
    assert parts("a.py", "def f(:\n") == {"a.py::": "def f(:\n"}


def run(folder, *, before="pass", shop=SHOP):
    """Run a small detector on a small shop; return how the case ended."""
    root = Path(folder)
    (root / "shop").mkdir(exist_ok=True)
    (root / "shop" / "__init__.py").write_text("")
    (root / "shop" / "till.py").write_text(shop)
    detector = root / "test_law.py"
    detector.write_text(textwrap.dedent(DETECTOR.format(before=before)))
    batch = Batch(root=root, packages=("shop",), cases=(Case((detector,)),))
    with open_runner() as runner:
        ((_, ended),) = runner(batch)
    return ended


def depends(folder, **how):
    """Return what an outcome depends on, without the names of files."""
    names = run(folder, **how).parts
    return {name.removeprefix("shop/till.py::") for name in names}


def test_a_run_depends_on_what_it_imported_and_entered(tmp_path):
    """Functions that were made and never called are not in it."""
    assert depends(tmp_path) == {"", "price", "shop/__init__.py::"}


@pytest.mark.parametrize(
    ("before", "entered"),
    [
        ("till.Till().total = 3", "Till.total"),
        ("till.Till.Drawer().coins()", "Till.Drawer.coins"),
        ("list(till.stream())", "stream"),
        ("import threading as t; w = t.Thread(target=till.unused); w.start(); w.join()", "unused"),
    ],
)
def test_every_way_into_a_body_is_seen(tmp_path, before, entered):
    """Properties, inner classes, generators, other threads."""
    assert entered in depends(tmp_path, before=before)


@pytest.mark.parametrize(
    "before",
    [
        "import subprocess; subprocess.run(['true'])",
        "import os; os.waitpid(os.fork() or os._exit(0), 0)",
        "import os; os.system('true')",
        "import multiprocessing as m; p = m.get_context('spawn').Process(); p.start(); p.join()",
    ],
)
def test_a_run_that_starts_processes_depends_on_whole_files(tmp_path, before):
    """Nobody sees what those enter."""
    assert set(run(tmp_path, before=before).parts) == {"shop/__init__.py", "shop/till.py"}


def test_a_crash_depends_on_whole_files(tmp_path):
    """It tells a line."""
    ended = run(tmp_path, shop=SHOP.replace("item * RATE", "item * NONE"))
    assert ended.runs[0].outcome.where == "shop/till.py:7"
    assert set(ended.parts) == {"shop/__init__.py", "shop/till.py"}


def test_an_answer_holds_where_only_bodies_differ_that_were_not_entered(tmp_path):
    """One that was entered, or what runs with the import, makes another state of it."""
    ended = run(tmp_path)
    clean = Digests({"shop/__init__.py": "", "shop/till.py": SHOP})
    store = Store(None)
    store.keep("key", clean, ended)

    def found(old, new):
        return store.find("key", Digests({"shop/till.py": SHOP.replace(old, new)}, clean))

    assert found("return 0", "return 5") == ended
    assert found("self.opened = value", "self.opened = 0") == ended
    assert found("item * RATE", "item + RATE") is None
    assert found("RATE = 2", "RATE = 3") is None
    assert found("def price", "def cost") is None


def test_digests_of_a_changed_tree_are_those_of_its_texts():
    """What a change removed is gone, and what it left is still there."""
    clean = {"a.py": "def f():\n    return 1\n", "b.py": "x = 1\n"}
    edited = {"a.py": "def g():\n    return 1\n"}
    changed = Digests(edited, Digests(clean))

    assert dict(changed) == dict(Digests(clean | edited))
    assert len(changed) == len(dict(changed))
    assert changed.get("a.py::f") is None
    with pytest.raises(KeyError):
        changed["a.py::f"]
