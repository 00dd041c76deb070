"""Which device to compute on."""

import torch


def autodetect_device():
    """The best device of this machine, as a torch.device: cuda, else mps, else cpu."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")
