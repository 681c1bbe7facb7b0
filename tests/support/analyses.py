"""Values for tests, made by hand: what stands in them is what must come out."""

from datetime import UTC, datetime
from fractions import Fraction

import numpy as np

from playbill.core.analysis import Analysis
from playbill.core.appearances import Appearance
from playbill.core.detections import Detections
from playbill.core.faces import Faces
from playbill.core.labels import COCO_80, PERSON
from playbill.core.media import MediaInfo
from playbill.core.metadata import Box, FaceBox, FrameMetadata, Thing
from playbill.core.people import Match, Person
from playbill.core.run import Coverage, GalleryUse, ModelUse, RunRecord
from playbill.core.timespan import TimeSpan

ADA = Person("person-ada", "Ada Lovelace")
CHARLES = Person("person-charles", "Charles Babbage")


def span(start: float, end: float) -> TimeSpan:
    return TimeSpan(Fraction(str(start)), Fraction(str(end)))


def detections(*rows: tuple[str, Box], score: float = 0.9) -> Detections:
    """Detections of COCO labels, all of one score."""
    return Detections(
        np.array([box for _, box in rows], np.float32),
        np.full(len(rows), score, np.float32),
        np.array([COCO_80.index(label) for label, _ in rows], np.int64),
        COCO_80,
    )


def faces(*boxes: Box, score: float = 0.99) -> Faces:
    """Faces whose landmarks all lie in the middle of their box."""
    corners = np.array(boxes, np.float32).reshape(-1, 4)
    middles = (corners[:, :2] + corners[:, 2:]) / 2
    landmarks = np.repeat(middles[:, None], 5, axis=1).astype(np.float32)
    return Faces(corners, np.full(len(boxes), score, np.float32), landmarks)


def person(
    who: Person | None, box: Box = (10, 20, 110, 220), face: Box | None = (40, 30, 80, 80)
) -> Thing:
    return Thing(
        "person",
        PERSON,
        "person",
        box,
        0.9,
        FaceBox(face, 0.99) if face else None,
        Match(who, 0.8) if who else None,
    )


def thing(label: str, box: Box = (200, 100, 300, 180), score: float = 0.7) -> Thing:
    return Thing("object", COCO_80.index(label), label, box, score)


def analysis_of(*frames: FrameMetadata, appearances: tuple[Appearance, ...] = ()) -> Analysis:
    """A video of 640 x 360 at 30000/1001, analysed at every 30th frame."""
    return Analysis(
        MediaInfo(
            name="news.mp4",
            kind="video",
            sha256="ab" * 32,
            size_wh=(640, 360),
            container="mov",
            codec="h264",
            frame_rate=Fraction(30000, 1001),
            duration_s=Fraction("61.4"),
        ),
        RunRecord(
            id="run-1",
            version="0.1.0",
            started=datetime(2026, 11, 22, 13, 0, tzinfo=UTC),
            seconds=1.5,
            sample_every=30,
            decoder="PyAV",
            models=(
                ModelUse("face-detection", "mtcnn", "cd" * 32, "openvino", "CPU", "bf16"),
                ModelUse("object-detection", "ssd", "ef" * 32, "openvino", "CPU", "bf16"),
            ),
            gallery=GalleryUse("cast.npz", "01" * 32, 2, "centroid", 0.41, 0.01),
            settings={"minObjectScore": 0.5},
            frames=Coverage(len(frames), len(frames), 0),
        ),
        frames,
        appearances,
    )
