"""The one gate for still pictures: any format and any pixels in, upright RGB out."""

import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import PIL
from PIL import Image as Pillow
from PIL import ImageOps
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile
from pillow_heif.as_plugin import HeifImageFile

from playbill.core.frame import Image
from playbill.errors import MediaError
from playbill.media.files import HEAD_BYTES, open_file, unreadable
from playbill.media.pixels import to_rgb
from playbill.media.signatures import PictureFormat, is_text, picture_format

MAX_PICTURE_PIXELS = 250_000_000
"""A full frame of a 150-megapixel camera or a large scan; 750 MB as RGB."""

PICTURE_DECODER = f"Pillow {PIL.__version__}"
"""For the run record."""

DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    EOFError,
    struct.error,
    zlib.error,
    RuntimeError,
    MemoryError,
    OverflowError,
    Warning,
)
"""What Pillow and its plugins raise over broken files; Warning where warnings are errors."""

# The plug-ins are called themselves: `Pillow.open` would go by a registry and a pixel limit that
# belong to the whole process.
READERS: dict[PictureFormat, Callable[[BinaryIO], ImageFile]] = {
    "avif": AvifImageFile,
    "bmp": BmpImageFile,
    "gif": GifImageFile,
    "heif": HeifImageFile,
    "jpeg": JpegImageFile,
    "jpeg2000": Jpeg2KImageFile,
    "png": PngImageFile,
    "tiff": TiffImageFile,
    "webp": WebPImageFile,
}


def read_image(path: Path, *, max_pixels: int = MAX_PICTURE_PIXELS) -> Image:
    """Read a picture file as (height, width, 3) upright RGB; of an animation the first picture.

    What is transparent is laid over white; 16 bits are cut to 8.

    Raises:
        MediaError: the file cannot be read, is no picture, is damaged or cut off, or has more than
            `max_pixels` pixels (found out before any of them is decoded).
    """
    with open_file(path) as file:
        try:
            head = file.read(HEAD_BYTES)
            file.seek(0)
        except OSError as error:
            raise unreadable(path, error) from error
        return _read(file, head, str(path), max_pixels)


def decode_image(data: bytes, name: str, *, max_pixels: int = MAX_PICTURE_PIXELS) -> Image:
    """`read_image` for bytes in memory that messages are to call `name`.

    Raises:
        MediaError: as `read_image`.
    """
    if not data:
        raise MediaError(f"{name}: is empty (0 bytes), expected a picture")
    return _read(BytesIO(data), data[:HEAD_BYTES], name, max_pixels)


def picture_size_wh(path: Path, *, max_pixels: int = MAX_PICTURE_PIXELS) -> tuple[int, int]:
    """Width and height of the upright picture, from the header alone.

    Raises:
        MediaError: as `read_image`, but for damage behind the header.
    """
    with open_file(path) as file:
        head = file.read(HEAD_BYTES)
        file.seek(0)
        picture = _open(file, head, str(path), max_pixels)
        with picture:
            width, height = picture.size
            # Of a TIFF, Pillow gives the upright size.
            lies = not isinstance(picture, TiffImageFile) and _orientation(picture) >= 5
            return (height, width) if lies else (width, height)


def _read(file: BinaryIO, head: bytes, name: str, max_pixels: int) -> Image:
    with _open(file, head, name, max_pixels) as picture:
        try:
            picture.load()
            upright = picture if _orientation(picture) == 1 else ImageOps.exif_transpose(picture)
            return to_rgb(upright)
        except DAMAGE as error:
            raise MediaError(
                f"{name}: the {picture_format(head)} picture is damaged or cut off: {error}"
            ) from error


def _open(file: BinaryIO, head: bytes, name: str, max_pixels: int) -> ImageFile:
    form = picture_format(head)
    if form is None:
        found = "is text" if is_text(head) else "is in no known format"
        raise MediaError(f"{name}: {found}, expected a picture ({', '.join(READERS)})")
    try:
        picture = READERS[form](file)
    except DAMAGE as error:
        raise MediaError(f"{name}: the header of the {form} picture is damaged: {error}") from error
    width, height = picture.size
    if width * height > max_pixels:
        raise MediaError(
            f"{name}: has {width} x {height} pixels, expected at most {max_pixels:,} in all"
        )
    return picture


def _orientation(picture: Pillow.Image) -> int:
    """EXIF's orientation, 1 (upright) to 8; a damaged note counts as none."""
    with suppress(*DAMAGE):
        return int(picture.getexif().get(0x0112, 1))
    return 1
