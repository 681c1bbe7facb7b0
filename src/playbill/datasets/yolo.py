"""YOLO text files: pictures, a file of lines for each, names by number; lines as in `yolo_rows`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playbill.datasets.checking import Row, Sheet, checked
from playbill.datasets.objects import About, PictureDetails, PictureObjects
from playbill.datasets.reading import Reading, read_text
from playbill.datasets.yolo_layout import YoloEntry, find_layout
from playbill.datasets.yolo_rows import read_row
from playbill.errors import DatasetError, MediaError
from playbill.media.images import picture_size_wh


@dataclass(frozen=True, slots=True, eq=False)
class YoloDataset:
    """A YOLO folder; a file of labels is read when its picture's turn comes."""

    name: str
    labels: tuple[str, ...]
    about: About
    names: tuple[str, ...]
    """The classes by the numbers in the files."""
    entries: tuple[YoloEntry, ...]
    reading: Reading

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[PictureObjects]:
        for entry in self.entries:
            try:
                size_wh = picture_size_wh(entry.path)
            except MediaError as error:
                self.reading.report("unreadable-picture", entry.labels_path, str(error))
                continue
            details = PictureDetails(subsets=entry.subsets)
            sheet = Sheet(entry.path, entry.name, None, str(entry.labels_path), details)
            picture = checked(sheet, self._rows(entry.labels_path, size_wh), self.reading)
            if picture is not None:
                yield picture

    def _rows(self, path: Path, size_wh: tuple[int, int]) -> list[Row]:
        """The objects of one file; none where there is no file."""
        if not path.exists():
            return []
        try:
            lines = read_text(path).splitlines()
        except DatasetError as error:
            sentence = str(error).removeprefix(f"{path}: ")
            self.reading.report("unreadable-labels", path, sentence)
            return []
        rows: list[Row] = []
        for number, line in enumerate(lines, start=1):
            if line.strip():
                self._take(line, size_wh, f"{path}:{number}", rows)
        return rows

    def _take(self, line: str, size_wh: tuple[int, int], where: str, rows: list[Row]) -> None:
        line_name = f"line {where.rpartition(':')[2]}"
        try:
            row = read_row(line, size_wh, line_name, outlines=self.reading.outlines)
        except (ValueError, OverflowError) as error:
            self.reading.report("unreadable-labels", where, str(error))
            return
        name = self.names[row.class_id] if 0 <= row.class_id < len(self.names) else None
        if name is None:
            sentence = f"the class is {row.class_id}, expected 0 to {len(self.names) - 1}"
            self.reading.report("unknown-label", where, sentence)
        elif name not in self.labels:
            sentence = f"the class is {name!r}, expected one of {len(self.labels)} labels"
            self.reading.report("unknown-label", where, sentence)
        else:
            rows.append(row.of_class(self.labels.index(name)))


def open_yolo(path: Path, reading: Reading) -> YoloDataset:
    """Read a YOLO folder or its `data.yaml`.

    Names come from `data.yaml`, `classes.txt` or `obj.names`; where there is none, `reading.labels`
    are the names. A picture without a file of labels has no objects.

    Raises:
        DatasetError: it is no YOLO data set, or `reading.on_problem` says so.
    """
    layout = find_layout(path, reading)
    names = layout.names or reading.labels or ()
    if not names:
        expected = "expected names in data.yaml or classes.txt"
        raise DatasetError(f"{path}: says nothing about the names of classes, {expected}")
    if len(set(names)) < len(names):
        raise DatasetError(f"{path}: has the same name for two classes, expected each name once")
    if not layout.entries:
        reading.report("no-pictures", path, "holds no pictures, expected them in images/")
    labels = reading.labels or names
    name = (path.parent if path.is_file() else path).resolve().name
    return YoloDataset(name, labels, About(), names, layout.entries, reading)
