"""ONNX Runtime: networks on an NVIDIA card (extra `gpu`), or in float32 on the processor."""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from playbill.errors import ModelError, RuntimeMissing
from playbill.models.graph import Graph
from playbill.models.options import SessionOptions, Tensors

_PROVIDERS = {
    "cpu": ("CPUExecutionProvider", "CPU"),
    "cuda": ("CUDAExecutionProvider", "CUDA"),
    "tensorrt": ("TensorrtExecutionProvider", "TensorRT"),
}


def load_onnxruntime(name: str, device: str) -> Any:
    """Import the runtime, which the base install does not have.

    Raises:
        RuntimeMissing: it is not installed, or not for that device.
    """
    advice = "install it with `pip install 'playbill[gpu]'`"
    try:
        runtime = import_module("onnxruntime")
    except ImportError as error:
        raise RuntimeMissing(
            f"{name}: device {device} needs ONNX Runtime, which is not installed; {advice}"
        ) from error
    provider, _ = _PROVIDERS[device]
    available = runtime.get_available_providers()
    if provider not in available:
        raise RuntimeMissing(
            f"{name}: device {device} needs ONNX Runtime with {provider}, this one has "
            f"{', '.join(available)}; {advice}"
        )
    return runtime


def open_onnxruntime(
    network: Path | bytes | Graph, name: str, options: SessionOptions
) -> "OnnxRuntimeSession":
    """See `session.open_session`."""
    if options.precision == "bf16":
        raise RuntimeMissing(f"{name}: ONNX Runtime runs this network in float32, not in bf16")
    runtime = load_onnxruntime(name, options.device)
    provider, device = _PROVIDERS[options.device]
    settings = runtime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    settings.log_severity_level = 3
    network = network.make() if isinstance(network, Graph) else network
    if not _computes_in_bytes(network):
        settings.add_session_config_entry("session.disable_quant_qdq", "1")
    source = str(network) if isinstance(network, Path) else network
    try:
        session = runtime.InferenceSession(source, settings, providers=[provider])
    except Exception as error:  # its exceptions share no base class but this
        raise ModelError(f"{name}: ONNX Runtime cannot run this network: {error}") from error
    if provider not in session.get_providers():
        raise RuntimeMissing(f"{name}: ONNX Runtime could not start {provider} on this machine")
    return OnnxRuntimeSession(session, name, f"onnxruntime {runtime.__version__}", device)


def _computes_in_bytes(network: Path | bytes) -> bool:
    """Whether what flows through the network is int8 too, not its weights alone.

    Weights alone are turned back once, when the network is opened, if ONNX Runtime is told that
    their DequantizeLinear is no part of a quantised layer; otherwise anew in every run.
    """
    data = network.read_bytes() if isinstance(network, Path) else network
    return b"QuantizeLinear" in data  # the kind of a node is plain text there


class OnnxRuntimeSession:
    """A network in ONNX Runtime; its `run` may be called from several threads."""

    precision = "float32"

    def __init__(self, session: Any, name: str, runtime: str, device: str) -> None:
        self.name = name
        self.runtime = runtime
        self.device = device
        self._session = session
        self._outputs = [output.name for output in session.get_outputs()]

    def run(self, inputs: Tensors) -> dict[str, NDArray[Any]]:
        """See `Session.run`."""
        try:
            arrays = self._session.run(self._outputs, dict(inputs))
        except Exception as error:  # its exceptions share no base class but this
            shapes = {key: value.shape for key, value in inputs.items()}
            raise ModelError(
                f"{self.name}: the network does not take inputs of {shapes}: {error}"
            ) from error
        return dict(zip(self._outputs, arrays, strict=True))

    def run_each(self, batches: Iterable[Tensors]) -> Iterable[dict[str, NDArray[Any]]]:
        """See `Session.run_each`: one after another, each on all threads."""
        return map(self.run, batches)
