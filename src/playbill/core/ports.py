"""What the pipeline asks of networks, galleries and files."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from playbill.core.cohort import Cohort
from playbill.core.detections import Detections
from playbill.core.embeddings import Embeddings
from playbill.core.faces import Faces
from playbill.core.frame import Frame
from playbill.core.limits import ScoreLimits
from playbill.core.people import Person
from playbill.core.run import GalleryUse, ModelUse


class ObjectDetector(Protocol):
    """Finds objects in frames. Keeps no memory between calls; same frame, same rows."""

    @property
    def use(self) -> ModelUse: ...

    @property
    def labels(self) -> tuple[str, ...]: ...

    @property
    def limits(self) -> ScoreLimits:
        """What it leaves out, and what is beyond doubt, for each of `labels`."""
        ...

    def detect(self, frames: Sequence[Frame]) -> list[Detections]: ...


class FaceDetector(Protocol):
    """Finds faces and their landmarks in frames. Keeps no memory between calls."""

    @property
    def use(self) -> ModelUse: ...

    def detect(self, frames: Sequence[Frame]) -> list[Faces]: ...


class FaceEmbedder(Protocol):
    """Turns the faces of frames into points, one `Embeddings` per frame."""

    @property
    def use(self) -> ModelUse: ...

    @property
    def space(self) -> str:
        """`Embeddings.model` of everything this embedder returns."""
        ...

    @property
    def cohort(self) -> Cohort | None:
        """Beside whom its faces are compared (see `core.cohort`); None: by plain cosines."""
        ...

    def embed(
        self, frames: Sequence[Frame], faces: Sequence[Faces], *, thorough: bool = False
    ) -> list[Embeddings]:
        """`thorough`: look at each face twice; better, for twice the time, in the same space."""
        ...


class Recogniser(Protocol):
    """Says who a face is, or that it is nobody it knows."""

    @property
    def use(self) -> GalleryUse: ...

    @property
    def space(self) -> str:
        """The one embedding space it understands."""
        ...

    @property
    def people(self) -> tuple[Person, ...]: ...

    def score(self, embeddings: Embeddings) -> NDArray[np.float32]:
        """(n, people) calibrated scores, 0 to 1; a person is named from 0.5 on.

        Raises:
            GalleryError: the embeddings are of another network.
        """
        ...

    def probabilities(self, embeddings: Embeddings) -> NDArray[np.float64] | None:
        """(n, people) how likely each face is each person's; what a row lacks to 1 is a stranger's.

        None: nobody has measured what scores mean. Errors as `score`.
        """
        ...
