"""Open a network on the runtime that the options ask for."""

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

from playbill.models.engines.onnxruntime import open_onnxruntime
from playbill.models.engines.openvino import open_openvino
from playbill.models.graph import Graph
from playbill.models.options import DEFAULT_OPTIONS, Session, SessionOptions

__all__ = ["DEFAULT_OPTIONS", "Network", "Session", "SessionOptions", "open_session"]

Network = Path | bytes | Graph
"""An ONNX file, the bytes of one, or one to be made; that one is kept compiled."""

_RUNTIMES: MappingProxyType[str, Callable[[Network, str, SessionOptions], Session]] = (
    MappingProxyType({"openvino": open_openvino, "onnxruntime": open_onnxruntime})
)


def open_session(network: Network, name: str, options: SessionOptions = DEFAULT_OPTIONS) -> Session:
    """Make `network` ready to run; `name` is what messages call it.

    Raises:
        ModelError: it is not an ONNX network that the runtime can run.
        RuntimeMissing: the runtime, the device or the precision is not on this machine. Nothing
            else is taken instead.
    """
    runtime = options.runtime
    if runtime == "auto":
        runtime = "openvino" if options.device == "cpu" else "onnxruntime"
    return _RUNTIMES[runtime](network, name, options)
