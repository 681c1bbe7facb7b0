"""What a batch reads, and where its results go."""

from pathlib import Path

import pytest

from playbill.cli.targets import find_jobs, target_of
from playbill.errors import OutputError


def targets(wanted: Path | None, *sources: Path) -> list[Path | None]:
    jobs, _ = find_jobs(sources)
    return [target_of(wanted, job, jobs, ".json") for job in jobs]


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.mp4").touch()
    (tmp_path / "in" / "deep" / "a.jpg").touch()
    return tmp_path / "in"


def test_nothing_wished_for_is_nothing_written(footage: Path) -> None:
    assert targets(None, footage) == [None, None]


def test_one_medium_goes_to_the_file_that_was_named(footage: Path, tmp_path: Path) -> None:
    assert targets(tmp_path / "r.json", footage / "a.mp4") == [tmp_path / "r.json"]


def test_one_medium_goes_into_a_folder_that_is_there(footage: Path, tmp_path: Path) -> None:
    assert targets(tmp_path, footage / "a.mp4") == [tmp_path / "a.mp4.json"]


def test_a_folder_gives_a_folder_even_with_one_medium_in_it(footage: Path, tmp_path: Path) -> None:
    assert targets(tmp_path / "out", footage / "deep") == [tmp_path / "out" / "a.jpg.json"]


def test_several_keep_their_places_below_the_folder(footage: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    assert targets(out, footage) == [out / "a.mp4.json", out / "deep" / "a.jpg.json"]
    assert (out / "deep").is_dir()


def test_a_folder_that_cannot_be_made_is_said(footage: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").touch()

    with pytest.raises(OutputError, match="expected a folder for the results"):
        targets(tmp_path / "taken", footage)


def test_what_is_missing_or_empty_is_said_and_the_rest_goes_on(
    footage: Path, tmp_path: Path
) -> None:
    (tmp_path / "nothing").mkdir()

    jobs, refused = find_jobs([tmp_path / "gone", tmp_path / "nothing", footage / "a.mp4"])

    assert [job.place for job in jobs] == [Path("a.mp4")]
    assert [str(error) for error in refused] == [
        f"{tmp_path / 'gone'}: there is no such file or folder",
        f"{tmp_path / 'nothing'}: expected pictures or videos, found none",
    ]
