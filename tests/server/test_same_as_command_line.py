"""A picture posted, and the same picture given to `playbill analyze`: the same text."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from playbill.cli.main import app
from playbill.server.opening import open_networks
from tests.support.serving import served_in

pytestmark = pytest.mark.models

PEOPLE = ("Ariel_Sharon", "Abdullah_Gul", "Angelina_Jolie", "Andre_Agassi")
OF_THIS_RUN = (
    (r'("run": \{\s*"id": )"[^"]+"', r'\1"ID"'),
    (r'("started": )"[^"]+"', r'\1"THEN"'),
    (r'("seconds": )[0-9.e-]+', r"\g<1>0"),
)
"""All that may differ between two runs over one picture."""


def told(text: str) -> str:
    """Without what belongs to one run."""
    for pattern, instead in OF_THIS_RUN:
        text, n = re.subn(pattern, instead, text, count=1)
        assert n == 1, pattern
    return text


@pytest.mark.timeout(280)
def test_a_posted_picture_gets_the_text_of_the_command_line(
    models_folder: Path, data_folder: Path, tmp_path: Path
) -> None:
    assert models_folder.is_dir()
    pictures = [
        data_folder / "lfw" / PEOPLE[0] / f"{PEOPLE[0]}_0009.jpg",
        data_folder / "faces" / "bald_guys.jpg",
        data_folder / "faces" / "2008_002079.jpg",
    ]
    with served_in(tmp_path / "archive", open_=open_networks) as server:
        with server.http(server.token()) as http:
            for person in PEOPLE:
                url = http.post("/v1/people", json={"name": person}).headers["Location"]
                shown = sorted((data_folder / "lfw" / person).iterdir())[:5]
                files = [("pictures", (path.name, path.read_bytes())) for path in shown]
                taught = http.post(f"{url}/pictures", files=files, timeout=120)
                assert taught.json()["added"] >= 3, taught.text
            posted = [
                http.post("/v1/images", files={"image": (path.name, path.read_bytes())}).text
                for path in pictures
            ]
            batch = [("images", (path.name, path.read_bytes())) for path in pictures]
            many = http.post("/v1/images/batch", files=batch).json()["results"]
        (gallery,) = (server.archive.folder / "galleries").glob("*.npz")
        command = ["analyze", *map(str, pictures), "--gallery", str(gallery)]
        result = CliRunner().invoke(app, [*command, "--out", str(tmp_path / "out"), "--json"])
        assert result.exit_code == 0, result.output

    written = [(tmp_path / "out" / f"{path.name}.json").read_text("utf-8") for path in pictures]
    assert [told(text) for text in posted] == [told(text) for text in written]
    assert '"name": "Ariel_Sharon"' in posted[0].replace("Ariel Sharon", "Ariel_Sharon")
    printed = [line for line in result.stdout.splitlines() if line.startswith("{")]
    as_lines = [told(json_line(one["document"])) for one in many]
    assert as_lines == [told(line) for line in printed]


def json_line(document: object) -> str:
    """As `--json` prints it."""
    return json.dumps(document, ensure_ascii=False)
