"""How a data set is to be read, and what all readers do alike."""

from dataclasses import dataclass
from pathlib import Path

from playbill.datasets.problems import OnProblem, Problem, ProblemKind, refuse
from playbill.errors import DatasetError


@dataclass(frozen=True, slots=True)
class Reading:
    """The wishes of whoever opens a data set; see `opening.open_objects`."""

    pictures: Path | None = None
    labels: tuple[str, ...] | None = None
    outlines: bool = True
    on_problem: OnProblem = refuse

    def report(self, kind: ProblemKind, where: str | Path, sentence: str) -> None:
        """Tell of a problem; where it is not the end of it, this returns."""
        self.on_problem(Problem(kind, str(where), sentence))


def unreadable(path: Path, error: OSError) -> DatasetError:
    """The refusal of a file or folder that the operating system does not give."""
    return DatasetError(f"{path}: cannot be read: {(error.strerror or str(error)).lower()}")


def read_text(path: Path) -> str:
    """The text of a small file, UTF-8 with or without a byte order mark.

    Raises:
        DatasetError: it cannot be read, or is no UTF-8.
    """
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise unreadable(path, error) from error
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"{path}: byte {error.start} is {error.object[error.start]:#04x}, expected UTF-8 text"
        ) from error


def read_classes(path: Path) -> tuple[str, ...]:
    """The classes in a list, one a line, in its order.

    Raises:
        DatasetError: it cannot be read, is empty, or has a class twice.
    """
    labels = tuple(line.strip() for line in read_text(path).split("\n") if line.strip())
    twice = {label for label in labels if labels.count(label) > 1}
    if twice or not labels:
        found = f"{min(twice)} more than once" if twice else "none"
        raise DatasetError(f"{path}: expected a class a line, each once; found {found}")
    return labels


def first_few(names: list[str], limit: int = 3) -> str:
    """The first names of a list for a message: `a, b, c, ...`."""
    return ", ".join(names[:limit]) + (", ..." if len(names) > limit else "")
