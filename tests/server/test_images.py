"""Pictures in, documents out."""

import json

from tests.support.serving import Serving, png

BLUE, RED = (0, 0, 255), (255, 0, 0)


def test_a_picture_comes_back_as_its_document(server: Serving) -> None:
    with server.http(server.token("viewer")) as http:
        answer = http.post("/v1/images", files={"image": ("sky.png", png(BLUE), "image/png")})

    assert answer.status_code == 200
    document = answer.json()
    assert document["schema"] == "playbill/1"
    assert document["media"]["name"] == "sky.png"
    assert [thing["label"] for thing in document["frames"][0]["objects"]] == ["dog", "person"]
    assert answer.text == json.dumps(document, ensure_ascii=False, indent=2) + "\n"
