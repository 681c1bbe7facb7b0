"""Everything that can be set about an analysis; each default is written here and nowhere else."""

from dataclasses import dataclass

from playbill.models.options import Device, Precision


@dataclass(frozen=True, slots=True)
class AnalysisSettings:
    """How media are analysed."""

    sample_every: int = 30
    """Every N-th frame of a video is analysed; neighbouring frames tell the same."""
    min_object_score: float | None = None
    """Objects with a lower score are left out; None: the network's own least score."""
    min_face_px: int = 20
    """Faces of a shorter side are not looked for."""
    max_side_px: int = 800
    """The longest side of what the face detector sees: in a larger picture the smallest face that
    is looked for is larger, 12 pixels of this, so 29 pixels in Full HD."""
    min_face_score: float = 0.8
    """Faces with a lower score are left out; at MTCNN's own 0.7, wheels and knots pass as faces."""
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
        if not 0 < self.min_face_score <= 1:
            raise ValueError(f"min_face_score must be above 0, to 1, got {self.min_face_score}")
        if self.min_face_px < 12:
            raise ValueError(f"min_face_px must be at least 12, got {self.min_face_px}")
        if self.max_side_px < 64:
            raise ValueError(f"max_side_px must be at least 64, got {self.max_side_px}")
        if self.bridge < 0 or self.threads < 0 or self.batch < 1:
            raise ValueError("bridge and threads must be at least 0, and batch at least 1")

    def bearing(self) -> dict[str, float | int | str]:
        """The settings that bear on the result, by their names in the run record."""
        return {
            "minObjectScore": self.min_object_score or "the network's own",
            "minFacePx": self.min_face_px,
            "maxSidePx": self.max_side_px,
            "minFaceScore": self.min_face_score,
            "bridge": self.bridge,
        }
