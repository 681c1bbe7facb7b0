import numpy as np
import pytest

from playbill.core.embeddings import Embeddings
from playbill.recognition import choice
from playbill.recognition.choice import METHODS, choose_method
from tests.support.people import SPACE, pictures


def test_nothing_to_hold_out_means_centroids() -> None:
    vectors, owners = pictures(4, 1)
    chosen = choose_method(vectors, owners, 4, stranger_rate=0.01)

    assert (chosen.method, chosen.near, chosen.held) == ("centroid", "centroid", 0)
    assert dict(chosen.named) == {}


def test_one_person_alone_means_centroids() -> None:
    vectors, owners = pictures(1, 8)

    assert choose_method(vectors, owners, 1, stranger_rate=0.01).method == "centroid"


@pytest.mark.parametrize(("each", "seed"), [(2, 0), (3, 1), (6, 2), (20, 3)])
def test_what_answers_is_never_worse_than_the_others_on_held_pictures(each: int, seed: int) -> None:
    vectors, owners = pictures(15, each, noise=0.9, seed=seed)
    chosen = choose_method(vectors, owners, 15, stranger_rate=0.05)

    assert set(chosen.named) == set(chosen.first) == set(METHODS)
    assert chosen.named[chosen.method] == max(chosen.named.values())
    assert chosen.held == 15 * each


def test_with_few_pictures_centroids_answer() -> None:
    vectors, owners = pictures(60, 3, noise=1.0, dimensions=64)

    assert choose_method(vectors, owners, 60, stranger_rate=0.05).method == "centroid"


def test_people_who_look_like_several_are_told_by_their_nearest_pictures() -> None:
    looks, of_look = pictures(36, 8, noise=0.15)
    chosen = choose_method(looks, of_look % 6, 6, stranger_rate=0.05)

    assert (chosen.method, chosen.near) == ("nearest", "nearest")


def test_where_the_noise_hides_the_centroid_the_svm_answers() -> None:
    random = np.random.default_rng(0)
    owners = np.repeat(np.arange(6), 100)
    vectors = 0.3 * random.standard_normal((6, 24))[owners]
    vectors += random.standard_normal((600, 24)) * np.linspace(0.05, 3, 24)
    faces = Embeddings.normalised(vectors, SPACE).vectors
    chosen = choose_method(faces, owners, 6, stranger_rate=0.2)

    assert chosen.method == "svm"
    assert chosen.first["svm"] > max(chosen.first["centroid"], chosen.first["nearest"])


def test_the_same_seed_chooses_the_same() -> None:
    vectors, owners = pictures(8, 5, noise=1.2)
    first, second = (choose_method(vectors, owners, 8, stranger_rate=0.05) for _ in range(2))

    assert (first.method, dict(first.named)) == (second.method, dict(second.named))


def test_a_large_gallery_holds_out_once_and_leaves_everybody_something(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(choice, "FOLDS_UP_TO", 10)
    monkeypatch.setattr(choice, "MAX_HELD", 7)
    vectors, owners = pictures(5, 4)

    assert choose_method(vectors, owners, 5, stranger_rate=0.05).held == 7


def test_people_with_one_picture_stay_enrolled_when_others_are_held() -> None:
    vectors, owners = pictures(6, 3)
    kept = np.flatnonzero((owners > 0) | (np.arange(18) == 0))
    chosen = choose_method(vectors[kept], owners[kept], 6, stranger_rate=0.05)

    assert chosen.held == 15
