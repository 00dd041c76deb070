"""Training reads any iterator as a stream, frees what it took, and lets Python breathe."""

import itertools
import random
import signal
import subprocess
import sys
import threading
import time
import weakref

import pytest

from rustbpe import Tokenizer


class Text(str):
    """A text that can be referred to weakly."""


def hard_to_merge() -> str:
    """Return letters without spaces, on which merging takes a good part of a second."""
    return "".join(random.Random(0).choices("abcdefghijklmnop", k=1_000_000))


def test_iterator_is_released_after_training():
    """The reference count of the iterator returns to where it was, also after a failure."""
    good, bad = iter(["abab"]), iter(["abab", 3])
    before = sys.getrefcount(good), sys.getrefcount(bad)
    Tokenizer().train_from_iterator(good, 300)
    with pytest.raises(TypeError, match="item 1"):
        Tokenizer().train_from_iterator(bad, 300)
    assert (sys.getrefcount(good), sys.getrefcount(bad)) == before


def test_texts_are_not_held():
    """Never are more texts alive than one buffer holds."""
    alive: weakref.WeakSet[Text] = weakref.WeakSet()
    most = 0

    def texts():
        nonlocal most
        for number in range(100):
            text = Text(f"text {number}")
            alive.add(text)
            most = max(most, len(alive))
            yield text
            del text

    Tokenizer().train_from_iterator(texts(), 300, buffer_size=10)
    assert most <= 11


def test_memory_does_not_grow_with_the_corpus():
    """96 MB of text, in 96 items, pass through far less memory."""
    script = (
        "import itertools, resource, rustbpe\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024\n"
        "text = 'some words, again and again. ' * 35_000\n"
        "before = peak()\n"
        "rustbpe.Tokenizer().train_from_iterator(itertools.repeat(text, 96), 300)\n"
        "print(peak() - before)\n"
    )
    command = [sys.executable, "-c", script]
    process = subprocess.run(command, capture_output=True, text=True, check=True)
    assert float(process.stdout) < 40


def test_python_runs_while_merging():
    """Another thread notes the time, also in the middle of the time that merging takes."""
    stamps, over = [], threading.Event()

    def note_times():
        while not over.is_set():
            stamps.append(time.perf_counter())

    thread = threading.Thread(target=note_times)
    thread.start()
    text, start = hard_to_merge(), time.perf_counter()
    Tokenizer().train_from_iterator([text], 5_000)
    end = time.perf_counter()
    over.set()
    thread.join()
    fifth = (end - start) / 5
    assert any(start + 2 * fifth < stamp < end - 2 * fifth for stamp in stamps)


@pytest.fixture
def interruption():
    """Make SIGALRM act as Ctrl-C, and yield a function that sends it after some seconds."""
    previous = signal.signal(signal.SIGALRM, signal.default_int_handler)
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, previous)


def test_ctrl_c_ends_an_endless_stream(interruption):
    """The iterator runs no Python code in which the signal could be noticed by chance."""
    texts = itertools.repeat("some words, again and again. " * 100)
    interruption(0.2)
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        Tokenizer().train_from_iterator(texts, 300, buffer_size=100)


def test_ctrl_c_ends_merging(interruption):
    """The signal comes when all texts are counted; an undisturbed run would return."""

    def texts():
        yield text
        interruption(0.05)

    text, tokenizer = hard_to_merge(), Tokenizer()
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        tokenizer.train_from_iterator(texts(), 1_000_000)
    assert len(tokenizer.get_mergeable_ranks()) == 256
