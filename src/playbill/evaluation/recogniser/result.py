"""What comes of a training of a recogniser: figures, people, mistakes."""

from dataclasses import dataclass

from playbill.core.run import GalleryUse
from playbill.evaluation.faces.open_set import OperatingPoint
from playbill.evaluation.gallery.answers import Answer
from playbill.evaluation.gallery.confusions import Confusion
from playbill.evaluation.rates import Rate
from playbill.evaluation.recogniser.score_bins import ScoreBin
from playbill.evaluation.record import EvaluationRun
from playbill.recognition.choice import Method, Near


@dataclass(frozen=True, slots=True)
class RecogniserData:
    """What the figures rest on."""

    folder: str
    sha256: str
    """Of all places and bytes of the pictures that were to be used."""
    pictures: int
    """That were used: with one face each."""
    people: int
    people_with_one: int
    """Of whom there is one picture: enrolled, and not measured."""
    over_the_most: int
    """Pictures beyond the most that a person may have, left out by lot."""
    left_out: int
    """Pictures that a list named."""
    refused: tuple[str, ...]
    """A sentence for each picture that could not be used."""
    learned: int
    """Pictures that the measured galleries were made of."""
    held: int
    """Other pictures of the same people."""
    strangers: int
    """Pictures of people of whom nothing was enrolled ..."""
    stranger_people: int
    """... and how many people these are."""


@dataclass(frozen=True, slots=True)
class MethodResult:
    """A method, fitted and calibrated on what is learned from, asked about what is held out."""

    method: Method
    near: Near
    """What says whether it is anybody."""
    in_folds: float | None
    """Share of pictures that it named rightly in the comparison that chooses, for which the
    pictures to learn from alone were held in turn; None: there was nothing to compare with."""
    first: Rate
    """Share of held pictures for which the right person came first, named or not."""
    right: Rate
    """Share of held pictures that get the right name at the threshold ..."""
    wrong: Rate
    """... that get another's ..."""
    unknown: Rate
    """... and that get none."""
    strangers_named: Rate | None
    """Share of the pictures of strangers that get a name; None: no strangers were held out."""
    at_fpir: OperatingPoint | None
    """FNIR where 1 % of these strangers get a name; thresholds are calibrated scores."""
    threshold: float
    """The raw score from which on a name is given."""
    expected_rate: float
    """The share of strangers that get a name by the calibration's own account; NaN: none."""
    seconds: float
    """To fit and to calibrate."""


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person of the folder."""

    name: str
    part: str
    """`measured`, `stranger` (nothing enrolled), or `enrolled` (all enrolled, not measured)."""
    pictures: int
    """That were used."""
    refused: int
    learned: int
    asked: int
    right: int
    """For a stranger: not named."""
    wrong: int
    """For a stranger: named."""
    unknown: int
    """Not named; strangers have none."""


@dataclass(frozen=True, slots=True)
class DoubtfulName:
    """A picture that would be named as somebody else were it not enrolled."""

    place: str
    person: str
    own_score: float | None
    """Its cosine with the person's other pictures; None: there are none."""
    looks_like: str
    score: float
    """Its cosine with them."""


@dataclass(frozen=True, slots=True)
class RecogniserEvaluation:
    """A recogniser beside the truth, and the gallery that came of it."""

    run: EvaluationRun
    data: RecogniserData
    gallery: GalleryUse
    """As it was written."""
    gallery_pictures: int
    method: Method
    """What was measured and answers in the gallery too."""
    chosen: bool
    """Whether the comparison chose it; else it was asked for."""
    methods: tuple[MethodResult, ...]
    """Simplest first; empty: nothing could be held out."""
    people: tuple[PersonLine, ...]
    confusions: tuple[Confusion, ...]
    score_bins: tuple[ScoreBin, ...]
    """Of the pictures of known people."""
    score_bins_with_strangers: tuple[ScoreBin, ...]
    """Of all pictures; empty: no strangers were held out."""
    doubtful_names: tuple[DoubtfulName, ...]
    """In the gallery as it was written, surest first."""
    not_measured: tuple[str, ...]
    """A sentence for everything that is missing above, and why."""
    answers: tuple[Answer, ...]

    @property
    def measured(self) -> MethodResult | None:
        """The figures of the method that answers."""
        return next((one for one in self.methods if one.method == self.method), None)
