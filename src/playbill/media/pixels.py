"""Pixels of any kind to 8-bit RGB."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageCms

from playbill.core.frame import Image

WHITE = (255, 255, 255, 255)


def to_rgb(picture: Pillow.Image) -> Image:
    """Turn a loaded picture of any mode into (height, width, 3) RGB.

    Transparent parts lie over white. Of 16 bits the upper 8 are kept. Floats and 32-bit integers
    have no agreed range: 0 to 1 (floats), 0 to 255 and 0 to 65,535 are taken as such, anything else
    is spread from its smallest to its largest value. Four inks go through the picture's own ICC
    profile where it has a usable one; RGB is taken as sRGB.
    """
    mode = picture.mode
    if mode.startswith("I;16"):
        return _grey(np.asarray(picture) >> 8)
    if mode in {"I", "F"}:
        return _grey(_spread(np.asarray(picture, np.float64), floats=mode == "F"))
    if picture.has_transparency_data:
        return _over_white(picture)
    if mode in {"CMYK", "LAB"}:
        return np.asarray(_through_profile(picture))
    return np.asarray(picture if mode == "RGB" else picture.convert("RGB"))


def _grey(values: NDArray[np.integer] | NDArray[np.floating]) -> Image:
    return np.repeat(values.astype(np.uint8)[..., None], 3, axis=2)


def _spread(values: NDArray[np.float64], *, floats: bool) -> NDArray[np.float64]:
    values = np.nan_to_num(values, posinf=0, neginf=0)
    low, high = float(values.min()), float(values.max())
    tops = (1, 255, 65535) if floats else (255, 65535)
    for top in tops:
        if low >= 0 and high <= top:
            return values * (255 / top)
    return (values - low) * (255 / (high - low))


def _over_white(picture: Pillow.Image) -> Image:
    layer = picture.convert("RGBA")
    paper = Pillow.new("RGBA", layer.size, WHITE)
    paper.alpha_composite(layer)
    return np.asarray(paper.convert("RGB"))


def _through_profile(picture: Pillow.Image) -> Pillow.Image:
    """CMYK and Lab to sRGB, by the picture's profile if it fits, else by the plain formula."""
    try:
        source = _profile(picture)
        if source is None:
            return picture.convert("RGB")
        srgb = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(picture, source, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        converted = None
    return converted or picture.convert("RGB")


def _profile(picture: Pillow.Image) -> ImageCms.ImageCmsProfile | None:
    if picture.mode == "LAB":
        return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    embedded = picture.info.get("icc_profile")
    return ImageCms.ImageCmsProfile(BytesIO(embedded)) if embedded else None
