"""How alike faces must look to be one person's, whatever network describes them."""

from dataclasses import dataclass

from playbill.core.cohort import Cohort, Vectors, likeness
from playbill.recognition.strangers import StrangerScores

SURE_OF_STRANGERS = 0.005
"""Of pairs of strangers, the share that look so alike as to be taken for one person anywhere."""
LIKELY_OF_STRANGERS = 0.15
"""The share that look so alike as to be taken for one person where place and time say so too."""
SAME_OF_STRANGERS = 0.001
"""The share that are taken for one person across shots, where place and time say nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Alike:
    """The one score of faces (`core.cohort`), and the levels of it that say "the same person".

    A network's levels follow from what strangers score under it. Where nobody measured that, they
    are those of FaceNet's cosines.
    """

    cohort: Cohort | None = None
    """Beside whom faces are compared; None: by plain cosines."""
    sure: float = 0.5
    """From here on it is one person wherever in a shot."""
    likely: float = 0.2
    """From here on it is one person who stays in place, or is alone in the picture."""
    same: float = 0.6
    """From here on tracks of two shots are one person."""

    @classmethod
    def of(cls, strangers: StrangerScores | None, cohort: Cohort | None) -> "Alike":
        """The levels of a network whose card has measured strangers."""
        if strangers is None:
            return cls(cohort)
        return cls(
            cohort,
            sure=strangers.exceeded_by(SURE_OF_STRANGERS),
            likely=strangers.exceeded_by(LIKELY_OF_STRANGERS),
            same=strangers.exceeded_by(SAME_OF_STRANGERS),
        )

    def score(self, faces: Vectors, others: Vectors) -> Vectors:
        """(n, d) and (m, d) unit vectors -> (n, m)."""
        return likeness(faces, others, self.cohort)
