"""Detectors as texts: what observes goes into a jail, what judges into another.

Laws may share a child. Each then observes in its turn; whether one disturbs another is found out
by asking it alone.
"""

from __future__ import annotations

import ast
import base64
from collections.abc import Mapping, Sequence
from functools import cached_property

import msgspec

from bughunt.detector_files import general_files
from bughunt.exam.grading.reach import reached
from bughunt.jail.observing_half import observing_half
from bughunt.jail.outside_modules import outside_modules
from bughunt.jail.request import Limits, Request
from bughunt.mutate import clean_tree
from bughunt.spec import Bank

_OBSERVE = """\
def observe(seed):
    observed = []
"""
_OBSERVE_LAW = """\
    from asked_{number} import observe as observe_{number}
    observed.append(observe_{number}(seed))
"""
_RETURN = "    return observed\n"
_JUDGE = """\
import base64

import judging

ITEMS = {items}


def observe(seed):
    return [
        judging.judged(law, base64.b85decode(observed), base64.b85decode(clean))
        for law, observed, clean in ITEMS
    ]
"""
_JUDGING = "judging"  # the name of the module that judges, in the jail of the judge
LIMITS = Limits(seconds=60.0)


class Item(msgspec.Struct, frozen=True):
    """An observation to be judged."""

    law: str
    observed: bytes  # encoded
    clean: bytes = b""  # what the clean code gave, encoded; empty: it is not compared


class Judged(msgspec.Struct, frozen=True):
    """What a law says of one observation."""

    outcome: str  # "passed", "failed" or "crashed"
    message: str = ""
    differs: str = ""  # the first key that is not what the clean code gives


class Laws:
    """The detectors of a bank, as requests to a jail."""

    def __init__(self, bank: Bank, judging: str) -> None:
        self._bank = bank
        self._judging = judging
        files = {name: it.decode() for name, it in general_files(bank).items()}
        modules = {name[:-3]: text for name, text in files.items() if name.endswith(".py")}
        self._texts = {name: text for name, text in modules.items() if "/" not in name}
        self.names = tuple(
            sorted(name[len("test_") :] for name in self._texts if name.startswith("test_"))
        )

    @cached_property
    def preload(self) -> tuple[str, ...]:
        """The modules of others that observing and judging import."""
        inside = {*self._bank.packages, *self._texts}
        texts = [*clean_tree(self._bank).values(), *self._texts.values()]
        return outside_modules(texts, inside)

    def observing(self, laws: Sequence[str], tree: Mapping[str, str], seed: int) -> Request:
        """Return what observes the tree by these laws, which go by numbers: a list, in order."""
        asked = {f"asked_{it}": self._texts[f"test_{law}"] for it, law in enumerate(laws)}
        numbers = range(len(laws))
        text = _OBSERVE + "".join(_OBSERVE_LAW.format(number=it) for it in numbers) + _RETURN
        half = observing_half("observing.py", text, self._texts | asked)
        return Request(
            packages=tuple(self._bank.packages),
            tree=dict(tree),
            observing=half.observing,
            support=half.support,
            seed=seed,
            limits=LIMITS,
        )

    def judgement(self, items: Sequence[Item]) -> Request:
        """Return what judges observations, each by its law."""
        support = {name: it for name, it in self._texts.items() if not name.startswith("test_")}
        support.pop("conftest", None)
        for item in items:
            support[f"test_{item.law}"] = self._texts[f"test_{item.law}"]
        encoded = [
            (f"test_{it.law}", base64.b85encode(it.observed), base64.b85encode(it.clean))
            for it in items
        ]
        return Request(
            packages=tuple(self._bank.packages),  # none is there: a judge imports no submission
            tree={},
            observing=_JUDGE.format(items=encoded),
            support={**support, _JUDGING: self._judging},
            limits=LIMITS,
        )

    def keys_like_clean(self, law: str) -> tuple[str, ...]:
        """Return the keys of an observation that must be as the clean code gives them."""
        for it in ast.parse(self._texts[f"test_{law}"]).body:
            if isinstance(it, ast.Assign) and ast.unparse(it.targets[0]) == "MATCHES_CLEAN":
                return tuple(ast.literal_eval(it.value))
        return ()

    def files(self, law: str) -> frozenset[str]:
        """Return the files of the packages that the law may import, as its text tells."""
        request = self.observing((law,), {}, 0)
        return reached((request.observing, *request.support.values()), clean_tree(self._bank))
