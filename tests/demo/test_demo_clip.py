import sys
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from playbill.core.frame import Image
from playbill.demo import make_demo_material
from playbill.demo.clip import (
    COLLINS,
    FRAME_RATE,
    SHOTS,
    SIZE_WH,
    Shot,
    View,
    clip_truth,
    look,
    write_clip,
)
from playbill.demo.material import photograph_folder
from playbill.errors import OutputError, PlaybillError
from playbill.media.images import read_image
from playbill.media.probe import probe
from playbill.media.video import SampledVideo


def ramp(width: int = 200, height: int = 150) -> Image:
    """A picture whose red says the column and whose green says the row."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack([columns, rows, np.zeros_like(rows)], axis=2).astype(np.uint8)


def test_the_scenes_follow_each_other_without_a_gap_for_half_a_minute() -> None:
    truth = clip_truth()
    assert truth[0].span.start_s == 0
    for earlier, later in pairwise(truth):
        assert earlier.span.end_s == later.span.start_s
    assert truth[-1].span.end_s == 30


def test_the_scenes_show_who_and_what_the_demonstration_is_about() -> None:
    titles = {what.title for scene in clip_truth() for what in scene.shows}
    assert titles == {COLLINS, "person without a name", "cup", "cat", "motorcycle"}


def test_no_camera_leaves_its_photograph() -> None:
    pytest.importorskip("skimage", reason="scikit-image is not installed")
    for shot in SHOTS:
        photograph = read_image(photograph_folder() / shot.photograph)
        height, width = photograph.shape[:2]
        for view in (shot.start, shot.end):
            left, top, right, bottom = view.box_xyxy()
            assert left >= 0, shot.title
            assert top >= 0, shot.title
            assert right <= width - 1, shot.title
            assert bottom <= height - 1, shot.title


def test_the_camera_shows_the_stretch_that_it_looks_at() -> None:
    seen = look(ramp(), View(100, 75, 128)).astype(int)
    assert seen.shape == (SIZE_WH[1], SIZE_WH[0], 3)
    left, top, right, bottom = View(100, 75, 128).box_xyxy()
    assert (left, top, right, bottom) == (36, 39, 164, 111)
    assert seen[360, [5, 1274], 0].tolist() == pytest.approx([36, 163], abs=1)
    assert seen[[5, 714], 640, 1].tolist() == pytest.approx([39, 110], abs=1)


def test_a_mirrored_shot_shows_left_at_right(tmp_path: Path) -> None:
    still = View(100, 75, 128)
    shot = Shot("ramp", "ramp", 1, still, still, (), mirrored=True)

    write_clip(tmp_path / "clip.mp4", lambda _: ramp(), (shot,))

    with SampledVideo.open(tmp_path / "clip.mp4", indices=[3]) as video:
        (frame,) = video
    assert frame.image[360, [5, 1274], 0].tolist() == pytest.approx([163, 36], abs=4)


def test_a_camera_that_looks_past_the_edge_is_refused() -> None:
    with pytest.raises(ValueError, match="200 x 150"):
        look(ramp(), View(30, 75, 128))


def test_a_cut_is_exactly_where_the_truth_says(tmp_path: Path) -> None:
    shots = (
        Shot("dark", "dark", 1, View(100, 75, 120), View(100, 75, 60), ()),
        Shot("bright", "bright", 2, View(100, 75, 120), View(80, 75, 120), ()),
    )
    pictures = {
        "dark": np.full((150, 200, 3), 30, np.uint8),
        "bright": np.full((150, 200, 3), 220, np.uint8),
    }

    write_clip(tmp_path / "clip.mp4", pictures.__getitem__, shots)

    with SampledVideo.open(tmp_path / "clip.mp4", every=1) as video:
        bright = [(frame.time_s, frame.image.mean() > 128) for frame in video]
    assert len(bright) == 3 * FRAME_RATE
    cut_s = clip_truth(shots)[1].span.start_s
    assert [is_bright for _, is_bright in bright] == [time_s >= cut_s for time_s, _ in bright]
    assert bright[-1][0] + 1 / FRAME_RATE == clip_truth(shots)[1].span.end_s


def test_the_material_is_a_clip_and_another_picture_of_the_person(tmp_path: Path) -> None:
    pytest.importorskip("skimage", reason="scikit-image is not installed")
    shots = tuple(replace(shot, seconds=1) for shot in SHOTS[:2])
    material = make_demo_material(tmp_path / "new" / "folder", shots)

    info = probe(material.clip)
    assert (info.size_wh, info.frame_rate, info.duration_s) == (SIZE_WH, FRAME_RATE, Fraction(2))
    portrait = material.portrait_folder / COLLINS / "portrait.png"
    assert [path for path in material.portrait_folder.rglob("*") if path.is_file()] == [portrait]
    assert min(read_image(portrait).shape[:2]) >= 300
    assert material.truth == clip_truth(shots)


def test_without_scikit_image_the_extra_to_install_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "skimage", raising=False)
    with pytest.raises(PlaybillError, match=r"install playbill\[demo\]"):
        make_demo_material(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    pytest.importorskip("skimage", reason="scikit-image is not installed")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be made"):
        make_demo_material(tmp_path / "file")
