"""What is asked of an inference runtime, and what it answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from numpy.typing import NDArray

Device = Literal["cpu", "cuda", "tensorrt"]
Runtime = Literal["auto", "openvino", "onnxruntime"]
Precision = Literal["auto", "float32", "bf16"]
Tensors = Mapping[str, NDArray[Any]]
"""Arrays by the name of the network's input or output."""


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """Where and how networks run."""

    device: Device = "cpu"
    runtime: Runtime = "auto"
    """`auto`: OpenVINO on the processor, ONNX Runtime on a graphics card."""
    precision: Precision = "auto"
    """`auto`: bf16 where the processor has it, otherwise float32."""
    threads: int = 0
    """Processor threads; 0: as many as there are cores."""

    def __post_init__(self) -> None:
        if self.threads < 0:
            raise ValueError(f"threads must not be negative, got {self.threads}")


DEFAULT_OPTIONS = SessionOptions()


class Session(Protocol):
    """A network that is ready to run; may be called from several threads at once."""

    @property
    def runtime(self) -> str:
        """With its version, for example `openvino 2026.4.1`."""
        ...

    @property
    def device(self) -> str:
        """The device really used: `CPU`, `CUDA` or `TensorRT`."""
        ...

    @property
    def precision(self) -> str:
        """The arithmetic really used: `float32` or `bf16`."""
        ...

    def run(self, inputs: Tensors) -> dict[str, NDArray[Any]]:
        """Run the network once; the arrays that come back are the caller's own."""
        ...

    def run_each(self, batches: Iterable[Tensors]) -> Iterable[dict[str, NDArray[Any]]]:
        """Run the network on each of `batches`, which are made as they are needed, in order.

        Where the runtime can, one runs while the next is made and the last answer is looked at.
        """
        ...
