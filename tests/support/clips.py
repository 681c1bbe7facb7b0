"""Clips whose every picture says its own number, so that a wrong frame cannot pass for a right one.

The number stands in the picture as large black and white blocks and survives any compression; what
moves around it gives the encoder something to predict.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from playbill.core.frame import Image

BITS = 16
BLOCK = 16
SIZE_WH = (BITS * BLOCK, 9 * BLOCK)


def numbered_picture(number: int, size_wh: tuple[int, int] = SIZE_WH) -> Image:
    """A picture that says `number`, at least `SIZE_WH` large.

    The top row of blocks is the number in binary, the second its complement; below, things move.
    """
    width, height = size_wh
    rows, columns = np.mgrid[:height, :width]
    waves = np.sin(columns / 17 + number / 5) + np.cos(rows / 11 - number / 7)
    texture = (rows * 7 + (columns + 3 * number) * 13) % 32
    red = 100 + 40 * waves + texture
    picture = np.stack([red, 255 - red, 60 + (columns + 5 * number) % 128], axis=2)
    bits = bits_of(number)
    code = np.stack([bits, ~bits]).repeat(BLOCK, axis=0).repeat(BLOCK, axis=1)
    picture[: 2 * BLOCK, : BITS * BLOCK] = np.where(code, 235, 16)[..., None]
    whole: Image = np.clip(picture, 0, 255).astype(np.uint8)
    return whole


def bits_of(number: int) -> NDArray[np.bool_]:
    bits: NDArray[np.bool_] = (number >> np.arange(BITS)) & 1 == 1
    return bits


def read_number(image: Image) -> int:
    """The number that a picture says.

    Raises:
        ValueError: it says none, or is damaged.
    """
    blocks = image[: 2 * BLOCK, : BITS * BLOCK].mean(axis=2).reshape(2, BLOCK, BITS, BLOCK)
    upper, lower = blocks[:, 4:-4, :, 4:-4].mean(axis=(1, 3))
    if not ((upper > 128) ^ (lower > 128)).all() or (np.abs(upper - lower) < 60).any():
        raise ValueError("the picture says no number")
    return int(((upper > 128) * (1 << np.arange(BITS))).sum())


def numbered_clip(
    path: Path,
    *,
    frames: int = 60,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    pix_fmt: str = "yuv420p",
    rate: Fraction = Fraction(25),
    container: str | None = None,
    size_wh: tuple[int, int] = SIZE_WH,
    rotation: int = 0,
    first_pts: int = 0,
    durations: tuple[int, ...] = (1,),
    container_options: dict[str, str] | None = None,
    sound: bool = False,
    timecode: str = "",
    paint: Callable[[Image, int], Image] = lambda picture, _: picture,
) -> Path:
    """Write a clip of `frames` pictures that say 0, 1, 2, ...

    Args:
        path: where to; its suffix names the container unless `container` does.
        frames: how many.
        codec: the encoder.
        options: the encoder's own.
        pix_fmt: the stored pixel format.
        rate: ticks a second; a picture lasts one tick unless `durations` says otherwise.
        container: the muxer.
        size_wh: of the upright picture.
        rotation: degrees clockwise by which a player is to turn the stored picture.
        first_pts: the first picture's time, in ticks.
        durations: ticks that pictures last, repeated in turn: a variable frame rate.
        container_options: the muxer's own.
        sound: add a silent sound track.
        timecode: that the file says it begins with; empty: it says none.
        paint: changes a picture, given its number.
    """
    with av.open(str(path), "w", format=container, options=container_options or {}) as output:
        stream = output.add_stream(codec, rate=rate, options=options or {})
        if not isinstance(stream, VideoStream):
            raise TypeError(f"{codec} makes no video")
        turned = rotation % 180 != 0
        stream.width, stream.height = size_wh[::-1] if turned else size_wh
        stream.pix_fmt = pix_fmt
        stream.codec_context.time_base = 1 / rate
        stream.thread_count = 2
        if timecode:
            stream.metadata["timecode"] = timecode
        if rotation:
            stream.set_display_rotation(-rotation)
        if sound:
            add_silence(output, float(frames / rate))
        pts = first_pts
        for number in range(frames):
            stored = np.rot90(paint(numbered_picture(number, size_wh), number), rotation // 90)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(stored), format="rgb24")
            frame.pts, frame.time_base = pts, 1 / rate
            pts += durations[number % len(durations)]
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def add_silence(output: av.container.OutputContainer, seconds: float) -> None:
    stream = output.add_stream("aac", rate=48000)
    for block in range(int(seconds * 48000 / 1024)):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts = 48000, block * 1024
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def sound_only(path: Path, seconds: float = 1) -> Path:
    """A file with a sound track and no picture."""
    with av.open(str(path), "w") as output:
        add_silence(output, seconds)
    return path


def looped(clip: Path, path: Path, times: int) -> Path:
    """Write `clip`, which must be of closed groups, `times` times over without coding it anew."""
    with av.open(str(clip)) as source, av.open(str(path), "w") as output:
        stream = source.streams.video[0]
        copy = output.add_stream_from_template(stream)
        packets = [
            (bytes(packet), packet.pts or 0, packet.dts or 0, packet.is_keyframe)
            for packet in source.demux(stream)
            if packet.size
        ]
        length = max(pts for _, pts, _, _ in packets) * len(packets) // (len(packets) - 1)
        for data, pts, dts, is_keyframe in (
            (data, pts + turn * length, dts + turn * length, key)
            for turn in range(times)
            for data, pts, dts, key in packets
        ):
            packet = av.Packet(data)
            packet.stream, packet.time_base = copy, stream.time_base or Fraction(1)
            packet.pts, packet.dts, packet.is_keyframe = pts, dts, is_keyframe
            output.mux(packet)
    return path


def full_decode(path: Path) -> Iterator[av.VideoFrame]:
    """Every frame, one thread, nothing left out: what any other way of reading is held against."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_count = 1
        for packet in container.demux(stream):
            try:
                yield from packet.decode()
            except av.error.InvalidDataError:
                continue
