"""Everything that can be set about an analysis; each default is written here and nowhere else."""

from dataclasses import dataclass

from playbill.models.options import Device, Precision

OWN = "the network's own"
"""What the run record says of a setting that was left to the network."""


@dataclass(frozen=True, slots=True)
class AnalysisSettings:
    """How media are analysed."""

    sample_every: int = 30
    """Every N-th frame of a video is analysed; neighbouring frames tell the same."""
    min_object_score: float | None = None
    """Objects with a lower score are left out; None: as its card says of each class."""
    min_face_px: int | None = None
    """Faces of a shorter side are not looked for; None: the detector's own smallest."""
    max_side_px: int | None = None
    """The longest side of what the face detector sees, so that the smallest face in a larger
    picture is larger; None: the detector's own."""
    min_face_score: float | None = None
    """Faces with a lower score are left out; None: the detector's own least score."""
    bridge: int = 1
    """So many analysed frames that miss a subject do not end its appearance within a shot."""
    stranger_rate: float | None = None
    """At most this share of strangers is to be named; None: as the gallery was enrolled."""
    models: tuple[str, ...] = ()
    """Names of models to use instead of the default of their task."""
    device: Device = "cpu"
    precision: Precision = "auto"
    """`auto`: bf16 where the processor has it, otherwise float32."""
    threads: int = 0
    """Of each network and of the decoder; 0: as many as there are cores."""
    batch: int = 4
    """Frames looked at together."""

    def __post_init__(self) -> None:
        if self.sample_every < 1:
            raise ValueError(f"sample_every must be at least 1, got {self.sample_every}")
        if self.min_object_score is not None and not 0 < self.min_object_score <= 1:
            raise ValueError(f"min_object_score must be above 0, to 1, got {self.min_object_score}")
        if self.min_face_score is not None and not 0 < self.min_face_score < 1:
            raise ValueError(f"min_face_score must be between 0 and 1, got {self.min_face_score}")
        if self.min_face_px is not None and self.min_face_px < 12:
            raise ValueError(f"min_face_px must be at least 12, got {self.min_face_px}")
        if self.max_side_px is not None and self.max_side_px < 64:
            raise ValueError(f"max_side_px must be at least 64, got {self.max_side_px}")
        if self.bridge < 0 or self.threads < 0 or self.batch < 1:
            raise ValueError("bridge and threads must be at least 0, and batch at least 1")

    def bearing(self) -> dict[str, float | int | str]:
        """The settings that bear on the result, by their names in the run record."""
        return {
            "minObjectScore": self.min_object_score or OWN,
            "minFacePx": self.min_face_px or OWN,
            "maxSidePx": self.max_side_px or OWN,
            "minFaceScore": self.min_face_score or OWN,
            "bridge": self.bridge,
        }
