"""A folder with the bank and the plan of a small exam, and answers that all tests share."""

import pytest
from small_exam import build_exam, order_of, write_bank

from bughunt.proving.answer_store import Store
from bughunt.spec import load_bank


@pytest.fixture(scope="session")
def store():
    """Return a store in memory: the first test that asks a detector pays for it."""
    return Store(None)


@pytest.fixture(scope="session")
def exam_folder(tmp_path_factory):
    """Return a folder that nobody changes, with a bank in it."""
    folder = tmp_path_factory.mktemp("exam")
    write_bank(folder / "bank")
    return folder


@pytest.fixture(scope="session")
def bank(exam_folder):
    """Return the bank, loaded."""
    return load_bank(exam_folder / "bank" / "levels.yaml")


@pytest.fixture(scope="session")
def order(exam_folder, bank):
    """Return an exam for three."""
    return order_of(exam_folder, bank)


@pytest.fixture(scope="session")
def built(order, store, tmp_path_factory):
    """Return what was built for three, in a folder that nobody changes."""
    return build_exam(order, store, tmp_path_factory.mktemp("built") / "build")
