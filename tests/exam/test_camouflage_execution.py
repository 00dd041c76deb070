"""Camouflage leaves a program what it is: both texts are executed, and what shows is compared."""

import contextlib
import io
import random

import pytest

from bughunt.exam.camouflage.disguise import camouflage
from bughunt.exam.camouflage.sameness import differences

HEADS = (
    "import sys, builtins\n",
    "import enum\n",
    "from functools import partial\nshow = partial\n",
    "ALPHA = 1\nBETA = 2\n",
    "LIMIT = []\nKNOWN = {}\n",
)
AROUND = (
    "def given(a, b, **rest):\n    return a, b, list(rest)\n",
    "def given(a, b):\n    return a - b\n",
    "def given(*args, **kw):\n    return args, list(kw.items())\n",
    "class given:\n    def __new__(cls, **kw):\n        return list(kw)\n",
    "def given(a, b):\n    return a, b\n\n\ndef other(**kw):\n    return list(kw)\n\n\n"
    "given = other\n",
    "class Odd(int):\n    def __lt__(self, other):\n        return 'less'\n\n"
    "    def __gt__(self, other):\n        return 'more'\n\n\n"
    "def given(a, b):\n    count, total = Odd(a), Odd(b)\n    return count < total\n",
)
LINES = (
    "total = 1",
    "count = 2",
    "names = []",
    "total = 3; names.append(total)",
    "count = 4; total = count",
    "print(total < count, count >= total, len(names) <= total)",
    'print(f"{total=} {count = !r:>{total}} {names}")',
    'print(f"{total}: {[total for total in range(count)]}")',
    "print(total if names else count)",
    "print(count if total is not None else names)",
    "print(given(b=count, a=total))",
    "def given(**kw): return list(kw)",
    "def inner(): return total, count",
    "print(inner())",
    "print(sorted(locals()))",
    "print(sorted(builtins.locals()))",
    "print(sorted(sys._getframe().f_locals))",
    "print([count for count in (total, 9)], count)",
    "names += [total + count]",
    "last = lambda value: (value, total)",
    "class Tone(enum.Enum): B = 1; A = 2",
    "class Shade(enum.Enum):\n        DARK = 2\n        BRIGHT = 1",
    "print(list(Shade), list(Tone))",
    "try: total = 1 / (count - 2)\n    except ZeroDivisionError as error: print(error, count)",
    "print(eval('total'))",
)
ENDS = (
    "return given(a=total, b=count)",
    "return [total, names]",
    "value = [count]\n    return value",
)
TAILS = (
    "print(main())\n",
    "print(main(), main.__doc__)\n",
    "print(main(), main.__code__.co_varnames)\n",
    "print(main(), show if 'show' in globals() else 0)\n",
)


def program(seed):
    """Return a program that may raise anywhere, and prints what happens until then."""
    draw = random.Random(seed)
    body = ['"""Return the sum of each row."""', "total = 0", "count = 5", "names = []"]
    body += draw.sample(LINES, draw.randrange(3, 9))
    function = "def main():\n    " + "\n    ".join([*body, draw.choice(ENDS)]) + "\n"
    heads = "".join(it for it in HEADS if draw.random() < 0.5)
    return f"{heads}\n\n{draw.choice(AROUND)}\n\n{function}\n\n{draw.choice(TAILS)}"


def seen(text):
    """Return what a program prints, and which exception ends it."""
    printed = io.StringIO()
    ended = None
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(text, "program", "exec"), {"__name__": "program"})
        except Exception as error:
            ended = type(error)
    return printed.getvalue(), ended


@pytest.mark.slow
def test_a_program_in_another_form_does_the_same():
    """Programs with all that has once been changed, each in two forms of its own."""
    changed = ran = 0
    for seed in range(150):
        text = program(seed)
        before = seen(text)
        ran += before[1] is None
        for key in (b"one", b"two"):
            own = camouflage({"program.py": text}, key).texts
            assert seen(own["program.py"]) == before, text
            assert differences({"program.py": text}, own) == (), text
            changed += own["program.py"] != text
    assert changed > 150
    assert ran > 50
