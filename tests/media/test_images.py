import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageCms, ImageFile

from playbill.core.frame import Image
from playbill.errors import MediaError
from playbill.media.images import decode_image, picture_size_wh, read_image
from tests.support.users import unprivileged

EXIF_ORIENTATION = 0x0112
SIZE_WH = (48, 32)


def corners(size_wh: tuple[int, int] = SIZE_WH) -> Image:
    """Red, green / blue, white: each quarter another colour."""
    width, height = size_wh
    picture = np.zeros((height, width, 3), np.uint8)
    picture[: height // 2, : width // 2] = (220, 20, 20)
    picture[: height // 2, width // 2 :] = (20, 200, 20)
    picture[height // 2 :, : width // 2] = (20, 20, 220)
    picture[height // 2 :, width // 2 :] = (240, 240, 240)
    return picture


def encoded(picture: Pillow.Image, form: str, **options: object) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def far(a: Image, b: NDArray[np.generic]) -> float:
    assert a.shape == b.shape
    assert a.dtype == np.uint8
    return float(np.abs(a.astype(float) - b.astype(float)).max())


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("PNG", {}),
        ("BMP", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("TIFF", {"big_tiff": True}),
        ("WEBP", {"lossless": True}),
        ("JPEG2000", {"irreversible": False}),
    ],
)
def test_lossless_formats_come_back_as_they_were(form: str, options: dict[str, object]) -> None:
    data = encoded(Pillow.fromarray(corners()), form, **options)

    assert far(decode_image(data, "a"), corners()) == 0


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("JPEG", {"quality": 95, "subsampling": 0}),
        ("JPEG", {"quality": 95, "subsampling": 0, "progressive": True}),
        ("AVIF", {"quality": 95, "subsampling": "4:4:4"}),
        ("WEBP", {"quality": 100}),
    ],
)
def test_lossy_formats_come_back_nearly_so(form: str, options: dict[str, object]) -> None:
    picture = corners((64, 64))
    got = decode_image(encoded(Pillow.fromarray(picture), form, **options), "a")

    inner = np.s_[8:24, 8:24]
    assert far(got[inner], picture[inner]) < 12


def test_heic_pictures_are_read() -> None:
    buffer = BytesIO()
    pillow_heif.from_pillow(Pillow.fromarray(corners((128, 128)))).save(buffer, quality=95)

    got = decode_image(buffer.getvalue(), "a.heic")

    assert far(got[16:48, 16:48], corners((128, 128))[16:48, 16:48]) < 12


def test_of_an_animation_the_first_picture_is_read() -> None:
    first, second = Pillow.fromarray(corners()), Pillow.new("RGB", SIZE_WH, "black")
    for form in ("GIF", "WEBP", "PNG"):
        data = encoded(first, form, save_all=True, append_images=[second], lossless=True)
        assert far(decode_image(data, "a"), corners()) < 20


UNDO: dict[int, Callable[[Image], Image]] = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: a.swapaxes(0, 1)[::-1, ::-1],
    8: lambda a: np.rot90(a, -1),
}
"""How an upright picture is stored under each of EXIF's orientations."""


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_upright_whatever_their_exif_says(
    tmp_path: Path, orientation: int, form: str
) -> None:
    upright = corners((64, 32))
    exif = Pillow.Exif()
    exif[EXIF_ORIENTATION] = orientation
    stored = Pillow.fromarray(np.ascontiguousarray(UNDO[orientation](upright)))
    path = tmp_path / "a"
    path.write_bytes(encoded(stored, form, exif=exif, quality=95, lossless=True))

    assert picture_size_wh(path) == (64, 32)
    got = read_image(path)
    for part in (np.s_[4:12, 4:28], np.s_[4:12, 36:60], np.s_[20:28, 4:28], np.s_[20:28, 36:60]):
        assert far(got[part], upright[part]) < 20


GREYS = np.tile(np.arange(0, 256, 8, dtype=np.uint8), (16, 1))


def rgb(grey: NDArray[np.generic]) -> NDArray[np.generic]:
    return np.repeat(grey[..., None], 3, axis=2)


@pytest.mark.parametrize(
    ("stored", "form"),
    [
        (GREYS, "PNG"),
        (GREYS.astype(np.uint16) * 257, "PNG"),
        (GREYS.astype(np.uint16) * 257, "TIFF"),
        (GREYS.astype(np.int32), "TIFF"),
        (GREYS.astype(np.int32) * 257, "TIFF"),
        (GREYS.astype(np.float32), "TIFF"),
        (GREYS.astype(np.float32) / 255, "TIFF"),
        (GREYS.astype(np.float32) * 257, "TIFF"),
    ],
    ids=["8", "16-png", "16-tiff", "i32", "i32-wide", "f255", "f1", "f65535"],
)
def test_grey_of_any_depth_is_the_same_grey(stored: NDArray[np.generic], form: str) -> None:
    got = decode_image(encoded(Pillow.fromarray(stored), form), "a")

    assert far(got, rgb(GREYS)) <= 1


def test_floats_without_a_known_range_are_spread() -> None:
    values = np.linspace(-3, 5, 256, dtype=np.float32).reshape(16, 16)
    values[0, 0] = -3
    got = decode_image(encoded(Pillow.fromarray(values), "TIFF"), "a")

    assert (got.min(), got.max()) == (0, 255)


def test_sixteen_bit_colour_keeps_the_upper_eight() -> None:
    rows = b"".join(
        b"\0" + b"".join(struct.pack(">3H", x * 4096, 65535 - x * 4096, 0x1234) for x in range(16))
        for _ in range(4)
    )
    header = struct.pack(">2I5B", 16, 4, 16, 2, 0, 0, 0)
    data = png(header, zlib.compress(rows))

    got = decode_image(data, "a.png")

    assert got[0, :, 0].tolist() == [x * 16 for x in range(16)]
    assert (got[..., 2] == 0x12).all()


def png(header: bytes, *data: bytes) -> bytes:
    chunks = [(b"IHDR", header), *((b"IDAT", part) for part in data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def test_what_is_transparent_lies_over_white() -> None:
    layer = np.zeros((16, 16, 4), np.uint8)
    layer[:, 8:] = (10, 20, 30, 255)
    layer[8:, 8:, 3] = 128
    for form in ("PNG", "WEBP", "TIFF"):
        got = decode_image(encoded(Pillow.fromarray(layer), form, lossless=True), "a")
        assert got[0, 0].tolist() == [255, 255, 255]
        assert got[0, 12].tolist() == [10, 20, 30]
        assert np.abs(got[12, 12].astype(int) - (132, 137, 142)).max() <= 1


def test_palettes_and_bits_become_colours() -> None:
    palette = Pillow.fromarray(corners()).quantize(8)
    assert far(decode_image(encoded(palette, "PNG"), "a"), np.asarray(palette.convert("RGB"))) == 0
    see_through = encoded(palette, "PNG", transparency=palette.getpixel((0, 0)))
    assert decode_image(see_through, "a")[0, 0].tolist() == [255, 255, 255]
    bits = Pillow.fromarray(corners()).convert("1")
    for form in ("PNG", "TIFF", "BMP"):
        assert set(np.unique(decode_image(encoded(bits, form), "a"))) <= {0, 255}


def test_grey_with_alpha_lies_over_white() -> None:
    layer = Pillow.new("LA", (4, 4), (0, 0))
    assert (decode_image(encoded(layer, "PNG"), "a") == 255).all()


def test_four_inks_become_colours() -> None:
    """Pillow writes CMYK JPEGs inverted, as Adobe does, and TIFFs plainly."""
    inks = Pillow.fromarray(corners()).convert("CMYK")
    for form, allowed in (("JPEG", 12), ("TIFF", 0)):
        got = decode_image(encoded(inks, form, **({"quality": 98} if form == "JPEG" else {})), "a")
        for part in (np.s_[4:12, 4:20], np.s_[20:28, 28:44]):
            assert far(got[part], corners()[part]) <= allowed


def test_a_profile_that_does_not_fit_four_inks_is_left_aside() -> None:
    inks = Pillow.fromarray(corners()).convert("CMYK")
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    for profile in (srgb, b"no profile at all"):
        got = decode_image(encoded(inks, "TIFF", icc_profile=profile), "a")
        assert far(got, corners()) == 0


def test_lab_becomes_colours() -> None:
    lab = ImageCms.profileToProfile(
        Pillow.fromarray(corners()),
        ImageCms.createProfile("sRGB"),
        ImageCms.createProfile("LAB"),
        outputMode="LAB",
    )
    assert lab is not None
    assert far(decode_image(encoded(lab, "TIFF"), "a"), corners()) <= 8


@pytest.mark.parametrize("side", [20_000, 60_000])
def test_a_header_that_promises_too_many_pixels_is_refused(side: int) -> None:
    data = png(struct.pack(">2I5B", side, side, 8, 2, 0, 0, 0), zlib.compress(bytes(1000)))

    with pytest.raises(MediaError) as refusal:
        decode_image(data, "bomb.png")

    assert str(refusal.value) == (
        f"bomb.png: has {side} x {side} pixels, expected at most 250,000,000 in all"
    )


def test_the_limit_of_pixels_can_be_set() -> None:
    data = encoded(Pillow.fromarray(corners()), "PNG")

    with pytest.raises(MediaError, match="48 x 32 pixels, expected at most 100"):
        decode_image(data, "a.png", max_pixels=100)
    assert decode_image(data, "a.png", max_pixels=48 * 32).shape == (32, 48, 3)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "JPEG2000"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7])
def test_cut_off_pictures_are_one_clear_sentence(form: str, share: float) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    data = encoded(Pillow.fromarray(noise), form)

    with pytest.raises(MediaError, match=r"^a\.pic: "):
        decode_image(data[: max(1, int(len(data) * share))], "a.pic")


def test_a_cut_off_heic_is_one_clear_sentence() -> None:
    buffer = BytesIO()
    pillow_heif.from_pillow(Pillow.fromarray(corners((128, 128)))).save(buffer)

    with pytest.raises(MediaError, match=r"the heif picture is damaged|header of the heif"):
        decode_image(buffer.getvalue()[:400], "a.heic")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty (0 bytes), expected a picture or video"),
        (b"Dear reader,\nthis is no picture.\n", "is text, expected a picture (avif, bmp"),
        (bytes(5000), "is in no known format, expected a picture (avif, bmp"),
    ],
)
def test_what_is_no_picture_is_one_clear_sentence(
    tmp_path: Path, data: bytes, sentence: str
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(data)

    with pytest.raises(MediaError) as refusal:
        read_image(path)

    assert str(refusal.value).startswith(f"{path}: {sentence}")


def test_bytes_in_memory_may_be_empty_too() -> None:
    with pytest.raises(MediaError, match=r"^upload 3: is empty"):
        decode_image(b"", "upload 3")


def test_folders_and_missing_files_are_one_clear_sentence(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="is a folder, expected a picture or video"):
        read_image(tmp_path)
    with pytest.raises(MediaError, match="cannot be read: no such file or directory"):
        read_image(tmp_path / "none.jpg")


def test_a_file_that_may_not_be_read_is_one_clear_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(encoded(Pillow.fromarray(corners()), "JPEG"))
    path.chmod(0)

    with (
        unprivileged(),
        pytest.raises(MediaError, match="cannot be read: permission denied"),
    ):
        read_image(path)


def test_the_suffix_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encoded(Pillow.fromarray(corners()), "BMP"))

    assert far(read_image(path), corners()) == 0


def test_pillow_stays_as_it_was() -> None:
    before = (Pillow.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, dict(Pillow.OPEN))
    decode_image(encoded(Pillow.fromarray(corners()), "PNG"), "a")
    after = (Pillow.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, dict(Pillow.OPEN))

    assert before == after


def test_reading_pictures_registers_nothing_for_the_whole_process() -> None:
    alone = (
        "from PIL import Image; import playbill.media.images; "
        "assert 'HEIF' not in Image.OPEN; assert Image.MAX_IMAGE_PIXELS == 89478485"
    )

    subprocess.run([sys.executable, "-c", alone], check=True)
