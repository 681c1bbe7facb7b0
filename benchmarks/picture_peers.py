"""A Full HD picture with five faces, JPEG bytes to answer, beside facenet-pytorch.

The peer decodes with Pillow, finds faces with its MTCNN, crops, and embeds them with its
Inception-ResNet-v1. It finds no objects and names nobody, and we do both: that favours the peer.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.inputs import as_jpeg, crowd_frames
from benchmarks.jobs import enrol_some_people
from benchmarks.peers.process import Peer
from benchmarks.rows import Row
from playbill.archive.document import document_text
from playbill.pipeline.opening import open_analyzer
from playbill.pipeline.settings import AnalysisSettings

ROUNDS = 15
THREADS = 2
MUST = 5.0
FACES = 5


def run() -> list[Row]:
    """The frame of the crowd in which the peer, too, finds five faces."""
    jpeg = as_jpeg(crowd_frames(every=30)[1])
    with tempfile.TemporaryDirectory() as name:
        gallery = enrol_some_people(Path(name))
        analyzer = open_analyzer(AnalysisSettings(threads=THREADS), gallery)
        path = Path(name) / "picture.jpg"

        def ours(jpeg: bytes) -> str:
            path.write_bytes(jpeg)
            return document_text(analyzer.analyze(path))

        return [beside_peer(jpeg, ours)]


def peer_picture_median_ms(jpeg: bytes, *, rounds: int = ROUNDS) -> float:
    """The peer's time for one picture: the median of `rounds`, after one that is not counted."""
    with Peer.start("facenet-pytorch") as peer:
        peer.picture(jpeg)
        return 1000 * statistics.median(peer.picture(jpeg)["seconds"][0] for _ in range(rounds))


def beside_peer(jpeg: bytes, ours: Callable[[bytes], object], *, faces: int = FACES) -> Row:
    """`ours`, JPEG bytes to JSON, beside the peer's part of it, in turns."""
    mine, theirs = [], []
    with Peer.start("facenet-pytorch") as peer:
        ours(jpeg)
        found = len(peer.picture(jpeg)["found"][0]["scores"])
        for _ in range(ROUNDS):
            started = time.perf_counter()
            ours(jpeg)
            mine.append(1000 * (time.perf_counter() - started))
            theirs.append(1000 * peer.picture(jpeg)["seconds"][0])
    my_ms, their_ms = statistics.median(mine), statistics.median(theirs)
    return Row(
        what=f"FHD picture, JPEG bytes to JSON, {faces} faces, beside facenet-pytorch",
        must=f">= {MUST:g} x",
        measured=f"{their_ms / my_ms:.1f} x: {my_ms:.0f} ms against {their_ms:.0f} ms",
        met=their_ms / my_ms >= MUST and found == faces,
        note=f"medians of {ROUNDS}, in turns, {THREADS} threads; the peer found {found} faces, "
        "embedded them (random weights, same cost) and looked for no objects",
    )
