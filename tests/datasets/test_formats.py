"""What holds for every format: the same tests for all four readers and writers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbill.datasets.objects import ObjectDataset, PictureDetails, PictureObjects
from playbill.datasets.opening import READERS, WRITERS, guess_format, open_objects, write_objects
from playbill.datasets.outlines import Polygons
from playbill.datasets.problems import ProblemList
from playbill.errors import DatasetError, OutputError
from tests.support.object_sets import LABELS, SIZE, HeldSet, draw, flags, labelled

SUFFIXES = {"coco": ".json", "voc": "", "yolo": "", "cvat": ".xml"}
FOLDERS = {"voc", "yolo"}
FLAGS = {
    "coco": ("crowd",),
    "voc": ("difficult", "truncated", "occluded"),
    "yolo": (),
    "cvat": ("occluded",),
}


def target_of(folder: Path, format_: str) -> Path:
    return folder / f"written{SUFFIXES[format_]}"


def round_trip(dataset: ObjectDataset, folder: Path, format_: str) -> ObjectDataset:
    """Write and read again; the pictures lie in `folder/pictures`."""
    target = target_of(folder, format_)
    write_objects(dataset, target, format=format_)
    pictures = None if format_ in FOLDERS else folder / "pictures"
    return open_objects(target, pictures=pictures)


def by_name(dataset: ObjectDataset) -> dict[str, PictureObjects]:
    return {picture.name: picture for picture in dataset}


@contextmanager
def new_folder() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield Path(folder)


quarters = st.integers(0, SIZE[1] * 4).map(lambda n: n / 4)


@st.composite
def grid_boxes(draw_: st.DrawFn) -> tuple[float, float, float, float]:
    """Boxes with area on a grid of quarters of a pixel, so that ties and edges happen."""
    left, right = sorted(draw_(st.lists(quarters, min_size=2, max_size=2, unique=True)))
    top, bottom = sorted(draw_(st.lists(quarters, min_size=2, max_size=2, unique=True)))
    return left, top, right, bottom


@pytest.mark.parametrize("format_", sorted(READERS))
class TestEveryFormat:
    @settings(max_examples=25, deadline=None)
    @given(rows=st.lists(st.tuples(grid_boxes(), st.integers(0, 2), st.booleans()), max_size=4))
    def test_boxes_classes_and_flags_come_back(
        self, format_: str, rows: list[tuple[tuple[float, ...], int, bool]]
    ) -> None:
        with new_folder() as folder:
            path = draw(folder / "pictures" / "a.png")
            held: dict[str, Any] = {}
            for flag in FLAGS[format_]:
                held[flag] = flags(*(row[2] for row in rows))
            given_ = labelled(path, [r[0] for r in rows], [r[1] for r in rows], **held)

            (found,) = round_trip(HeldSet((given_,)), folder, format_)

        np.testing.assert_array_equal(found.boxes_xyxy, given_.boxes_xyxy)
        np.testing.assert_array_equal(found.class_ids, given_.class_ids)
        for flag in ("crowd", "difficult", "truncated", "occluded"):
            np.testing.assert_array_equal(getattr(found, flag), getattr(given_, flag))

    def test_pictures_labels_and_sizes_come_back(self, format_: str, tmp_path: Path) -> None:
        wide = draw(tmp_path / "pictures" / "wide.png", (31, 17))
        deep = draw(tmp_path / "pictures" / "in" / "deep.png")
        dataset = HeldSet(
            (
                labelled(wide, [[0, 0, 31, 17]], size_wh=(31, 17)),
                labelled(deep, [[0.5, 1, 40, 30]], [2], name="in/deep.png"),
            )
        )

        found = round_trip(dataset, tmp_path, format_)

        assert found.labels == LABELS
        assert len(found) == 2
        pictures = by_name(found)
        assert set(pictures) == {"wide.png", "in/deep.png"}
        assert pictures["wide.png"].size_wh == (31, 17)
        assert pictures["in/deep.png"].path.resolve() == deep.resolve()
        assert pictures["in/deep.png"].boxes_xyxy.tolist() == [[0.5, 1, 40, 30]]

    def test_a_picture_without_objects_stays(self, format_: str, tmp_path: Path) -> None:
        path = draw(tmp_path / "pictures" / "empty.png")
        found = round_trip(HeldSet((labelled(path),)), tmp_path, format_)

        assert [len(picture) for picture in found] == [0]

    def test_it_can_be_iterated_again(self, format_: str, tmp_path: Path) -> None:
        path = draw(tmp_path / "pictures" / "a.png")
        found = round_trip(HeldSet((labelled(path, [[1, 1, 9, 9]]),)), tmp_path, format_)

        assert [p.name for p in found] == [p.name for p in found] == ["a.png"]

    def test_writing_what_was_read_loses_nothing(self, format_: str, tmp_path: Path) -> None:
        path = draw(tmp_path / "pictures" / "a.png")
        first = round_trip(HeldSet((labelled(path, [[1, 1, 9, 9]]),)), tmp_path, format_)

        written = write_objects(first, tmp_path / f"again{SUFFIXES[format_]}", format=format_)

        assert not written.lost
        assert (written.pictures, written.objects) == (1, 1)

    def test_the_format_is_seen(self, format_: str, tmp_path: Path) -> None:
        path = draw(tmp_path / "pictures" / "a.png")
        round_trip(HeldSet((labelled(path),)), tmp_path, format_)

        assert guess_format(target_of(tmp_path, format_)) == format_

    def test_missing_pictures_are_counted_in_one_sentence(
        self, format_: str, tmp_path: Path
    ) -> None:
        paths = [draw(tmp_path / "pictures" / f"{n}.png") for n in range(10)]
        dataset = HeldSet(tuple(labelled(path, [[1, 1, 9, 9]]) for path in paths))
        round_trip(dataset, tmp_path, format_)
        target = target_of(tmp_path, format_)
        for path in paths[:5]:
            path.unlink()
            for link in target.rglob(path.name):
                link.unlink()
        pictures = None if format_ in FOLDERS else tmp_path / "pictures"

        with pytest.raises(
            DatasetError, match=r"5 of 10 picture files are missing \(0.*, \.\.\.\)"
        ):
            open_objects(target, pictures=pictures)
        problems = ProblemList()
        rest = open_objects(target, pictures=pictures, on_problem=problems)

        assert sorted(picture.name for picture in rest) == [f"{n}.png" for n in range(5, 10)]
        assert problems.counts() == {"missing-picture": 1}

    def test_a_picture_that_is_none_is_left_out(self, format_: str, tmp_path: Path) -> None:
        paths = [draw(tmp_path / "pictures" / f"{n}.png") for n in range(2)]
        round_trip(HeldSet(tuple(map(labelled, paths))), tmp_path, format_)
        paths[0].write_text("not a picture")
        pictures = None if format_ in FOLDERS else tmp_path / "pictures"
        problems = ProblemList()

        found = open_objects(target_of(tmp_path, format_), pictures=pictures, on_problem=problems)

        assert [picture.name for picture in found] == ["1.png"]
        assert problems.counts() == {"unreadable-picture": 1}

    def test_a_label_that_is_not_wanted_is_refused(self, format_: str, tmp_path: Path) -> None:
        path = draw(tmp_path / "pictures" / "a.png")
        dataset = HeldSet((labelled(path, [[1, 1, 9, 9], [2, 2, 8, 8]], [0, 2]),))
        round_trip(dataset, tmp_path, format_)
        pictures = None if format_ in FOLDERS else tmp_path / "pictures"
        target, wanted = target_of(tmp_path, format_), ("dog", "hot dog")

        with pytest.raises(DatasetError, match="'cat', expected one of 2 labels"):
            list(open_objects(target, pictures=pictures, labels=wanted))
        problems = ProblemList()
        dataset_ = open_objects(target, pictures=pictures, labels=wanted, on_problem=problems)
        (found,) = dataset_

        assert dataset_.labels == wanted
        assert found.class_ids.tolist() == [1]
        assert problems.counts() == {"unknown-label": 1}

    @pytest.mark.parametrize(
        ("box", "kind", "kept"),
        [
            ([5, 5, 5, 9], "empty-box", 0),
            ([41, 5, 45, 9], "box-outside", 0),
            ([30, 5, 55, 9], "box-outside", 1),
            ([39, 5, 41, 9], None, 1),
        ],
    )
    def test_boxes_that_cannot_be_are_told_of(
        self, format_: str, tmp_path: Path, box: list[float], kind: str | None, kept: int
    ) -> None:
        path = draw(tmp_path / "pictures" / "a.png")
        target = target_of(tmp_path, format_)
        write_objects(HeldSet((labelled(path, [box]),)), target, format=format_)
        problems = ProblemList()
        pictures = None if format_ in FOLDERS else tmp_path / "pictures"

        (found,) = open_objects(target, pictures=pictures, on_problem=problems)

        assert len(found) == kept
        assert problems.counts() == ({kind: 1} if kind else {})

    def test_a_failure_in_the_middle_leaves_nothing(self, format_: str, tmp_path: Path) -> None:
        path = draw(tmp_path / "pictures" / "a.png")

        class Breaking(HeldSet):
            def __iter__(self) -> Iterator[PictureObjects]:
                yield labelled(path, [[1, 1, 9, 9]])
                raise DatasetError("broken")

        with pytest.raises(DatasetError, match="broken"):
            write_objects(
                Breaking((labelled(path),)), target_of(tmp_path, format_), format=format_, copy=True
            )

        assert sorted(p.name for p in tmp_path.iterdir()) == ["pictures"]

    def test_pictures_are_copied_when_asked(self, format_: str, tmp_path: Path) -> None:
        path = draw(tmp_path / "pictures" / "in" / "a.png")
        (tmp_path / "new").mkdir()
        target = target_of(tmp_path / "new", format_)
        dataset = HeldSet((labelled(path, [[1, 1, 9, 9]], name="in/a.png"),))

        write_objects(dataset, target, format=format_, copy=True)
        path.unlink()
        (found,) = open_objects(target)

        assert found.name == "in/a.png"
        assert not found.path.is_symlink()

    def test_an_empty_set_is_refused(self, format_: str, tmp_path: Path) -> None:
        with pytest.raises(DatasetError, match="holds no pictures"):
            write_objects(HeldSet(()), target_of(tmp_path, format_), format=format_)

    def test_a_name_that_leads_out_of_the_folder_is_refused(
        self, format_: str, tmp_path: Path
    ) -> None:
        path = draw(tmp_path / "pictures" / "a.png")
        dataset = HeldSet((labelled(path, name="../../a.png"),))
        target = target_of(tmp_path, format_)

        def write_and_read() -> None:
            write_objects(dataset, target, format=format_)
            open_objects(target, pictures=tmp_path / "pictures")

        with pytest.raises(DatasetError, match="no name below a folder"):
            write_and_read()

    def test_a_class_without_a_name_is_refused(self, format_: str, tmp_path: Path) -> None:
        path = draw(tmp_path / "pictures" / "a.png")
        dataset = HeldSet((labelled(path),), labels=("two\nlines",))

        with pytest.raises(DatasetError, match="in one line"):
            write_objects(dataset, target_of(tmp_path, format_), format=format_)

    def test_names_and_labels_of_any_alphabet_come_back(self, format_: str, tmp_path: Path) -> None:
        path = draw(tmp_path / "pictures" / "Käse & Brot <1>.png")
        labels = ("猫", "a: b", "it's", '"q" & <x>', "# no")
        dataset = HeldSet((labelled(path, [[1, 1, 9, 9]], [3]),), labels=labels)

        found = round_trip(dataset, tmp_path, format_)

        assert found.labels == labels
        assert [picture.name for picture in found] == [path.name]

    def test_what_is_lost_is_counted(self, format_: str, tmp_path: Path) -> None:
        path = draw(tmp_path / "pictures" / "a.png")
        two = flags(1, 1)
        ring = (1.0, 1.0, 5.0, 1.0, 3.0, 6.0)
        dataset = HeldSet(
            (
                labelled(
                    path,
                    [[1, 1, 9, 9], [1, 1, 5, 6]],
                    crowd=two,
                    difficult=two,
                    truncated=two,
                    occluded=two,
                    outlines=(None, Polygons((ring,))),
                    details=PictureDetails(subsets=("train",)),
                ),
            )
        )

        written = write_objects(dataset, target_of(tmp_path, format_), format=format_)

        kept = {
            "coco": {"crowd flags", "outlines"},
            "voc": {"difficult flags", "truncated flags", "occluded flags", "subsets of pictures"},
            "yolo": {"outlines", "subsets of pictures"},
            "cvat": {"occluded flags", "outlines", "subsets of pictures"},
        }[format_]
        everything = {
            "crowd flags": 2,
            "difficult flags": 2,
            "truncated flags": 2,
            "occluded flags": 2,
            "outlines": 1,
            "subsets of pictures": 1,
        }
        assert written.lost == {k: n for k, n in everything.items() if k not in kept}


@pytest.mark.parametrize("format_", sorted(FOLDERS))
class TestFormatsThatAreFolders:
    def test_pictures_are_links(self, format_: str, tmp_path: Path) -> None:
        path = draw(tmp_path / "pictures" / "a.png")
        (found,) = round_trip(HeldSet((labelled(path),)), tmp_path, format_)

        assert found.path.is_symlink()

    def test_a_folder_with_something_in_it_is_not_written_over(
        self, format_: str, tmp_path: Path
    ) -> None:
        path = draw(tmp_path / "pictures" / "a.png")
        with pytest.raises(OutputError, match="something in it"):
            write_objects(HeldSet((labelled(path),)), tmp_path, format=format_)

    def test_of_two_names_that_differ_in_the_suffix_one_is_lost(
        self, format_: str, tmp_path: Path
    ) -> None:
        paths = [draw(tmp_path / "pictures" / name) for name in ("a.png", "a.bmp")]
        dataset = HeldSet(tuple(map(labelled, paths)))

        written = write_objects(dataset, tmp_path / "new", format=format_)

        assert written.pictures == 1
        assert list(written.lost.values()) == [1]

    def test_the_lists_of_a_picture_come_back(self, format_: str, tmp_path: Path) -> None:
        subsets: list[tuple[str, ...]] = [("train", "trainval"), ("val", "trainval"), ()]
        paths = [draw(tmp_path / "pictures" / f"{n}.png") for n in range(3)]
        pictures = (
            labelled(path, details=PictureDetails(subsets=lists))
            for path, lists in zip(paths, subsets, strict=True)
        )

        found = by_name(round_trip(HeldSet(tuple(pictures)), tmp_path, format_))

        assert [set(found[f"{n}.png"].details.subsets) for n in range(3)] == [
            set(lists) for lists in subsets
        ]


def test_unknown_formats_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="expected one of coco, voc, yolo, cvat"):
        open_objects(tmp_path, format="csv")
    with pytest.raises(DatasetError, match="no data set that is known"):
        open_objects(tmp_path)
    with pytest.raises(DatasetError, match="no such file or folder"):
        open_objects(tmp_path / "nothing")


def test_every_reader_has_its_writer() -> None:
    assert READERS.keys() == WRITERS.keys()
