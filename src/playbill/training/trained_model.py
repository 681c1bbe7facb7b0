"""A network that was trained, as files; nothing here needs torch."""

from dataclasses import dataclass
from pathlib import Path

from playbill.models.cards import InputContract, ModelCard, Task


@dataclass(frozen=True, slots=True)
class Origin:
    """What a card says of where a network comes from."""

    licence: str
    source: str

    @classmethod
    def continued(cls, source: str, start: ModelCard) -> "Origin":
        """Of what began with the weights of another network, whose licence goes on."""
        return cls(start.licence, f"{source}; started from {start.name}: {start.source}")


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """Files of a trained network."""

    card: ModelCard
    paths: tuple[Path, ...]
    """Of the card's files, in its order."""
    card_path: Path
    difference: float
    """The greatest between the file's outputs and torch's."""

    def outputs(self) -> list[dict[str, object]]:
        """For the record of the training."""
        return [
            {"file": file.name, "sha256": file.sha256, "bytes": path.stat().st_size}
            for file, path in zip(self.card.files, self.paths, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class ModelKind:
    """What a network is for, and how it is run."""

    task: Task
    architecture: str
    input: InputContract
    input_name: str
    output_names: tuple[str, ...]
    labels: tuple[str, ...] = ()
    label_set: str = ""
    free_batch: bool = True


def face_kind(architecture: str, size_px: int) -> ModelKind:
    """A network that turns faces into points."""
    contract = InputContract(size_wh=(size_px, size_px), channels="RGB", mean=127.5, divisor=128)
    return ModelKind("face-embedding", architecture, contract, "input", ("embedding",))
