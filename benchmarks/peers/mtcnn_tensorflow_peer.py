"""The package mtcnn on TensorFlow, as its README uses it."""

from typing import Any

import tensorflow as tf
from mtcnn import MTCNN

from benchmarks.peers.wire import FoundFaces, Frame, load_frames, serve, timed_each

THREADS = 2
POINTS = ("left_eye", "right_eye", "nose", "mouth_left", "mouth_right")


def main() -> None:
    """Serve the detection of faces."""
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(THREADS)
    detector = MTCNN(device="CPU:0")

    def find(image: Frame) -> FoundFaces:
        rows = detector.detect_faces(
            image,
            box_format="xyxy",
            min_face_size=20,
            scale_factor=0.709,
            threshold_pnet=0.6,
            threshold_rnet=0.7,
            threshold_onet=0.7,
        )
        return _found(rows)

    serve({"faces": lambda path: timed_each(find, load_frames(path))})


def _found(rows: list[dict[str, Any]]) -> FoundFaces:
    return FoundFaces(
        boxes_xyxy=[[float(edge) for edge in row["box"]] for row in rows],
        scores=[float(row["confidence"]) for row in rows],
        landmarks=[
            [[float(x), float(y)] for x, y in (row["keypoints"][point] for point in POINTS)]
            for row in rows
        ],
    )


if __name__ == "__main__":
    main()
