"""Where the real networks and pictures are, and what every test may not do."""

import os
from pathlib import Path

import pytest


def folder_from(variable: str) -> Path:
    value = os.environ.get(variable)
    if not value or not Path(value).is_dir():
        pytest.skip(f"{variable} does not name a folder")
    return Path(value)


@pytest.fixture(scope="session")
def models_folder() -> Path:
    """Real networks: `facenet_vggface2.onnx`, `ssd_mobilenet_v1_coco.onnx`, ..."""
    return folder_from("PLAYBILL_MODELS")


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Real pictures and video: `lfw/`, `faces/`, `video/`, ..."""
    return folder_from("PLAYBILL_DATA")


@pytest.fixture(autouse=True)
def own_data_folder(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever runs the tests may have models and galleries of their own: they stay out of it."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data_home")))
