"""What scores mean under one face network: beside whom they are read, and who scores what."""

from dataclasses import dataclass
from hashlib import sha256

from playbill.core.cohort import Cohort
from playbill.core.likeness_scale import COSINES, LikenessScale
from playbill.core.score_table import ScoreTable
from playbill.recognition.strangers import StrangerScores

HALF_ALIKE = 1e-4
"""The share of pairs of strangers that look at least half alike."""


@dataclass(frozen=True, slots=True, eq=False)
class NetworkScores:
    """What has been measured of a network; its card says so. All of it is of one cohort."""

    cohort: Cohort | None = None
    """None: faces are compared by their cosine."""
    strangers: StrangerScores | None = None
    """None: nobody has measured them."""
    known: ScoreTable | None = None
    """What a face scores with the mean direction of so many other pictures of the same person;
    None: nobody has measured it."""

    def likeness_scale(self) -> LikenessScale:
        """How likeness is shown: one half is what 1 in 10,000 pairs of strangers exceed."""
        if self.cohort is None or self.strangers is None:
            return COSINES
        return LikenessScale(self.cohort, self.strangers.exceeded_by(HALF_ALIKE))

    def fingerprint(self) -> str:
        """The same as long as the same is known."""
        digest = sha256(repr((self.strangers, self.known)).encode())
        if self.cohort is not None:
            digest.update(self.cohort.mean.tobytes() + self.cohort.directions.tobytes())
        return digest.hexdigest()


UNMEASURED = NetworkScores()
"""Of a network of which nothing is known."""
