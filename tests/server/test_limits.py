"""Bodies that are too large, too many, too slow, or bombs."""

import random
from collections.abc import Iterator, Sequence
from time import sleep

import httpx
import pytest

from playbill.archive.archive import Archive
from playbill.core.faces import Faces
from playbill.core.frame import Frame
from playbill.pipeline.analyze import Analyzer
from playbill.pipeline.networks import Networks
from playbill.pipeline.settings import AnalysisSettings
from playbill.server.opening import Opened
from playbill.server.settings import ServerSettings
from tests.support.drawn_people import card_of
from tests.support.fakes import BlueIsADog, BrightnessFaces, ColourEmbedder
from tests.support.serving import Serving, png, serving, zipped


@pytest.fixture
def http(server: Serving) -> Iterator[httpx.Client]:
    with server.http(server.token("viewer")) as client:
        yield client


class TestLimits:
    @pytest.fixture
    def settings(self) -> ServerSettings:
        return ServerSettings(
            max_picture_bytes=20_000,
            max_picture_pixels=10_000,
            max_batch_bytes=75_000,
            max_batch_pictures=5,
        )

    def test_more_bytes_than_allowed_are_refused(self, http: httpx.Client) -> None:
        def chunks() -> Iterator[bytes]:
            yield from [bytes(9_000)] * 10

        said = http.post("/v1/images", files={"image": ("a.png", bytes(30_000))})
        unsaid = http.post("/v1/images", content=chunks(), headers={"Content-Type": "image/png"})

        assert [said.status_code, unsaid.status_code] == [413, 413]
        assert said.json()["expected"] == "at most 20,000 bytes"

    def test_more_pixels_than_allowed_are_refused_before_they_are_decoded(
        self, http: httpx.Client
    ) -> None:
        answer = http.post("/v1/images", files={"image": ("a.png", png(size_wh=(200, 100)))})

        assert answer.status_code == 413
        assert answer.json()["found"] == "200 x 100 pixels"

    def test_a_bomb_is_not_taken_out(self, http: httpx.Client) -> None:
        within = zipped(**{"a.png": bytes(90_000)})
        beyond = zipped(**{f"{i}.png": bytes(50_000) for i in range(4)})
        for content in (within, beyond):
            answer = http.post("/v1/images/batch", files={"zip": ("a.zip", content)})
            assert answer.status_code == 413, answer.text

    def test_ten_thousand_tiny_files_are_too_many(self, http: httpx.Client) -> None:
        content = zipped(**{f"{i}": b"" for i in range(900)})
        files = [("images", (f"{i}.png", b"x")) for i in range(10)]
        several = [("images", (f"{i}.zip", zipped(a=png(), b=png()))) for i in range(3)]

        for sent in ({"zip": ("a.zip", content)}, files, several):
            answer = http.post("/v1/images/batch", files=sent)
            assert answer.status_code == 413, answer.text

    def test_many_zips_together_are_held_to_the_limits_of_one(
        self, server: Serving, http: httpx.Client
    ) -> None:
        noise = random.Random(7).randbytes(19_000)
        content = zipped(**{"noise.png": noise, "zeros.png": bytes(19_000)})
        one = http.post("/v1/images/batch", files=[("zip", ("a.zip", content))])
        two = http.post("/v1/images/batch", files=[("zip", (f"{n}.zip", content)) for n in "ab"])

        assert [one.status_code, two.status_code] == [200, 413]
        assert two.json()["found"] == "38,000 bytes once it is taken out"
        assert list((server.archive.folder / "incoming").iterdir()) == []

    def test_a_large_picture_of_a_batch_is_refused_alone(self, http: httpx.Client) -> None:
        files = [
            ("images", ("large.png", bytes(30_000))),
            ("images", ("small.png", png())),
        ]

        large, small = http.post("/v1/images/batch", files=files).json()["results"]

        assert (large["name"], large["problem"]["status"]) == ("large.png", 413)
        assert large["problem"]["expected"] == "at most 20,000 bytes"
        assert small["document"]["media"]["name"] == "small.png"

    def test_a_large_entry_is_refused_alone(self, http: httpx.Client) -> None:
        noise = random.Random(7).randbytes(30_000)
        content = zipped(**{"large.png": noise, "small.png": png()})

        results = http.post("/v1/images/batch", files={"zip": ("a.zip", content)}).json()["results"]

        assert results[0]["problem"]["status"] == 413
        assert results[1]["document"]["media"]["name"] == "small.png"

    def test_a_large_file_of_a_batch_is_refused_alone(self, http: httpx.Client) -> None:
        files = [("images", ("large.png", png() + bytes(30_000))), ("images", ("a.png", png()))]

        results = http.post("/v1/images/batch", files=files).json()["results"]

        assert results[0]["problem"]["detail"].startswith("large.png: found 30,")
        assert "document" in results[1]

    def test_pictures_of_a_person_are_limited_as_others_are(
        self, server: Serving, http: httpx.Client
    ) -> None:
        with server.http(server.token("labeller")) as labeller:
            person = labeller.post("/v1/people", json={"name": "Ada"}).headers["Location"]
            sizes = [(40, 30), (200, 100)]
            files = [("pictures", (f"{w}.png", png((250, 0, 0), (w, h)))) for w, h in sizes]
            noise = [("pictures", (f"{i}.png", bytes(19_000))) for i in range(3)]
            taught = labeller.post(f"{person}/pictures", files=[*files, *noise])

        assert taught.status_code == 200, taught.text
        assert taught.json()["added"] == 1
        assert taught.json()["refused"][0] == (
            "200.png: found 200 x 100 pixels, expected at most 10,000 pixels in all"
        )
        assert len(taught.json()["refused"]) == 4
        answer = http.post("/v1/search/face", files={"image": ("a.png", png(size_wh=(200, 100)))})
        assert answer.status_code == 413
        assert str(server.archive.folder) not in answer.text


class TestSlow:
    @pytest.fixture
    def settings(self) -> ServerSettings:
        return ServerSettings(body_idle_s=0.3, body_bytes_per_s=10_000)

    def test_a_sender_who_stops_or_trickles_is_cut_off(
        self, server: Serving, http: httpx.Client
    ) -> None:
        def stops() -> Iterator[bytes]:
            yield png()
            sleep(1)

        def trickles() -> Iterator[bytes]:
            for _ in range(20):
                yield b"x"
                sleep(0.1)

        for body in (stops, trickles):
            headers = {"Content-Type": "image/png"}
            try:
                answer = http.post("/v1/images", content=body(), headers=headers)
                assert answer.status_code == 408
            except httpx.WriteError:
                pass  # the server has hung up
        assert list((server.archive.folder / "incoming").iterdir()) == []


class Slow(BrightnessFaces):
    """Takes its time, and counts."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0

    def detect(self, frames: Sequence[Frame]) -> list[Faces]:
        self.seen += len(frames)
        sleep(0.05)
        return super().detect(frames)


def test_a_batch_whose_sender_leaves_is_not_gone_on_with(archive: Archive) -> None:
    slow = Slow()

    def opened(settings: AnalysisSettings) -> Opened:
        networks = Networks(slow, ColourEmbedder(), BlueIsADog())
        return Opened(Analyzer(networks, None, settings), card_of())

    files = [("images", (f"{n}.png", png((n, 0, 0)))) for n in range(100)]
    with serving(archive, open_=opened) as server:
        token = server.token("viewer")
        with server.http(token) as http, pytest.raises(httpx.ReadTimeout):
            http.post("/v1/images/batch", files=files, timeout=httpx.Timeout(10, read=0.3))
        sleep(0.3)
        seen = slow.seen
        sleep(0.3)
        with server.http(token) as http:
            assert http.post("/v1/images", files={"image": ("a.png", png())}).status_code == 200

    assert seen < 60
    assert slow.seen <= seen + 1
    assert list((archive.folder / "incoming").iterdir()) == []
