"""What a run tells about itself."""

import sys

import pytest
import torch

from nanochat import run_log
from nanochat.run_log import (
    LOG_FILE,
    Pace,
    RunLog,
    Speed,
    draw_losses,
    duration,
    peak_flops,
    progress_line,
    read_log,
)

CPU = torch.device("cpu")


class Clock:
    """A clock that moves when it is told to."""

    now = 100.0

    def perf_counter(self):
        """The time that it shows."""
        return self.now


@pytest.fixture
def clock(monkeypatch):
    """The clock of nanochat.run_log."""
    clock = Clock()
    monkeypatch.setattr(run_log, "time", clock)
    return clock


def pace(num_steps=100, steps_done=0, flops_per_token=6):
    """A Pace of 50 tokens a step."""
    shape = {"batch_tokens": 50, "flops_per_token": flops_per_token, "device": CPU}
    return Pace(num_steps, steps_done, **shape)


def test_records_come_back_in_order(tmp_path):
    """With the steps done and whatever was measured."""
    log = RunLog(tmp_path / "run")
    log.write(1, loss=2.5)
    log.write(1, val_bpb=None)
    expected = [{"step": 1, "loss": 2.5}, {"step": 1, "val_bpb": None}]
    assert read_log(tmp_path / "run" / LOG_FILE) == expected


def test_resumed_log_equals_that_of_an_uninterrupted_run(tmp_path):
    """Steps that were logged after the checkpoint happen, and are logged, once more."""
    log = RunLog(tmp_path)
    for step in range(1, 6):
        log.write(step, loss=float(step))
    with (tmp_path / LOG_FILE).open("a") as file:
        file.write('{"step": 6, "lo')
    log = RunLog(tmp_path, steps_done=3)
    for step in range(4, 7):
        log.write(step, loss=float(step))
    assert [record["step"] for record in read_log(tmp_path / LOG_FILE)] == [1, 2, 3, 4, 5, 6]


def test_only_the_main_rank_writes_the_log(tmp_path, monkeypatch):
    """Others have the same to say."""
    monkeypatch.setattr(run_log, "is_main", lambda: False)
    RunLog(tmp_path).write(1, loss=1.0)
    assert not (tmp_path / LOG_FILE).exists()


def test_speed_counts_all_tokens_of_the_steps_since_last_time(clock):
    """10 steps of 50 tokens in 5 seconds, then 4 in 10."""
    measured = pace()
    clock.now += 5
    assert measured.measure(10).tokens_per_second == pytest.approx(100)
    clock.now += 10
    assert measured.measure(14).tokens_per_second == pytest.approx(20)


def test_time_left_follows_the_mean_over_this_process(clock):
    """A run resumed at step 20 needs 8 seconds for 4 steps, so 152 for the other 76."""
    measured = pace(steps_done=20)
    clock.now += 6
    measured.measure(21)
    clock.now += 2
    assert measured.measure(24).seconds_left == pytest.approx(152)


def test_pauses_do_not_count(clock):
    """Evaluating for an hour does not make training slower."""
    measured = pace()
    clock.now += 2
    with measured.paused():
        clock.now += 3600
    clock.now += 3
    speed = measured.measure(10)
    assert (speed.tokens_per_second, speed.seconds_left) == pytest.approx((100, 45))


@pytest.mark.parametrize("ranks", [1, 4], ids="{} ranks".format)
def test_utilization_is_work_done_over_work_possible(clock, monkeypatch, ranks):
    """100 tokens a second of 6 operations each, where every GPU could do 1200."""
    monkeypatch.setattr(run_log, "peak_flops", lambda _: 1200)
    monkeypatch.setattr(run_log, "world_size", lambda: ranks)
    measured = pace()
    clock.now += 5
    assert measured.measure(10).utilization == pytest.approx(0.5 / ranks)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("NVIDIA H100 80GB HBM3", 989e12, id="h100"),
        pytest.param("NVIDIA H100 PCIe", 756e12, id="h100 on pcie"),
        pytest.param("NVIDIA A100-SXM4-80GB", 312e12, id="a100"),
        pytest.param("NVIDIA GeForce GTX 1080", None, id="unknown"),
    ],
)
def test_peak_of_a_gpu_is_found_by_its_name(monkeypatch, name, expected):
    """As its data sheet has it for dense bfloat16."""
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: name)
    assert peak_flops(torch.device("cuda")) == expected


def test_processors_have_no_known_peak():
    """So there is no utilization to tell."""
    assert peak_flops(CPU) is None


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.4, "0 s"),
        (59.6, "1 min 0 s"),
        (75, "1 min 15 s"),
        (3600, "1 h 0 min"),
        (7290, "2 h 1 min"),
    ],
    ids=str,
)
def test_durations_are_told_in_two_units(seconds, expected):
    """Rounded before they are divided."""
    assert duration(seconds) == expected


def test_progress_line_tells_all_that_is_known():
    """Utilization only where there is one."""
    line = {"loss": 2.34567, "multiplier": 0.5}
    speed = Speed(tokens_per_second=12345.6, utilization=0.412, seconds_left=75)
    expected = (
        "step   7/200 | loss 2.3457 | lr x0.50 | 12,346 tokens/s | 41.2% of peak | 1 min 15 s left"
    )
    assert progress_line(7, 200, **line, speed=speed) == expected
    speed = Speed(tokens_per_second=9.0, utilization=None, seconds_left=75)
    assert "of peak" not in progress_line(7, 200, **line, speed=speed)


def test_picture_of_the_log_is_drawn(tmp_path):
    """A PNG beside the log."""
    pytest.importorskip("matplotlib", reason="the extra 'plot' is not installed")
    log = RunLog(tmp_path)
    log.write(1, loss=3.0)
    log.write(2, loss=2.0)
    log.write(2, val_bpb=1.5)
    assert draw_losses(tmp_path, "a run").read_bytes().startswith(b"\x89PNG")


def test_missing_matplotlib_is_told_and_costs_nothing_else(tmp_path, monkeypatch, capsys):
    """A run of hours does not fail over its picture."""
    RunLog(tmp_path).write(1, loss=3.0)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert draw_losses(tmp_path, "a run") is None
    assert "matplotlib is not installed" in capsys.readouterr().err
