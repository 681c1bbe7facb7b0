"""OpenVINO: networks on the processor, in bf16 where it has that."""

import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playbill.errors import ModelError, RuntimeMissing
from playbill.models.engines import compiled
from playbill.models.graph import Graph
from playbill.models.options import SessionOptions, Tensors

IN_FLIGHT = 2
"""Infer requests at once in `run_each`; each holds the memory of a run."""
PROCESSOR = ("FULL_DEVICE_NAME", "OPTIMIZATION_CAPABILITIES")
"""What OpenVINO says of the processor that it compiles for."""
_IMPORTING = Lock()
"""Networks are opened in several threads."""
_PRECISIONS = MappingProxyType({"bf16": "bf16", "f32": "float32", "f16": "fp16"})


@contextmanager
def without_telemetry() -> Iterator[None]:
    """Keep `import openvino` from reporting itself to its maker.

    The import itself sends an event (it imports its converter, which does) unless
    `openvino_telemetry` cannot be imported; then OpenVINO takes its own stand-in for good.
    """
    name = "openvino_telemetry"
    if name in sys.modules or "openvino" in sys.modules:
        yield
        return
    modules: dict[str, Any] = sys.modules
    modules[name] = None  # Python's own way to block an import
    try:
        yield
    finally:
        del sys.modules[name]


def load_openvino() -> Any:
    """Import the runtime: late, since that takes as long as all else, and quietly."""
    with _IMPORTING, without_telemetry():
        import openvino  # noqa: PLC0415 - see above

    return openvino


def open_openvino(
    network: Path | bytes | Graph, name: str, options: SessionOptions
) -> "OpenVinoSession":
    """See `session.open_session`."""
    if options.device != "cpu":
        raise RuntimeMissing(f"{name}: OpenVINO runs on cpu here, not on {options.device}")
    openvino = load_openvino()
    core = openvino.Core()
    config = _config(core, name, options)
    try:
        if isinstance(network, Graph):
            runs = _compiled(core, network, config)
        else:
            model = str(network) if isinstance(network, Path) else core.read_model(network)
            runs = core.compile_model(model, "CPU", config)
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1].strip()
        raise ModelError(f"{name}: OpenVINO cannot run this network: {reason}") from error
    version = openvino.__version__.split("-")[0]
    return OpenVinoSession(runs, name, f"openvino {version}")


def _config(core: Any, name: str, options: SessionOptions) -> dict[str, Any]:
    has_bf16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    if options.precision == "bf16" and not has_bf16:
        raise RuntimeMissing(f"{name}: this processor has no bf16; ask for float32 or auto")
    bf16 = has_bf16 and options.precision != "float32"
    config: dict[str, Any] = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "bf16" if bf16 else "f32",
    }
    if options.threads:
        config["INFERENCE_NUM_THREADS"] = options.threads
    return config


def _compiled(core: Any, graph: Graph, config: Mapping[str, Any]) -> Any:
    """The network that was compiled before, or compiled now and kept."""
    key = _key(core, graph, config)
    if blob := compiled.kept(key):
        with suppress(RuntimeError):  # then it is made anew
            return core.import_model(blob, "CPU", config)
    made = core.compile_model(core.read_model(graph.make()), "CPU", config)
    compiled.keep(key, made.export_model().getvalue())
    return made


def _key(core: Any, graph: Graph, config: Mapping[str, Any]) -> str:
    """A digest of all that decides how a network is compiled."""
    processor = [core.get_property("CPU", name) for name in PROCESSOR]
    told = [graph.made_of, load_openvino().__version__, sorted(config.items()), processor, _flags()]
    return sha256(repr(told).encode()).hexdigest()


def _flags() -> str:
    """What the processor can do, as Linux tells it; elsewhere nothing more than its name."""
    with suppress(OSError), Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
        return next((line for line in lines if line.startswith("flags")), "")
    return ""


class OpenVinoSession:
    """A compiled network and a pool of its infer requests."""

    device = "CPU"

    def __init__(self, compiled: Any, name: str, runtime: str) -> None:
        self.name = name
        self.runtime = runtime
        hint = compiled.get_property("INFERENCE_PRECISION_HINT")
        self.precision = _PRECISIONS[hint.get_type_name()]
        self._compiled = compiled
        self._outputs = [output.get_any_name() for output in compiled.outputs]
        self._idle: SimpleQueue[Any] = SimpleQueue()

    def run(self, inputs: Tensors) -> dict[str, NDArray[Any]]:
        """See `Session.run`."""
        return self._result(self._started(inputs), inputs)

    def run_each(self, batches: Iterable[Tensors]) -> Iterable[dict[str, NDArray[Any]]]:
        """See `Session.run_each`: one batch runs while the next is made, and no more are held."""
        running: deque[tuple[Any, Tensors]] = deque()
        for inputs in batches:
            running.append((self._started(inputs), inputs))
            if len(running) == IN_FLIGHT:
                yield self._result(*running.popleft())
        for request, inputs in running:
            yield self._result(request, inputs)

    def _started(self, inputs: Tensors) -> Any:
        try:
            request = self._idle.get_nowait()
        except Empty:
            request = self._compiled.create_infer_request()
        with self._refusing(inputs):
            request.start_async(dict(inputs), share_inputs=True)
        return request

    def _result(self, request: Any, inputs: Tensors) -> dict[str, NDArray[Any]]:
        with self._refusing(inputs):
            request.wait()
        tensors = (request.get_output_tensor(i) for i in range(len(self._outputs)))
        result = {
            name: np.array(tensor.data) for name, tensor in zip(self._outputs, tensors, strict=True)
        }
        self._idle.put(request)
        return result

    @contextmanager
    def _refusing(self, inputs: Tensors) -> Iterator[None]:
        try:
            yield
        except RuntimeError as error:
            shapes = {key: value.shape for key, value in inputs.items()}
            reason = str(error).strip().splitlines()[-1].strip()
            raise ModelError(
                f"{self.name}: the network does not take inputs of {shapes}: {reason}"
            ) from error
