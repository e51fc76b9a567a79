"""Checkpoints: everything a run needs to go on as if it had never stopped, written so that a cut-off never leaves half a file."""
import os
import random

import numpy as np
import torch


def write(path, **content):
    """Writes to a temporary name first; the rename is atomic."""
    temporary = path.with_suffix(".writing")
    with open(temporary, "wb") as file:
        torch.save(content, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def read(path, device="cpu"):
    """The content of a checkpoint that this project wrote, or None where there is none."""
    return torch.load(path, map_location=device, weights_only=False) if path.exists() else None


def random_state():
    """State of every generator that is not made from counters."""
    state = {"torch": torch.get_rng_state(), "numpy": np.random.get_state(), "python": random.getstate()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state_all()
    return state


def restore_random_state(state):
    torch.set_rng_state(state["torch"].cpu())
    np.random.set_state(state["numpy"])
    random.setstate(state["python"])
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state_all([s.cpu() for s in state["cuda"]])
