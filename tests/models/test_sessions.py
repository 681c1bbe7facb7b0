import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from playbill.errors import ModelError, RuntimeMissing
from playbill.models.engines import openvino
from playbill.models.options import DEFAULT_OPTIONS, Runtime, SessionOptions
from playbill.models.session import open_session
from tests.support.networks import halving_network

RUNTIMES: list[Runtime] = ["openvino", "onnxruntime"]


def options_for(runtime: Runtime) -> SessionOptions:
    return SessionOptions(runtime=runtime, precision="float32", threads=1)


def numbers(rows: int, start: float = 0) -> np.ndarray:
    return np.arange(start, start + 3 * rows, dtype=np.float32).reshape(rows, 3)


@pytest.mark.parametrize("runtime", RUNTIMES)
class TestEverySession:
    def test_runs_a_network(self, runtime: Runtime) -> None:
        session = open_session(halving_network(), "tiny", options_for(runtime))

        outputs = session.run({"input": numbers(2)})

        assert list(outputs) == ["halves"]
        np.testing.assert_array_equal(outputs["halves"], numbers(2) / 2)

    def test_opens_files_too(self, runtime: Runtime, tmp_path: Path) -> None:
        (tmp_path / "tiny.onnx").write_bytes(halving_network())

        session = open_session(tmp_path / "tiny.onnx", "tiny", options_for(runtime))

        np.testing.assert_array_equal(session.run({"input": numbers(1)})["halves"], numbers(1) / 2)

    def test_says_what_it_really_runs_on(self, runtime: Runtime) -> None:
        session = open_session(halving_network(), "tiny", options_for(runtime))

        name, version = session.runtime.split()
        assert name == runtime
        assert version[0].isdigit()
        assert (session.device, session.precision) == ("CPU", "float32")

    def test_gives_arrays_that_the_next_run_does_not_change(self, runtime: Runtime) -> None:
        session = open_session(halving_network(), "tiny", options_for(runtime))

        first = session.run({"input": numbers(1)})["halves"]
        session.run({"input": numbers(1, start=100)})

        np.testing.assert_array_equal(first, numbers(1) / 2)

    def test_runs_batches_of_different_sizes_in_their_order(self, runtime: Runtime) -> None:
        session = open_session(halving_network(), "tiny", options_for(runtime))
        batches = [numbers(rows, start=rows) for rows in (3, 1, 7, 2)]

        answers = list(session.run_each([{"input": batch} for batch in batches]))

        for batch, answer in zip(batches, answers, strict=True):
            np.testing.assert_array_equal(answer["halves"], batch / 2)

    def test_runs_no_batches_at_all(self, runtime: Runtime) -> None:
        session = open_session(halving_network(), "tiny", options_for(runtime))

        assert list(session.run_each([])) == []

    def test_may_be_called_from_several_threads(self, runtime: Runtime) -> None:
        session = open_session(halving_network(), "tiny", options_for(runtime))

        def right(start: int) -> bool:
            batch = numbers(50, start=start)
            return bool((session.run({"input": batch})["halves"] == batch / 2).all())

        with ThreadPoolExecutor(4) as threads:
            assert all(threads.map(right, range(200)))

    @pytest.mark.parametrize("content", [b"", halving_network()[:40], b"no network at all"])
    def test_refuses_a_damaged_file(self, runtime: Runtime, content: bytes) -> None:
        with pytest.raises(ModelError, match=r"^tiny: .* cannot run this network"):
            open_session(content, "tiny", options_for(runtime))

    def test_refuses_inputs_that_the_network_does_not_take(self, runtime: Runtime) -> None:
        session = open_session(halving_network(), "tiny", options_for(runtime))

        with pytest.raises(ModelError, match=r"^tiny: .*does not take inputs of .*\(2, 5\)"):
            session.run({"input": np.zeros((2, 5), np.float32)})
        np.testing.assert_array_equal(session.run({"input": numbers(1)})["halves"], numbers(1) / 2)


def test_openvino_takes_bf16_where_the_processor_has_it_and_says_so() -> None:
    session = open_session(halving_network(), "tiny", DEFAULT_OPTIONS)

    has_bf16 = "BF16" in openvino.load_openvino().Core().get_property(
        "CPU", "OPTIMIZATION_CAPABILITIES"
    )
    assert session.precision == ("bf16" if has_bf16 else "float32")


@pytest.mark.parametrize("device", ["cuda", "tensorrt"])
def test_a_graphics_card_that_is_not_there_is_refused_with_the_extra_to_install(
    device: str,
) -> None:
    options = SessionOptions(device=device)  # type: ignore[arg-type]
    with pytest.raises(RuntimeMissing, match=rf"tiny: device {device} needs .*playbill\[gpu\]"):
        open_session(halving_network(), "tiny", options)


def test_onnx_runtime_that_is_not_installed_is_refused_with_the_extra_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)

    with pytest.raises(RuntimeMissing, match=r"not installed; .*playbill\[gpu\]"):
        open_session(halving_network(), "tiny", SessionOptions(device="cuda"))


def test_bf16_that_a_runtime_does_not_have_is_refused() -> None:
    with pytest.raises(RuntimeMissing, match="float32, not in bf16"):
        open_session(
            halving_network(), "tiny", SessionOptions(runtime="onnxruntime", precision="bf16")
        )


def test_openvino_on_another_device_than_the_processor_is_refused() -> None:
    with pytest.raises(RuntimeMissing, match="runs on cpu here, not on cuda"):
        open_session(halving_network(), "tiny", SessionOptions("cuda", "openvino"))


def test_a_cache_that_cannot_be_written_breaks_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    session = open_session(halving_network(), "tiny", DEFAULT_OPTIONS)

    np.testing.assert_array_equal(session.run({"input": numbers(1)})["halves"], numbers(1) / 2)


def test_threads_cannot_be_less_than_none() -> None:
    with pytest.raises(ValueError, match="threads must not be negative, got -1"):
        SessionOptions(threads=-1)


def test_openvino_reports_nothing_to_anybody(tmp_path: Path) -> None:
    """Its import sends an event and leaves an id in the home folder, unless it is kept from it."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        proxy = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        program = (
            "import sys\n"
            "calls = []\n"
            "sys.addaudithook(lambda event, _: calls.append(event)"
            " if event.startswith(('socket.connect', 'socket.getaddrinfo')) else None)\n"
            "from playbill.models.session import open_session\n"
            "from tests.support.networks import halving_network\n"
            "open_session(halving_network(), 'tiny')\n"
            "import openvino\n"
            "assert not calls, calls\n"
            "assert 'openvino_telemetry' not in sys.modules\n"
        )
        environment = {"HOME": str(tmp_path), "https_proxy": proxy, "PATH": "/usr/bin:/bin"}
        subprocess.run([sys.executable, "-c", program], check=True, env=environment)

    assert not (tmp_path / "intel").exists()
