import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from playbill.core.frame import Image
from playbill.media.colours import Orientation, RgbConverter, luma_glimpse

WEIGHTS = {1: (0.2126, 0.0722), 6: (0.299, 0.114), 9: (0.2627, 0.0593)}
"""Shares of red and blue in brightness: BT.709, BT.601, BT.2020."""


def flat(
    yuv: tuple[int, int, int],
    *,
    size_wh: tuple[int, int] = (64, 48),
    matrix: int = 2,
    full: bool = False,
    deep: bool = False,
) -> av.VideoFrame:
    """A frame of one colour."""
    frame = av.VideoFrame(*size_wh, "yuv420p10le" if deep else "yuv420p")
    for plane, value in zip(frame.planes, yuv, strict=True):
        words = np.full(plane.buffer_size // (2 if deep else 1), value * (4 if deep else 1))
        plane.update(words.astype(np.uint16 if deep else np.uint8).tobytes())
    frame.colorspace = matrix
    frame.color_range = ColorRange.JPEG if full else ColorRange.MPEG
    return frame


def by_formula(yuv: tuple[int, int, int], matrix: int, *, full: bool) -> NDArray[np.float64]:
    red_share, blue_share = WEIGHTS[matrix]
    y, u, v = np.array(yuv, float) - (0 if full else 16, 128, 128)
    y, u, v = (y, u, v) if full else (y * 255 / 219, u * 255 / 224, v * 255 / 224)
    red, blue = y + 2 * (1 - red_share) * v, y + 2 * (1 - blue_share) * u
    green = (y - red_share * red - blue_share * blue) / (1 - red_share - blue_share)
    colour: NDArray[np.float64] = np.clip([red, green, blue], 0, 255)
    return colour


def rgb_of(frame: av.VideoFrame) -> Image:
    return RgbConverter((frame.width, frame.height), Orientation())(frame)


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("matrix", WEIGHTS)
@pytest.mark.parametrize("yuv", [(90, 100, 170), (180, 160, 110), (16, 128, 128), (235, 128, 128)])
def test_colours_follow_the_frames_matrix_and_range(
    yuv: tuple[int, int, int], matrix: int, full: bool, deep: bool
) -> None:
    got = rgb_of(flat(yuv, matrix=matrix, full=full, deep=deep))

    assert np.abs(got - by_formula(yuv, matrix, full=full)).max() <= 1


@pytest.mark.parametrize(("size_wh", "matrix"), [((720, 576), 6), ((1280, 720), 1)])
def test_without_a_matrix_the_size_decides(size_wh: tuple[int, int], matrix: int) -> None:
    yuv = (120, 90, 180)

    got = rgb_of(flat(yuv, size_wh=size_wh))[:9, :9]

    assert np.abs(got - by_formula(yuv, matrix, full=False)).max() <= 1


def test_frames_of_another_size_are_scaled_to_that_of_the_video() -> None:
    convert = RgbConverter((64, 48), Orientation())

    assert convert(flat((90, 128, 128), size_wh=(32, 32))).shape == (48, 64, 3)


MARKED = np.arange(6, dtype=np.uint8).reshape(2, 3)


@pytest.mark.parametrize(
    ("orientation", "upright", "rotation"),
    [
        (Orientation(), [[0, 1, 2], [3, 4, 5]], 0),
        (Orientation(transpose=True, flip_x=True), [[3, 0], [4, 1], [5, 2]], 90),
        (Orientation(flip_x=True, flip_y=True), [[5, 4, 3], [2, 1, 0]], 180),
        (Orientation(transpose=True, flip_y=True), [[2, 5], [1, 4], [0, 3]], 270),
        (Orientation(flip_x=True), [[2, 1, 0], [5, 4, 3]], 0),
    ],
)
def test_pictures_are_turned_clockwise(
    orientation: Orientation, upright: list[list[int]], rotation: int
) -> None:
    assert orientation.apply(MARKED).tolist() == upright
    assert orientation.size_wh((3, 2)) == (len(upright[0]), len(upright))
    assert orientation.rotation == rotation


@pytest.mark.parametrize("size_wh", [(1920, 1080), (64, 36), (33, 17), (720, 576), (100, 2000)])
@pytest.mark.parametrize("deep", [False, True])
def test_glimpses_are_small_and_as_bright_as_the_frame(
    size_wh: tuple[int, int], deep: bool
) -> None:
    glimpse = luma_glimpse(flat((77, 90, 160), size_wh=size_wh, deep=deep), Orientation())

    assert glimpse.shape[0] <= 36
    assert glimpse.shape[1] <= 64
    assert (glimpse == 77).all()


def test_glimpses_of_colour_frames_are_grey() -> None:
    frame = av.VideoFrame.from_ndarray(np.full((90, 160, 3), 200, np.uint8), format="rgb24")

    assert (luma_glimpse(frame, Orientation()) == 200).all()
