"""How much `playbill serve` takes: options whose defaults are the server's own."""

from typing import Annotated

import typer

from playbill.server.settings import GIB, MIB, ServerSettings

MEGA, HOUR_S = 1_000_000, 3600
LIMITS = ServerSettings()
"""The server's own."""

PictureMib = Annotated[int, typer.Option(min=1, help="MiB of one picture, at most.")]
Megapixels = Annotated[int, typer.Option(min=1, max=1000, help="Of one picture, at most.")]
BatchMib = Annotated[
    int, typer.Option(min=1, help="MiB of a batch or ZIP, also once unpacked, at most.")
]
BatchPictures = Annotated[int, typer.Option(min=1, help="Pictures in one batch, at most.")]
VideoGib = Annotated[int, typer.Option(min=1, help="GiB of one video, at most.")]
VideoHours = Annotated[int, typer.Option(min=1, max=48, help="Length of one video, at most.")]
PictureThreads = Annotated[int, typer.Option(min=1, max=64, help="Pictures in hand at once.")]
PictureQueue = Annotated[
    int, typer.Option(min=0, help="Pictures that wait, at most; others are told to come again.")
]
RequestsPerMinute = Annotated[
    int, typer.Option(min=1, help="Of one key or user; a tenth of them at once.")
]

PICTURE_MIB = LIMITS.max_picture_bytes // MIB
MEGAPIXELS = LIMITS.max_picture_pixels // MEGA
BATCH_MIB = LIMITS.max_batch_bytes // MIB
BATCH_PICTURES = LIMITS.max_batch_pictures
VIDEO_GIB = LIMITS.max_video_bytes // GIB
VIDEO_HOURS = LIMITS.max_video_s // HOUR_S
