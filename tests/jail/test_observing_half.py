"""The cut between observing and judging: what judges stays outside."""

import pytest

from bughunt.jail.observing_half import NoObservingHalf, observing_half

DETECTOR = '''
"""The law, in words."""
from __future__ import annotations
import itertools, math
import numpy as np
from helper import used, unused
from reference import naive

MATCHES_CLEAN = ("result",)
SIZES = [1, 2]
SIZES.append(3)
TOLERANCE = 1e-9

class Recorder:
    """A helper."""
    def take(self):
        """Take."""

def prepared(size):
    # the bug is in line three
    return math.sqrt(size)

def observe(seed):
    """Observe."""
    return {"result": [prepared(used(size)) for size in SIZES], "r": Recorder().take()}

def test_result_is_right(observed):
    """It must be."""
    np.testing.assert_allclose(observed["result"], naive(), atol=TOLERANCE)
'''
BESIDE = {
    "helper": "import base\ndef used(x):\n    return base.one(x)\ndef unused(x):\n    return 2\n",
    "base": "def one(x):\n    return x\n",
    "reference": "def naive():\n    return [1.0, 2**0.5, 3**0.5]\n",
}


@pytest.fixture
def half():
    """Return the cut detector."""
    return observing_half("test_law.py", DETECTOR, BESIDE)


def test_nothing_of_the_judging_half_is_left(half):
    """No test, tolerance, reference, law or comment."""
    whole = half.observing + "".join(half.support.values())
    for word in ("test_", "MATCHES", "TOLERANCE", "naive", "law", "np", "line three", "unused"):
        assert word not in whole


def test_what_observe_needs_is_kept(half):
    """Functions, classes, constants with what changes them, and imports, narrowed."""
    for text in ("SIZES.append(3)", "class Recorder", "import math\n", "from helper import used\n"):
        assert text in half.observing
    assert set(half.support) == {"helper", "base"}


def test_cut_module_observes_as_the_whole_did(half, tmp_path, monkeypatch):
    """Run as a module, it gives what the detector gives."""
    monkeypatch.syspath_prepend(tmp_path)
    for name, text in (half.support | {"cut_detector": half.observing}).items():
        (tmp_path / f"{name}.py").write_text(text)
    import cut_detector

    assert cut_detector.observe(0) == {"result": [1.0, 2**0.5, 3**0.5], "r": None}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("def observe(:", "is no Python"), ("x = 1", "no function 'observe'")],
    ids=["syntax", "nothing to observe"],
)
def test_detector_that_cannot_be_cut_is_an_error(text, complaint):
    """The message names the file."""
    with pytest.raises(NoObservingHalf, match=f"test_law.py: .*{complaint}"):
        observing_half("test_law.py", text, {})
