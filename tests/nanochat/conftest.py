"""Base folders for the tests of whole runs, each filled once and copied for every test."""

import pytest
from base_folders import base_dir_at, copy_of
from tiny_chat import fill_base_dir

from nanochat import training_run


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """A base folder with a small corpus, a tokenizer, and a base model that knows nothing."""
    with base_dir_at(tmp_path_factory.mktemp("base")) as folder:
        fill_base_dir()
    return folder


@pytest.fixture
def base_dir(prepared, tmp_path):
    """A copy of the prepared folder for this test alone, as the base folder."""
    with copy_of(prepared, tmp_path) as folder:
        yield folder


@pytest.fixture(autouse=True)
def no_picture(monkeypatch):
    """To draw the losses of a run takes longer than a run of these tests."""
    monkeypatch.setattr(training_run, "draw_losses", lambda *_: None)
