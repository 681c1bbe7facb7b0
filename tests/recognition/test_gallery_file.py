import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from playbill.core.cohort import Cohort
from playbill.core.score_table import ScoreTable
from playbill.errors import GalleryError, OutputError
from playbill.recognition.choice import Choice
from playbill.recognition.fitting import FittedGallery, fit
from playbill.recognition.gallery import Enrolment, Gallery
from playbill.recognition.gallery_file import StoredGallery, read_gallery, write_gallery
from playbill.recognition.network_scores import NetworkScores
from playbill.recognition.recogniser import open_recogniser
from playbill.recognition.strangers import StrangerScores
from playbill.recognition.svm import fit_svm
from tests.support.people import CARD, SCORES, SPACE, digest, enrolled, pictures, points

Arrays = dict[str, Any]


@pytest.fixture
def fitted() -> FittedGallery:
    return fit(enrolled(*pictures(5, 3, noise=0.3)), SCORES)


def with_svm(fitted: FittedGallery) -> FittedGallery:
    gallery = fitted.gallery
    svm = fit_svm(gallery.embeddings.vectors, gallery.person_of_row, len(gallery.people))
    choice = Choice("svm", "nearest", fitted.choice.named, fitted.choice.first, 15)
    return FittedGallery(gallery, choice, svm, fitted.held_out, SCORES, 0.02)


@pytest.fixture
def altered(tmp_path: Path, fitted: FittedGallery) -> Callable[[Callable[[Arrays], object]], Path]:
    """A gallery file after somebody changed its arrays."""

    def alter(change: Callable[[Arrays], object]) -> Path:
        path = tmp_path / "cast.npz"
        write_gallery(path, with_svm(fitted))
        with np.load(path) as file:
            arrays = dict(file)
        change(arrays)
        np.savez(path, **arrays)
        return path

    return alter


def change_header(change: Callable[[dict[str, Any]], object]) -> Callable[[Arrays], None]:
    def apply(arrays: Arrays) -> None:
        header = json.loads(arrays["header"].tobytes())
        change(header)
        arrays["header"] = np.frombuffer(json.dumps(header).encode(), np.uint8)

    return apply


@pytest.mark.parametrize("change", [lambda fitted: fitted, with_svm])
def test_what_was_written_is_read_back(
    tmp_path: Path, fitted: FittedGallery, change: Callable[[FittedGallery], FittedGallery]
) -> None:
    fitted = change(fitted)
    path = tmp_path / "cast.npz"
    written = write_gallery(path, fitted)
    stored = read_gallery(path)
    faces = points(pictures(7, 3, seed=4)[0])

    assert stored.name == "cast"
    assert stored.sha256 == written.sha256 == sha256(path.read_bytes()).hexdigest()
    assert stored.fitted.gallery.people == fitted.gallery.people
    assert stored.fitted.gallery.sources == fitted.gallery.sources
    assert stored.fitted.gallery.created == fitted.gallery.created
    assert stored.fitted.gallery.space == SPACE
    assert stored.fitted.choice == fitted.choice
    assert stored.fitted.calibration() == fitted.calibration()
    np.testing.assert_array_equal(
        open_recogniser(stored).score(faces), open_recogniser(written).score(faces)
    )


def test_names_are_kept_to_the_letter(tmp_path: Path) -> None:
    names = ["../../etc/passwd", "🦊👩‍🚀", "x" * 300, "Élisabeth II", "a\\b:c*?"]
    random = np.random.default_rng(0).standard_normal((5, 16))
    faces = points((random / np.linalg.norm(random, axis=1, keepdims=True)).astype(np.float32))
    gallery = Gallery.empty(SPACE).add(
        *(
            Enrolment(name, points(faces.vectors[[i]]), [digest(name)])
            for i, name in enumerate(names)
        )
    )
    write_gallery(tmp_path / "odd.npz", fit(gallery, SCORES))

    assert [p.name for p in read_gallery(tmp_path / "odd.npz").fitted.gallery.people] == names
    assert [path.name for path in tmp_path.iterdir()] == ["odd.npz"]


def test_one_person_alone_is_written_and_read(tmp_path: Path) -> None:
    gallery = enrolled(*pictures(1, 1))
    write_gallery(tmp_path / "one.npz", fit(gallery, SCORES))

    assert read_gallery(tmp_path / "one.npz").fitted.gallery.people == gallery.people


def test_the_header_tells_a_reader_how_it_was_calibrated(
    tmp_path: Path, fitted: FittedGallery
) -> None:
    write_gallery(tmp_path / "cast.npz", fitted)
    with np.load(tmp_path / "cast.npz", allow_pickle=False) as file:
        header = json.loads(file["header"].tobytes())

    assert header["schema"] == "playbill-gallery/1"
    assert header["strangerRate"] == 0.01
    assert header["calibration"]["strangers"] == 15
    assert header["calibration"]["strangerPeople"] == 5
    assert header["calibration"]["measuredRate"] <= 0.01
    assert header["choice"]["held"] == 15


def test_an_object_array_is_refused_and_never_unpickled(
    altered: Callable[[Callable[[Arrays], object]], Path], tmp_path: Path
) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (tmp_path / "sprung",)

    def set_trap(arrays: Arrays) -> None:
        arrays["vectors"] = np.array([Trap()], object)

    with pytest.raises(GalleryError, match="not a sound gallery"):
        read_gallery(altered(set_trap))
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: a.pop("vectors"), "'vectors.*' is missing|vectors is not a file"),
        (lambda a: a.update(vectors=a["vectors"][:-1]), r"sources must have shape \(14, 32\)"),
        (lambda a: a.update(vectors=a["vectors"].astype(np.float64)), "vectors is float64"),
        (lambda a: a.update(vectors=a["vectors"][0]), "with 1 dimensions, expected float32 with 2"),
        (lambda a: a.update(vectors=a["vectors"] * 2), "vectors must have length 1"),
        (lambda a: a.update(vectors=a["vectors"] * np.nan), "must be finite"),
        (lambda a: a.update(rows=a["rows"] + 1), "must name each of 5 people"),
        (lambda a: a.update(rows=a["rows"][:-1]), "must have 15 rows"),
        (lambda a: a.update(planes=a["planes"][:, :-1]), r"planes must have shape \(5, 17\)"),
        (lambda a: a.update(planes=a["planes"] * np.inf), "planes must be finite"),
        (lambda a: a.pop("planes"), "svm must go with it"),
        (lambda a: a.update(strangers=a["strangers"][1:]), "stranger_people must have shape"),
        (lambda a: a.update(stranger_people=a["stranger_people"] + 9), "into 5 people"),
        (lambda a: a.update(header=a["header"][:-3]), "not a sound gallery"),
        (lambda a: a.update(header=np.zeros(4, np.uint8)), "not a sound gallery"),
        (change_header(lambda h: h.pop("people")), "'people' is missing"),
        (change_header(lambda h: h.update(people=[])), "has no people"),
        (change_header(lambda h: h.update(people="Ada")), "not a sound gallery"),
        (change_header(lambda h: h.update(created="yesterday")), "yesterday"),
        (change_header(lambda h: h.update(strangerRate=3)), "stranger_rate must lie between"),
        (change_header(lambda h: h["choice"].update(method="oracle")), "'oracle'"),
        (change_header(lambda h: h["card"].update(quantiles=[[1, 2]])), "quantiles"),
        (change_header(lambda h: h.update(schema="playbill-gallery/2")), "a newer Playbill"),
        (change_header(lambda h: h.update(schema="shopping")), "found schema 'shopping'"),
        (change_header(lambda h: h.pop("schema")), "found schema None"),
    ],
)
def test_parts_that_do_not_fit_are_refused(
    altered: Callable[[Callable[[Arrays], object]], Path],
    change: Callable[[Arrays], object],
    message: str,
) -> None:
    path = altered(change)

    with pytest.raises(GalleryError, match=message) as refusal:
        read_gallery(path)
    assert str(refusal.value).startswith(f"{path}: ")
    assert "\n" not in str(refusal.value)


def test_a_gallery_cut_off_anywhere_is_refused(tmp_path: Path, fitted: FittedGallery) -> None:
    path = tmp_path / "cast.npz"
    write_gallery(path, fitted)
    whole = path.read_bytes()
    for size in range(0, len(whole), len(whole) // 20):
        path.write_bytes(whole[:size])
        with pytest.raises(GalleryError, match=r"cast\.npz: not a"):
            read_gallery(path)


@pytest.mark.parametrize("content", [b"", b"Ada Lovelace\n", b"PK\x03\x04", b"\x93NUMPY\x01\x00"])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cast.npz").write_bytes(content)

    with pytest.raises(GalleryError, match=r"cast\.npz: not a gallery, or cut off"):
        read_gallery(tmp_path / "cast.npz")


def test_arrays_of_something_else_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", weights=np.zeros(3))

    with pytest.raises(GalleryError, match="not a whole gallery"):
        read_gallery(tmp_path / "other.npz")


def test_a_compressed_file_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "bomb.npz", header=np.zeros(10_000_000, np.uint8))

    with pytest.raises(GalleryError, match="it is compressed"):
        read_gallery(tmp_path / "bomb.npz")


@pytest.mark.parametrize("name", ["missing.npz", "."])
def test_a_file_that_is_not_there_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(GalleryError, match="cannot be read"):
        read_gallery(tmp_path / name)


def test_a_gallery_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, fitted: FittedGallery
) -> None:
    with pytest.raises(OutputError, match="there is no folder"):
        write_gallery(tmp_path / "nowhere" / "cast.npz", fitted)
    assert list(tmp_path.iterdir()) == []


def measured() -> NetworkScores:
    """What scores mean, all of it known."""
    rows, _ = pictures(60, 1, seed=9)
    best = ScoreTable((1, 5), (0.5, 0.99), ((-0.2, 0.2), (0.0, 0.3)))
    known = ScoreTable((1, 4), (0.01, 0.5), ((0.1, 0.6), (0.3, 0.7)))
    strangers = StrangerScores(CARD.quantiles, CARD.n, CARD.measured_on, best)
    cohort = Cohort(rows.mean(axis=0), rows.astype(np.float16).astype(np.float32))
    return NetworkScores(cohort, strangers, known)


def test_what_scores_mean_is_kept_and_answers_are_the_same(tmp_path: Path) -> None:
    vectors, owners = pictures(5, 3, noise=0.6)
    fitted = fit(enrolled(vectors, owners), measured())

    stored = write_gallery(tmp_path / "cast.npz", fitted)
    back = read_gallery(tmp_path / "cast.npz")

    assert back.fitted.scores.fingerprint() == fitted.scores.fingerprint()
    asked = points(pictures(40, 1, seed=3)[0])
    before, after = open_recogniser(stored), open_recogniser(back)
    np.testing.assert_allclose(after.score(asked), before.score(asked), atol=1e-5)
    was, is_now = before.probabilities(asked), after.probabilities(asked)
    assert was is not None
    assert is_now is not None
    np.testing.assert_allclose(is_now, was, atol=1e-5)


def test_a_gallery_of_an_earlier_playbill_goes_on_answering_by_cosines(
    altered: Callable[[Callable[[Arrays], object]], Path], fitted: FittedGallery
) -> None:
    def as_before(header: dict[str, Any]) -> None:
        del header["known"]
        del header["card"]["best"]

    path = altered(change_header(as_before))

    old = read_gallery(path)
    asked = points(pictures(5, 3, noise=0.3)[0])
    assert old.fitted.scores.cohort is None
    assert open_recogniser(old).probabilities(asked) is None
    expected = open_recogniser(StoredGallery(with_svm(fitted), "cast", "0" * 64)).score(asked)
    np.testing.assert_allclose(open_recogniser(old).score(asked), expected, atol=1e-6)
