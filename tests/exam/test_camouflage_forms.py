"""Camouflage: what may be written in another form, and what is left as it is."""

import textwrap

import pytest

from bughunt.exam.camouflage.disguise import camouflage, disguised
from bughunt.exam.camouflage.marks import marks
from bughunt.exam.camouflage.planning import plans
from bughunt.exam.camouflage.sameness import differences
from bughunt.exam.camouflage.sites import rendered
from bughunt.exam.camouflage.synonyms import NAMES
from bughunt.mutate import clean_tree, mutate
from bughunt.spec import load_bank

SEED = b"a seed of thirty-two bytes, no less"[:32]


def code(text):
    """Return an indented block as a file."""
    return textwrap.dedent(text).lstrip("\n")


def written(text, form, path="m.py"):
    """Return a text with the same form at every site."""
    return rendered(plans({path: text})[path], lambda _key: form)


PAIRS = {
    "a local, with its uses in a closure, a formatted string and a comprehension": (
        """
        def f(values):
            total = sum(values)
            parts = [total + value for value in values]
            def show():
                return f"{total}"
            return show, parts
        """,
        """
        def f(values):
            sum_total = sum(values)
            portions = [sum_total + val for val in values]
            def show():
                return f"{sum_total}"
            return show, portions
        """,
    ),
    "what an exception is called": (
        """
        def f(path):
            try:
                return open(path)
            except OSError as error:
                raise SystemExit(error)
        """,
        """
        def f(path):
            try:
                return open(path)
            except OSError as problem:
                raise SystemExit(problem)
        """,
    ),
    "an order of two names": (
        """
        def f(a, b):
            return [a] if a < b else [b, b <= len(a)]
        """,
        """
        def f(a, b):
            return [a] if b > a else [b, len(a) >= b]
        """,
    ),
    "a choice by a name, and one by an identity": (
        """
        def f(a, b):
            print(a if b else 0)
            print(1 if a is None else a)
        """,
        """
        def f(a, b):
            print(0 if not b else a)
            print(a if a is not None else 1)
        """,
    ),
    "keywords of a function that names them all": (
        """
        def g(*, a, b): ...
        def f(x):
            g(a=x, b=1)
        """,
        """
        def g(*, a, b): ...
        def f(x):
            g(b=1, a=x)
        """,
    ),
    "constants side by side, with their comments": (
        """
        ALPHA = 1  # first
        BETA = 2
        """,
        """
        BETA = 2
        ALPHA = 1  # first
        """,
    ),
    "a last value": (
        """
        def f(x):
            print(x)
            return x.sum()  # (B,)
        """,
        """
        def f(x):
            print(x)
            result = x.sum()  # (B,)
            return result
        """,
    ),
    "a comment and a docstring": (
        """
        def f(x):
            \"\"\"Return the sum of each row.\"\"\"
            # It is not empty: it does not matter.
            return x
        """,
        """
        def f(x):
            \"\"\"Give the sum of every row.\"\"\"
            # It isn't empty: it doesn't matter.
            return x
        """,
    ),
}

LEFT_ALONE = {
    "a parameter": "def f(total):\n    return total\n",
    "a global": "total = 1\ndef f():\n    global total\n    total = 2\n",
    "a local of a function that looks at its names": (
        "def f():\n    total = 1\n    print(locals())\n"
    ),
    "a name that stands for a local here and for a global there": (
        "def f(rows):\n    print([total for total in rows], total)\n"
    ),
    "a name in a default, which means a global": (
        "total = 1\ndef f(a=total):\n    total = a\n    print(total)\n"
    ),
    "a docstring that an apostrophe would end": "def f():\n    'It does not.'\n",
    "a docstring with an example": ('def f():\n    """It does not.\n\n    >>> f()\n    """\n'),
    "a last value beside a global of that name": (
        "def f(x):\n    global result\n    return x.sum()\n"
    ),
    "a last value of a function that looks at its names": (
        "def f(x):\n    print(locals())\n    return x.sum()\n"
    ),
    "a length that is another function": (
        "def len(x): ...\nlen = print\ndef f(a, b):\n    print(len(a) < b)\n"
    ),
    "a name whose synonym is in use": "def f():\n    total = 1\n    print(total, sum_total)\n",
    "a name that a pattern binds": (
        "def f(x):\n    match x:\n        case [total]:\n            print(total)\n"
    ),
    "an order of what may have effects": "def f(a):\n    print(a() < next(a))\n",
    "a chain of orders": "def f(a, b, c):\n    print(a < b < c)\n",
    "keywords of an unknown function": "def f(a, g):\n    g(a=a, b=1)\n",
    "keywords of a function that sees their order": (
        "def g(**k):\n    print(k)\ndef f(a):\n    g(a=a, b=1)\n"
    ),
    "keywords whose values may have effects": (
        "def g(a, b): ...\ndef f(x):\n    g(a=x(), b=next(x))\n"
    ),
    "constants that build on each other": "ALPHA = 1\nBETA = ALPHA\n",
    "a docstring that is read": (
        'class C:\n    """Each row is not one."""\n\n\nprint(C.__doc__)\n'
    ),
    "a name that a formatted string writes out": (
        'def f():\n    count = 3\n    return f"{count=} {count}"\n'
    ),
    "a line that says more than one thing": (
        "def f():\n    z = 1\n    y = 2; c = z + 1\n    print(y, c)\n"
    ),
    "a docstring of a function that is read": (
        'def f():\n    """Return the sum of each row."""\n\n\nprint(f.__doc__)\n'
    ),
    "names that a frame shows": (
        "import sys\n\n\ndef f():\n    count = 3\n    print(sys._getframe().f_locals, count)\n"
    ),
    "names that code shows": "def f():\n    count = 3\n\n\nprint(f.__code__.co_varnames)\n",
    "a local seen by a builtin with another name": (
        "show = locals\n\n\ndef f():\n    count = 3\n    print(show())\n"
    ),
    "keywords of a nested function of the same name": (
        "def g(a, b): ...\ndef f():\n    def g(**k):\n        print(k)\n    g(b=1, a=2)\n"
    ),
    "keywords of a function that a function imports": (
        "def g(a, b): ...\ndef f():\n    from m import g\n    g(b=1, a=2)\n"
    ),
    "keywords of a class of the same name": (
        "def g(a, b): ...\nclass g:\n    def __init__(self, **k):\n        print(k)\n\n\n"
        "def f():\n    g(b=1, a=2)\n"
    ),
    "keywords of a function in whose place another is put": (
        "import m\ndef g(a, b): ...\nm.g = print\ndef f():\n    g(b=1, a=2)\n"
    ),
    "members of a class, whose order may count": (
        "def f():\n    class C(Enum):\n        B = 1\n        A = 2\n    return C\n"
    ),
    "an order in a tree that says what it means": (
        "class C:\n    def __gt__(self, other):\n        return 7\n\n\n"
        "def f(a, b):\n    print(a < b)\n"
    ),
    "a text that is no docstring": 'def f():\n    print("it does not matter")\n',
}


@pytest.mark.parametrize("name", PAIRS)
def test_each_kind_is_written_in_its_other_form(name):
    """The second text is the first in its other forms, and each can be had from the other."""
    first, second = map(code, PAIRS[name])
    assert (written(first, 1), written(second, 0)) == (second, first)


@pytest.mark.parametrize("name", LEFT_ALONE)
def test_what_might_be_another_program_is_left_alone(name):
    """Neither form of any site is written over these."""
    text = LEFT_ALONE[name]
    assert (written(text, 0), written(text, 1)) == (text, text)


def test_a_comment_keeps_its_column_behind_a_longer_name():
    """The column is left only where there is no room."""
    text = "def f(a):\n    config = a                  # here\n    return config\n"
    assert written(text, 1).index("#") == text.index("#") - len("config") + len("cfg") + 3


def test_no_line_becomes_longer_than_a_hundred_characters():
    """A site whose longer form has no room is not used."""
    text = "def f(x):\n    mask = [" + "x, " * 29 + "]\n    return mask\n"
    assert max(map(len, text.split("\n"))) == 100
    assert written(text, 1) == text


def test_a_file_without_syntax_stays_as_it_is():
    """It may be part of a tree all the same."""
    texts = {"a.py": "def f(:\n", "b.py": "# does not\n"}
    assert camouflage(texts, SEED).texts["a.py"] == "def f(:\n"


def test_no_word_is_in_two_pairs_of_names():
    """Else two locals of a function could get the same name."""
    words = [word for pair in NAMES for word in pair]
    assert len(words) == len(set(words))


@pytest.fixture(scope="module")
def bank():
    """Return the bank that comes with bughunt."""
    return load_bank(None)


@pytest.fixture(scope="module")
def clean(bank):
    """Return its clean tree."""
    return clean_tree(bank)


@pytest.fixture(scope="module")
def own(clean):
    """Return it in another form."""
    return camouflage(clean, SEED)


@pytest.mark.slow
def test_the_clean_tree_stays_the_same_program(clean, own):
    """The comparison of syntax trees knows nothing of how the text was made."""
    assert differences(clean, own.texts) == ()


@pytest.mark.slow
def test_what_was_chosen_can_be_read_off_again(own):
    """A thousand sites and more say their bit."""
    found = marks(own.texts)
    assert {key: found.get(key) for key in own.marks} == own.marks
    assert len(own.marks) > 1000


@pytest.mark.slow
def test_the_same_seed_gives_the_same_texts_in_any_order_of_files(clean, own):
    """Another seed gives others."""
    backwards = dict(reversed(clean.items()))
    assert camouflage(backwards, SEED).texts == own.texts
    assert camouflage(clean, b"another").texts != own.texts


@pytest.mark.slow
@pytest.mark.parametrize("number", range(2))
def test_every_bug_stays_the_bug_that_it_is(bank, number):
    """The tree with the bug, and the tree that is handed out, are the same program."""
    for bug in bank.bugs.values():
        tree = mutate(bank, [bug])
        files = [path for path in tree.clean if tree.clean[path] != tree.mutated[path]]
        out = disguised(tree, bytes([number]) * 32).mutated
        before, after = ({path: it[path] for path in files} for it in (tree.mutated, out))
        assert differences(before, after) == (), bug.id
