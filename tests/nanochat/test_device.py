"""Which device is chosen on which machine."""

import pytest
import torch

from nanochat.device import autodetect_device


@pytest.mark.parametrize(
    ("cuda", "mps", "expected"),
    [
        pytest.param(True, True, "cuda", id="cuda-first"),
        pytest.param(False, True, "mps", id="then-mps"),
        pytest.param(False, False, "cpu", id="else-cpu"),
    ],
)
def test_best_device_of_the_machine_is_chosen(monkeypatch, cuda, mps, expected):
    """A GPU of NVIDIA's before one of Apple's before the processor."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert autodetect_device() == torch.device(expected)
