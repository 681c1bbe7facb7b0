from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from playbill.core.cohort import Cohort, likeness, unit
from playbill.errors import ModelAltered, ModelError, ModelNotFound
from playbill.models.cards import CohortFile, ModelFile, card_text, read_card
from playbill.models.cohort_file import open_cohort, read_cohort, write_cohort
from playbill.models.store import ModelStore
from tests.support.networks import card_toml


def some_cohort() -> Cohort:
    rows = unit(np.random.default_rng(0).normal(size=(40, 12)).astype(np.float32))
    return Cohort(rows.mean(axis=0), rows)


def stored(folder: Path) -> tuple[ModelStore, CohortFile]:
    """A store with a network `tiny`, whose card names a cohort that lies beside it."""
    write_cohort(folder / "tiny.cohort.npz", some_cohort())
    (folder / "tiny.onnx").write_bytes(b"weights")
    digest = sha256((folder / "tiny.cohort.npz").read_bytes()).hexdigest()
    entry = CohortFile(ModelFile("tiny.cohort.npz", digest), 40, 30, "drawn points")
    path = folder / "tiny.card.toml"
    path.write_text(card_toml("tiny.onnx", b"weights"), "utf-8")
    path.write_text(card_text(replace(read_card(path), cohort=entry)), "utf-8")
    return ModelStore([folder], folder / "home"), entry


def test_a_cohort_that_is_written_scores_as_before(tmp_path: Path) -> None:
    cohort = some_cohort()
    faces = unit(np.random.default_rng(1).normal(size=(5, 12)).astype(np.float32))

    write_cohort(tmp_path / "a.npz", cohort)

    back = read_cohort(tmp_path / "a.npz")
    np.testing.assert_allclose(
        likeness(faces, faces, back), likeness(faces, faces, cohort), atol=1e-3
    )


def test_the_same_cohort_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.npz", "b.npz"):
        write_cohort(tmp_path / name, some_cohort())

    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_the_card_names_the_cohort_and_the_store_gives_it(tmp_path: Path) -> None:
    store, entry = stored(tmp_path)

    card = store.card("tiny")

    assert card.cohort == entry
    found = open_cohort(card, store)
    assert found is not None
    assert found.directions.shape == (40, 12)


def test_a_card_without_a_cohort_has_none(tmp_path: Path) -> None:
    store, _ = stored(tmp_path)

    assert open_cohort(replace(store.card("tiny"), cohort=None), store) is None


def test_an_altered_cohort_is_refused(tmp_path: Path) -> None:
    store, _ = stored(tmp_path)
    with (tmp_path / "tiny.cohort.npz").open("ab") as file:
        file.write(b"more")

    with pytest.raises(ModelAltered, match=r"tiny\.cohort\.npz has sha256"):
        open_cohort(store.card("tiny"), store)


def test_a_missing_cohort_is_not_passed_over(tmp_path: Path) -> None:
    store, _ = stored(tmp_path)
    (tmp_path / "tiny.cohort.npz").unlink()

    with pytest.raises(ModelNotFound, match=r"tiny\.cohort\.npz is in none of"):
        open_cohort(store.card("tiny"), store)


def test_a_network_is_added_with_the_cohort_beside_it(tmp_path: Path) -> None:
    (tmp_path / "trained").mkdir()
    stored(tmp_path / "trained")
    store = ModelStore([], tmp_path / "home")

    store.add([tmp_path / "trained" / "tiny.onnx"])

    assert open_cohort(store.card("tiny"), store) is not None


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut"])
def test_a_file_that_is_no_cohort_is_refused_with_its_path(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "odd.npz").write_bytes(content)

    with pytest.raises(ModelError, match=r"odd.npz: not a sound cohort"):
        read_cohort(tmp_path / "odd.npz")


def test_arrays_that_make_no_cohort_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "odd.npz", mean=np.zeros(3, np.float32))
    with pytest.raises(ModelError, match="not a sound cohort"):
        read_cohort(tmp_path / "odd.npz")


def test_a_card_of_more_people_than_faces_is_refused(tmp_path: Path) -> None:
    store, _ = stored(tmp_path)
    path = tmp_path / "tiny.card.toml"
    path.write_text(path.read_text("utf-8").replace("people = 30", "people = 41"), "utf-8")

    with pytest.raises(ModelError, match="people must be 1 to 40 faces"):
        store.card("tiny")


def test_the_cohort_of_a_known_network_is_there_whatever_folders_are_searched(
    tmp_path: Path,
) -> None:
    store = ModelStore([], tmp_path)

    assert open_cohort(store.card("facenet_vggface2"), store) is not None
