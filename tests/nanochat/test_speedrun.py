"""The speedrun: every stage in its order, once, and a page at the end."""

import json
import sys
from html.parser import HTMLParser

import pytest

from nanochat.scripts import speedrun
from nanochat.scripts.speedrun import Settings


@pytest.fixture
def base_dir(tmp_path, monkeypatch):
    """An empty base folder."""
    monkeypatch.setenv("NANOCHAT_BASE_DIR", str(tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return tmp_path


class Reader(HTMLParser):
    """Collects the text of a page, and whatever would have to be loaded from elsewhere."""

    def __init__(self, page):
        super().__init__()
        self.text, self.loaded, self.pictures = "", [], 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        """Look at what a tag refers to."""
        self.pictures += tag == "svg"
        links = [value for name, value in attrs if name in ("src", "href", "xlink:href")]
        self.loaded += [link for link in links if not link.startswith("#")]

    def handle_data(self, data):
        """Read on."""
        self.text += data


@pytest.mark.slow
def test_speedrun_goes_from_nothing_to_a_page(base_dir):
    """The page has every stage, every score and pictures, and needs nothing else."""
    speedrun.main(Settings(preset="smoke", characters=50_000))
    page = Reader((base_dir / "speedrun.html").read_text(encoding="utf-8"))
    for word in ("two-digit sums", "bits per byte", "chat_rl", "What is 47 plus 35?"):
        assert word in page.text
    assert page.pictures == 2
    assert page.loaded == []


@pytest.fixture
def stages_run(monkeypatch):
    """The stages that are run, by name; none of them does anything."""
    names = []

    def note(stage, _):
        names.append(stage)
        return {"wall_seconds": 1.0, "cpu_seconds": 2.0}

    monkeypatch.setattr(speedrun, "run_stage", note)
    monkeypatch.setattr(speedrun, "write_results_page", lambda path, *_: path)
    return names


ALL = ["text", "tok_train", "base_train", "mid_train", "chat_sft", "chat_rl", "chat_eval", "chat"]


@pytest.mark.usefixtures("base_dir")
def test_stages_run_in_order_and_once(stages_run):
    """A second run finds everything done."""
    for _ in range(2):
        speedrun.main(Settings())
    assert stages_run == ALL


def test_a_killed_run_goes_on_with_the_stage_it_was_in(base_dir, stages_run):
    """What is recorded is not done again."""
    speedrun.main(Settings())
    record = json.loads((base_dir / "speedrun.json").read_text())
    del record["stages"]["chat_rl"], record["stages"]["chat_eval"], record["stages"]["chat"]
    (base_dir / "speedrun.json").write_text(json.dumps(record))
    speedrun.main(Settings())
    assert stages_run[len(ALL) :] == ["chat_rl", "chat_eval", "chat"]


@pytest.mark.usefixtures("base_dir", "stages_run")
def test_another_preset_needs_another_folder():
    """Stages of two presets do not fit together."""
    speedrun.main(Settings())
    with pytest.raises(ValueError, match="holds a run of preset 'cpu', and not of 'd12'"):
        speedrun.main(Settings(preset="d12"))


def test_training_goes_on_from_its_checkpoint(base_dir, capfd):
    """And a stage that fails ends the run, with the next step."""
    checkpoint = base_dir / "checkpoints" / "base" / "step_000002"
    checkpoint.mkdir(parents=True)
    (checkpoint / "meta.json").write_text("{}")
    with pytest.raises(OSError, match=r"stage 'base_train' ended with exit code 7\. When"):
        speedrun.run_stage("base_train", [sys.executable, "-c", "import sys; sys.exit(7)"])
    assert "--resume" in capfd.readouterr().out


def test_ranks_train_under_torchrun_and_talk_alone():
    """The same scripts, public text instead of our own."""
    commands = speedrun.commands_of(Settings(preset="d20", ranks=8, public_shards=3))
    assert commands["text"][1:] == ["-m", "nanochat.scripts.download", "--shards", "3"]
    launcher = ["-m", "torch.distributed.run", "--nproc-per-node", "8", "-m"]
    assert commands["chat_sft"][1:6] == launcher
    assert commands["chat_sft"][6:] == ["nanochat.scripts.chat_sft", "--preset", "d20"]
    assert commands["tok_train"][1:] == ["-m", "nanochat.scripts.tok_train", "--preset", "d20"]
