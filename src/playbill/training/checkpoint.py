"""Where a training stands, on the disk: weights, optimiser, step. Nothing in it is pickled code."""

import pickle
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import torch

from playbill.core.atomic import atomic_path
from playbill.errors import OutputError, TrainingError

FORMAT = "playbill-checkpoint/1"
FILE = "checkpoint.pt"

State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a training needs to go on as if it had never stopped."""

    network: str
    """What is trained, so that weights are not put into another network."""
    step: int
    """Steps that are done."""
    module: State
    optimisers: list[State]
    average: State | None
    """Of the moving average; None: there is none."""
    losses: list[dict[str, float]] = field(default_factory=list)
    """Of the steps since the last point of the curve, which the next one is the mean of."""


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write it whole; when that fails, the one that was there is untouched.

    Raises:
        OutputError: the disk is full, or the folder cannot be written.
    """
    content = {"format": FORMAT} | {
        entry.name: getattr(checkpoint, entry.name) for entry in fields(checkpoint)
    }
    with atomic_path(path) as part:
        try:
            torch.save(content, part)
        except RuntimeError as error:  # what torch makes of a full disk
            raise OutputError(
                f"{path}: the checkpoint cannot be written, the last one is kept: "
                f"{str(error).splitlines()[0]}"
            ) from error


def read_checkpoint(path: Path, *, network: str) -> Checkpoint:
    """Read what `write_checkpoint` wrote for `network`.

    Raises:
        TrainingError: it cannot be read, is no checkpoint, or is one of another network.
    """
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, ValueError, EOFError, pickle.UnpicklingError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise TrainingError(f"{path}: the checkpoint cannot be read: {reason}") from error
    if not isinstance(content, dict) or content.pop("format", None) != FORMAT:
        raise TrainingError(f"{path}: this is no checkpoint of Playbill")
    try:
        found = Checkpoint(**content)
    except TypeError as error:
        raise TrainingError(f"{path}: this is a checkpoint of another version: {error}") from error
    if found.network != network:
        raise TrainingError(
            f"{path}: the checkpoint is of {found.network}, expected one of {network}"
        )
    return found
