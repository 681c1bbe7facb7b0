"""Faces noted as they come, and read again after a kill."""

from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from playbill.evaluation.faces.looks import FaceLook
from playbill.training.recogniser.described_file import (
    FILE,
    DescribedFace,
    adding,
    read_described,
)
from tests.support.people import digest, pictures

NOTHING: MappingProxyType[str, DescribedFace] = MappingProxyType({})


def faces(count: int) -> dict[str, DescribedFace]:
    vectors, _ = pictures(1, count)
    return {
        digest(str(number)): DescribedFace(
            FaceLook((-1.5, 2.25, 30.0, 41.125), 99.5 + number, grey=number % 2 == 0), vector
        )
        for number, vector in enumerate(vectors)
    }


def same(a: DescribedFace, b: DescribedFace) -> bool:
    return a.look == b.look and np.array_equal(a.vector, b.vector)


def note(folder: Path, some: dict[str, DescribedFace]) -> None:
    with adding(folder, read_described(folder)) as write:
        for key, face in some.items():
            write(key, face)


def test_what_was_noted_is_read_to_the_bit(tmp_path: Path) -> None:
    wanted = faces(5)
    note(tmp_path, wanted)
    found = read_described(tmp_path)

    assert list(found) == list(wanted)
    assert all(same(found[key], wanted[key]) for key in wanted)


def test_nothing_is_there_before_the_first(tmp_path: Path) -> None:
    assert dict(read_described(tmp_path)) == {}


@pytest.mark.parametrize("lost", [1, 2, 40, 200])
def test_a_line_that_a_kill_cut_off_is_left_out_and_the_next_begins_anew(
    tmp_path: Path, lost: int
) -> None:
    wanted = faces(4)
    note(tmp_path, wanted)
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole[: len(whole) - lost])
    after = read_described(tmp_path)
    last = list(wanted)[-1]
    note(tmp_path, {last: wanted[last]})

    assert list(after)[:3] == list(wanted)[:3]
    assert same(read_described(tmp_path)[last], wanted[last])
    assert len(read_described(tmp_path)) == 4


def test_each_face_is_in_the_file_at_once(tmp_path: Path) -> None:
    with adding(tmp_path, NOTHING) as write:
        for number, (key, face) in enumerate(faces(3).items(), 1):
            write(key, face)
            assert len(read_described(tmp_path)) == number


@pytest.mark.parametrize(
    "line", ["", "no json", "[]", '{"picture": "ab"}', '{"vector": 7}', "\ufffd"]
)
def test_lines_that_are_no_faces_are_left_out(tmp_path: Path, line: str) -> None:
    note(tmp_path, faces(2))
    with (tmp_path / FILE).open("a", encoding="utf-8") as file:
        file.write(line + "\n")

    assert len(read_described(tmp_path)) == 2
