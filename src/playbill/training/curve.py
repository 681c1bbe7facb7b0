"""The curve of a training, kept three ways: a line of JSON a point, TensorBoard, a picture."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

from playbill.core.atomic import atomic_path
from playbill.errors import OutputError, TrainingError
from playbill.plots.curves import curves_png

LINES, PICTURE, BOARD = "curve.jsonl", "curves.png", "tensorboard"


class CurveWriter:
    """Adds points to the curve in a folder; what came after `step` is forgotten first."""

    def __init__(self, folder: Path, *, step: int) -> None:
        """Go on after `step` steps.

        Raises:
            TrainingError: what is there cannot be read.
            OutputError: the folder cannot be written.
        """
        self.folder = folder
        self.points = [point for point in read_curve(folder) if point["step"] <= step]
        with atomic_path(folder / LINES) as part:
            part.write_text("".join(map(_line, self.points)), "utf-8")
        with _writing(folder):
            self._board = SummaryWriter(folder / BOARD, purge_step=step + 1 if step else None)

    def add(self, step: int, values: Mapping[str, float]) -> None:
        """Note `values` as they are after `step` steps; what was noted last is not noted twice.

        Raises:
            OutputError: the disk is full, say.
        """
        point = {"step": step, **values}
        if self.points[-1:] == [point]:
            return
        self.points.append(point)
        with _writing(self.folder):
            with (self.folder / LINES).open("a", encoding="utf-8") as file:
                file.write(_line(point))
            for name, value in values.items():
                self._board.add_scalar(name, value, step)

    def draw(self, title: str) -> None:
        """Bring the picture and TensorBoard's file up to date.

        Raises:
            OutputError: they cannot be written.
        """
        with _writing(self.folder):
            self._board.flush()
        curves: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for point in self.points:
            for name, value in point.items():
                if name != "step":
                    curves[name].append((int(point["step"]), value))
        if curves:
            with atomic_path(self.folder / PICTURE) as part:
                part.write_bytes(curves_png(curves, title=title))

    def close(self) -> None:
        """Let go of TensorBoard's file.

        Raises:
            OutputError: what is left of it cannot be written.
        """
        with _writing(self.folder):
            self._board.close()


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """The operating system's refusals, from here or from TensorBoard's thread, in our words."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(
            f"{folder}: the curve cannot be written: {reason}; the last checkpoint is kept"
        ) from error


def read_curve(folder: Path) -> list[dict[str, float]]:
    """The points written so far, by step; empty before the first.

    Raises:
        TrainingError: it cannot be read, or a line is not what `CurveWriter` writes.
    """
    path = folder / LINES
    if not path.exists():
        return []
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(f"{path}: the curve cannot be read: {error}") from error
    try:
        return [_point(line) for line in lines[:-1]] + _last(lines[-1:])
    except (ValueError, KeyError, TypeError) as error:
        raise TrainingError(f"{path}: this is not the curve of a training: {error}") from error


def _last(lines: list[str]) -> list[dict[str, float]]:
    """A kill may have cut the last line off; the checkpoint is older than it."""
    try:
        return [_point(line) for line in lines]
    except (ValueError, KeyError, TypeError):
        return []


def _point(line: str) -> dict[str, float]:
    return {"step": int(json.loads(line)["step"]), **json.loads(line)}


def _line(point: Mapping[str, float]) -> str:
    return json.dumps(point) + "\n"
