"""What a media file is, by what is in it and never by its name."""

from pathlib import Path
from typing import Literal

from PIL.GifImagePlugin import GifImageFile

from playbill.core.media import MediaInfo
from playbill.media.files import media_name, open_file, read_head, sha256_of
from playbill.media.images import MAX_PICTURE_PIXELS, picture_size_wh
from playbill.media.signatures import picture_format
from playbill.media.survey import Limits, survey


def probe(
    path: Path, *, max_picture_pixels: int = MAX_PICTURE_PIXELS, limits: Limits | None = None
) -> MediaInfo:
    """Read what a picture or video file is.

    A GIF of several pictures is a video, one of a single picture an image. Animated WebP and PNG
    files are images, and their first picture stands for them.

    Raises:
        MediaError: the file cannot be read, is neither picture nor video, is damaged, or is more
            than the limits admit.
    """
    if media_kind(path) == "video":
        return survey(path, limits or Limits()).info
    form = picture_format(read_head(path)) or ""
    return MediaInfo(
        name=media_name(path),
        kind="image",
        sha256=sha256_of(path),
        size_wh=picture_size_wh(path, max_pixels=max_picture_pixels),
        container=form,
        codec=form,
    )


def media_kind(path: Path) -> Literal["image", "video"]:
    """Whether a file is to be read as a picture or as a video; what is neither counts as a video.

    Raises:
        MediaError: the file cannot be read.
    """
    form = picture_format(read_head(path))
    if form == "gif":
        return "video" if _moves(path) else "image"
    return "image" if form else "video"


def _moves(path: Path) -> bool:
    """Whether a GIF has a second picture."""
    with open_file(path) as file:
        try:
            with GifImageFile(file) as picture:
                picture.seek(1)
        except (EOFError, OSError, SyntaxError, ValueError):
            return False
    return True
