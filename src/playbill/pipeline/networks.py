"""The networks of one analysis, opened once and used for many media."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from playbill.core.frame import Frame
from playbill.core.ports import FaceDetector, FaceEmbedder, ObjectDetector
from playbill.core.run import ModelUse
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


def find(frames: Iterable[Frame], networks: Networks, *, batch: int) -> Iterator[Findings]:
    """Look at frames, `batch` at a time, while the next ones are decoded in a thread.

    At most 2 x `batch` decoded frames are held. Objects and faces are found side by side, since
    each leaves the processor idle while it prepares its input.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="objects") as beside:
        for some in in_batches(prefetch(frames, batch), batch):
            objects = beside.submit(networks.objects.detect, some)
            faces = networks.faces.detect(some)
            embeddings = (
                networks.embedder.embed(some, faces) if networks.embedder else [None] * len(some)
            )
            parts = zip(some, objects.result(), faces, embeddings, strict=True)
            for frame, things, seen, points in parts:
                yield Findings(frame.index, frame.time_s, things, seen, points)
