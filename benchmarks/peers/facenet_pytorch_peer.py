"""facenet-pytorch's MTCNN and Inception-ResNet-v1, as its README uses them.

The embedding network has random weights: its trained ones would be downloaded. Its speed is that
of the trained one.
"""

import io
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from facenet_pytorch import MTCNN, InceptionResnetV1
from PIL import Image

from benchmarks.peers.wire import Answer, FoundFaces, Frame, load_frames, serve, timed_each

THREADS = 2


def main() -> None:
    """Serve both jobs."""
    torch.set_num_threads(THREADS)
    detector = MTCNN(
        min_face_size=20, thresholds=[0.6, 0.7, 0.7], factor=0.709, keep_all=True, device="cpu"
    )
    embedder = InceptionResnetV1().eval()

    def find(image: Frame | Image.Image) -> FoundFaces:
        boxes, scores, landmarks = detector.detect(image, landmarks=True)
        return _found(boxes, scores, landmarks)

    def picture(path: Path) -> Answer:
        jpeg = path.read_bytes()
        started = time.perf_counter()
        image = Image.open(io.BytesIO(jpeg)).convert("RGB")
        boxes, scores, landmarks = detector.detect(image, landmarks=True)
        crops = detector.extract(image, boxes, None)
        if crops is not None:
            with torch.no_grad():
                embedder(crops).numpy()
        seconds = time.perf_counter() - started
        return Answer(seconds=[seconds], found=[_found(boxes, scores, landmarks)])

    serve({"faces": lambda path: timed_each(find, load_frames(path)), "picture": picture})


def _found(boxes: Any, scores: Any, landmarks: Any) -> FoundFaces:
    if boxes is None:
        return FoundFaces(boxes_xyxy=[], scores=[], landmarks=[])
    return FoundFaces(
        boxes_xyxy=np.asarray(boxes, float).tolist(),
        scores=np.asarray(scores, float).tolist(),
        landmarks=np.asarray(landmarks, float).tolist(),
    )


if __name__ == "__main__":
    main()
