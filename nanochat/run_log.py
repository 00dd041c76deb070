"""What a run tells: a log that programs read, a line that people read, and a picture at the end.

The log is a file of JSON objects, one to a line, each with the number of steps done and what was
measured then. A run that is resumed goes on in the same log.
"""

import json
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch

from nanochat.base_dir import write_atomically
from nanochat.distributed import is_main, world_size

LOG_FILE = "log.jsonl"
PICTURE_FILE = "loss.png"

# Dense bfloat16 operations per second, from the data sheets of the makers.
PEAK_FLOPS = {
    "B200": 2250e12,
    "H200": 989e12,
    "H100 PCIe": 756e12,
    "H100": 989e12,
    "A100": 312e12,
    "L40S": 362e12,
    "RTX 4090": 165e12,
    "RTX 3090": 71e12,
}


class RunLog:
    """The log of a run, which its main process writes and the others leave alone.

    Args:
        run_dir: the folder of the run.
        steps_done: where the run stands. What an interrupted run logged after that is dropped,
            since it is going to happen again.
    """

    def __init__(self, run_dir: Path, steps_done: int = 0):
        self.path = run_dir / LOG_FILE
        if not is_main():
            return
        kept = [record for record in read_log(self.path) if record["step"] <= steps_done]
        lines = [json.dumps(record) + "\n" for record in kept]
        write_atomically(self.path, "".join(lines).encode())

    def write(self, step: int, **values):
        """Add a record: steps done, and what was measured."""
        if not is_main():
            return
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": step, **values}) + "\n")


def read_log(path: Path):
    """The records of a log, as a list of dicts; empty if there is no log yet.

    A last line that a killed run left half-written does not count.
    """
    if not path.exists():
        return []
    *lines, _ = path.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines]


# -----------------------------------------------------------------------------
# How fast it goes

@dataclass(frozen=True)
class Speed:
    """How fast a run is."""

    tokens_per_second: float
    utilization: float | None       # part of the peak operations of the GPUs, if that is known
    seconds_left: float


class Pace:
    """Measures the Speed of a run, leaving out whatever is not training.

    Args:
        num_steps: length of the run.
        steps_done: where it starts.
        batch_tokens: tokens of a step, over all micro-batches and ranks.
        flops_per_token: operations that a trained token takes.
        device: of this rank.
    """

    def __init__(self, num_steps: int, steps_done: int, *, batch_tokens, flops_per_token, device):
        self.num_steps = num_steps
        self.batch_tokens = batch_tokens
        self.flops_per_token = flops_per_token
        self.peak_flops = peak_flops(device)
        self.first_step = self.last_step = steps_done
        self.first_time = self.last_time = time.perf_counter()

    def measure(self, steps_done: int):
        """The Speed since it was last asked for."""
        now = time.perf_counter()
        tokens = (steps_done - self.last_step) * self.batch_tokens
        tokens_per_second = tokens / (now - self.last_time)
        self.last_step, self.last_time = steps_done, now

        seconds_per_step = (now - self.first_time) / (steps_done - self.first_step)
        return Speed(
            tokens_per_second=tokens_per_second,
            utilization=self._utilization(tokens_per_second),
            seconds_left=(self.num_steps - steps_done) * seconds_per_step,
        )

    @contextmanager
    def paused(self):
        """A block whose time does not count."""
        start = time.perf_counter()
        yield
        pause = time.perf_counter() - start
        self.first_time += pause
        self.last_time += pause

    def _utilization(self, tokens_per_second: float):
        """Operations done over operations possible, on all ranks together (MFU, as in PaLM)."""
        if self.peak_flops is None:
            return None
        return self.flops_per_token * tokens_per_second / (self.peak_flops * world_size())


def peak_flops(device):
    """The peak operations per second of a GPU; None for other devices and unknown GPUs."""
    if device.type != "cuda":
        return None
    name = torch.cuda.get_device_name(device)
    return next((peak for model, peak in PEAK_FLOPS.items() if model in name), None)


def progress_line(step: int, num_steps: int, *, loss: float, multiplier: float, speed: Speed):
    """One line on where a run stands."""
    parts = [
        f"step {step:>{len(str(num_steps))}}/{num_steps}",
        f"loss {loss:.4f}",
        f"lr x{multiplier:.2f}",
        f"{speed.tokens_per_second:,.0f} tokens/s",
    ]
    if speed.utilization is not None:
        parts.append(f"{speed.utilization:.1%} of peak")
    parts.append(f"{duration(speed.seconds_left)} left")
    return " | ".join(parts)


def duration(seconds: float):
    """A time span as people say it, in its two largest units."""
    seconds = round(seconds)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"


# -----------------------------------------------------------------------------
# The picture

def draw_losses(run_dir: Path, title: str):
    """Draws the log of a run. Returns the Path of the picture; None without matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        print("No picture of the loss: matplotlib is not installed. "
              "Get it with 'pip install matplotlib'.", file=sys.stderr)
        return None

    records = read_log(run_dir / LOG_FILE)
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    for name, style in (("loss", {"alpha": 0.8}), ("val_loss", {"marker": "o"}),
                        ("val_bpb", {"marker": "o"})):
        points = [(record["step"], record[name]) for record in records if name in record]
        if points:
            axes.plot(*zip(*points, strict=True), label=LABELS[name], **style)
    axes.set(title=title, xlabel="steps", ylim=(0, None))
    axes.legend()

    path = run_dir / PICTURE_FILE
    figure.savefig(path, dpi=120)
    return path


LABELS = {
    "loss": "training loss, nats per token",
    "val_loss": "validation loss, nats per token",
    "val_bpb": "validation, bits per byte",
}
