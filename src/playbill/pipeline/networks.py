"""The networks of one analysis, opened once and used for many media."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

from playbill.core.embeddings import Embeddings
from playbill.core.frame import Frame
from playbill.core.ports import FaceDetector, FaceEmbedder, ObjectDetector
from playbill.core.run import ModelUse
from playbill.pipeline.crops import face_crops
from playbill.pipeline.findings import Findings
from playbill.pipeline.prefetch import in_batches, prefetch


@dataclass(frozen=True, slots=True)
class Networks:
    """What looks at frames."""

    faces: FaceDetector
    embedder: FaceEmbedder | None
    """None: nobody is to be named, so faces are not described."""
    objects: ObjectDetector

    @property
    def uses(self) -> tuple[ModelUse, ...]:
        """Each network as it really runs, for the run record."""
        return tuple(part.use for part in (self.faces, self.embedder, self.objects) if part)


class Look(Protocol):
    """Looks at some frames at once: `look`, or what stands in for it where many are asked for."""

    def __call__(
        self, frames: Sequence[Frame], networks: Networks, *, crops: bool
    ) -> list[Findings]:
        """What is in each of `frames`."""
        ...


def find(
    frames: Iterable[Frame], networks: Networks, *, batch: int, crops: bool
) -> Iterator[Findings]:
    """Look at frames, `batch` at a time, while the next ones are decoded in a thread.

    At most 2 x `batch` decoded frames are held.
    """
    with closing(prefetch(frames, batch)) as ahead:
        for some in in_batches(ahead, batch):
            yield from look(some, networks, crops=crops)


def look(frames: Sequence[Frame], networks: Networks, *, crops: bool) -> list[Findings]:
    """Look at some frames at once, and cut the faces out if `crops` are wanted.

    Objects and faces are found side by side, since each leaves the processor idle while it
    prepares its input.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="objects") as beside:
        objects = beside.submit(networks.objects.detect, frames)
        faces = networks.faces.detect(frames)
        embeddings: Sequence[Embeddings | None] = [None] * len(frames)
        if networks.embedder:
            embeddings = networks.embedder.embed(frames, faces)
        cut: Sequence[tuple[bytes, ...] | None] = [None] * len(frames)
        if crops:
            cut = [face_crops(frame, seen) for frame, seen in zip(frames, faces, strict=True)]
        parts = zip(frames, objects.result(), faces, embeddings, cut, strict=True)
        return [
            Findings(frame.index, frame.time_s, things, seen, points, pictures)
            for frame, things, seen, points, pictures in parts
        ]
