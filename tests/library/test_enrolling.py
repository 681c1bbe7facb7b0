"""People of the archive are learned from pictures, each once, and what is no use is said."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from sqlalchemy import select

from playbill.archive.archive import Archive
from playbill.archive.audit import first_broken
from playbill.archive.forgetting import erase_blobs, forget
from playbill.archive.people import create_person
from playbill.archive.tables import people, portraits
from playbill.datasets.people import PersonPicture, find_people
from playbill.errors import Conflict, NotInArchive
from playbill.library.enrolling import enrol_people, enrol_pictures
from playbill.pipeline.opening import Describer, open_describer
from playbill.pipeline.settings import AnalysisSettings

pytestmark = pytest.mark.models
WHO = "user:test"


@pytest.fixture(scope="module")
def describer() -> Describer:
    return open_describer(AnalysisSettings(precision="float32"))


@pytest.fixture
def pictures(data_folder: Path, tmp_path: Path) -> Path:
    """Two pictures of one person, one of another, and one of nobody."""
    folder = tmp_path / "portraits"
    for name, count in (("Tony_Blair", 2), ("Serena_Williams", 1)):
        (folder / name).mkdir(parents=True)
        found = sorted((data_folder / "lfw").rglob(f"{name}_*.jpg"))[:count]
        for path in found:
            (folder / name / path.name).write_bytes(path.read_bytes())
    cv2.imwrite(str(folder / "Nobody.png"), np.full((200, 200, 3), 127, np.uint8))
    return folder


def shown(archive: Archive) -> dict[str, int]:
    """Name -> how many pictures were learned."""
    rows = select(people.c.name, portraits.c.id).outerjoin(
        portraits, portraits.c.person_id == people.c.id
    )
    counts: dict[str, int] = {}
    for name, picture in archive.database.read(lambda tx: tx.execute(rows).all()):
        counts[name] = counts.get(name, 0) + (picture is not None)
    return counts


def test_a_folder_per_person_makes_the_people_and_keeps_their_faces(
    archive: Archive, describer: Describer, pictures: Path
) -> None:
    taught = enrol_people(archive, describer, find_people(pictures), who=WHO)

    assert (taught.added, taught.known, len(taught.refused)) == (3, 0, 1)
    assert "found no face" in str(taught.refused[0])
    assert shown(archive) == {"Serena Williams": 1, "Tony Blair": 2}
    keys = archive.database.read(lambda tx: tx.scalars(select(portraits.c.crop)).all())
    assert sorted(archive.blobs.keys("portraits")) == sorted(keys)
    assert all(archive.blobs.get(key).startswith(b"\xff\xd8") for key in keys)
    assert archive.database.read(first_broken) is None


def test_the_same_pictures_again_add_nothing(
    archive: Archive, describer: Describer, pictures: Path
) -> None:
    for _ in range(2):
        taught = enrol_people(archive, describer, find_people(pictures), who=WHO)

    assert (taught.added, taught.known) == (0, 3)
    assert len(list(archive.blobs.keys("portraits"))) == 3


def test_a_commit_that_is_done_again_unconfirmed_keeps_its_picture(
    archive: Archive, describer: Describer, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tony = archive.database.write(lambda tx: create_person(tx, WHO, "Tony Blair"))
    once = archive.database.write
    monkeypatch.setattr(archive.database, "write", lambda work: (once(work), once(work))[1])

    found = find_people(pictures / "Tony_Blair", "Tony Blair")
    taught = enrol_pictures(archive, describer, tony, found, who=WHO)

    assert taught.added == 2
    keys = archive.database.read(lambda tx: tx.scalars(select(portraits.c.crop)).all())
    assert sorted(archive.blobs.keys()) == sorted(keys)


def test_two_people_of_one_name_are_for_the_caller_to_tell_apart(
    archive: Archive, describer: Describer, pictures: Path
) -> None:
    def twins(tx):  # type: ignore[no-untyped-def]
        create_person(tx, WHO, "Tony Blair")
        create_person(tx, WHO, "Tony Blair", even_if_named_alike=True)

    archive.database.write(twins)

    taught = enrol_people(archive, describer, find_people(pictures), who=WHO)

    assert any("2 people of the archive have this name" in str(error) for error in taught.refused)
    assert taught.added == 1
    assert shown(archive) == {"Serena Williams": 1, "Tony Blair": 0}


def test_nobody_is_learned_who_is_not_there(
    archive: Archive, describer: Describer, pictures: Path
) -> None:
    with pytest.raises(NotInArchive):
        enrol_pictures(archive, describer, "no-such-id", find_people(pictures), who=WHO)

    assert list(archive.blobs.keys()) == []


def test_of_somebody_forgotten_in_the_meantime_no_picture_is_kept(
    archive: Archive, describer: Describer, pictures: Path
) -> None:
    tony = archive.database.write(lambda tx: create_person(tx, WHO, "Tony Blair"))

    def forgetting(_: PersonPicture) -> None:
        erase_blobs(archive, archive.database.write(lambda tx: forget(tx, WHO, tony)))

    with pytest.raises(Conflict, match="was forgotten"):
        enrol_pictures(
            archive,
            describer,
            tony,
            find_people(pictures / "Tony_Blair", "Tony Blair"),
            who=WHO,
            hook=forgetting,
        )

    assert list(archive.blobs.keys()) == []
