"""The benchmarks by name."""

from dataclasses import dataclass

DRY_VARIABLE = "PLAYBILL_BENCHMARKS_DRY"
"""Set for benchmarks of which nothing will be written down: those that can, measure little."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A module of `package`, called `name`, with `run() -> list[Row]`."""

    name: str
    measures: str
    """In a few words, for `--list`."""
    limit_s: int = 900
    """After so many seconds it is ended, with everything that it started."""
    peers: tuple[str, ...] = ()
    """The environments of `benchmarks.peers` that it needs."""
    package: str = "benchmarks"

    @property
    def module(self) -> str:
        """Where its `run` lives."""
        return f"{self.package}.{self.name}"


BENCHMARKS = {
    benchmark.name: benchmark
    for benchmark in (
        Benchmark("startup", "processor time of `playbill --version` and `--help`"),
        Benchmark("video_decode", "every 30th frame of a video, beside full decode"),
        Benchmark("faces_detection", "boxes and landmarks on data/faces"),
        Benchmark("verification", "same person or not, LFW pairs", limit_s=1800),
        Benchmark("identification", "who is it, and who is a stranger, LFW", limit_s=1800),
        Benchmark(
            "small_galleries",
            "galleries of 1 to 800 people at their own threshold, and suggestions, LFW",
            limit_s=1800,
        ),
        Benchmark("tracks", "tracks of strangers and of known people, LFW", limit_s=1800),
        Benchmark("clips_truth", "tracks and people of clips whose people are known"),
        Benchmark("fine_tune", "FaceNet taught 55 people of LFW, before and after"),
        Benchmark("archive_faces", "old, grey pictures of 13 people"),
        Benchmark("name_check", "likely wrong names, old pictures and LFW", limit_s=3600),
        Benchmark("objects", "average precision on COCO pictures", limit_s=1800),
        Benchmark("model_table", "every network side by side, for docs/models.md", limit_s=3600),
        Benchmark(
            "mtcnn_peers",
            "MTCNN beside facenet-pytorch and mtcnn on TensorFlow",
            peers=("facenet-pytorch", "mtcnn-tensorflow"),
        ),
        Benchmark(
            "picture_peers",
            "a Full HD picture's whole job beside facenet-pytorch",
            peers=("facenet-pytorch",),
        ),
        Benchmark("picture", "a Full HD picture, JPEG bytes to JSON"),
        Benchmark("video_job", "a Full HD video's whole job beside ffmpeg's decoding"),
        Benchmark("svm", "a recogniser for 1,500 people", limit_s=3600),
        Benchmark("search", "search in 100,000 appearances, SQLite and PostgreSQL"),
        Benchmark("naming", "naming a cluster of 10,000 tracks, on both data bases"),
        Benchmark("server", "`playbill serve`: four sizes, 1, 8 and 32 clients, and a video"),
        Benchmark("memory", "resident memory over an hour of Full HD video", limit_s=3600),
    )
}
"""In the order in which they run and stand in the table."""
