"""Who a track is: a vote over all its faces, and nobody twice in one frame."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import box_areas
from playbill.core.embeddings import Embeddings
from playbill.core.people import Match, Person
from playbill.core.ports import Recogniser
from playbill.pipeline.findings import Findings
from playbill.pipeline.tracks import FaceRef, SeenFaces, link_faces

Matches = list[list[Match | None]]
"""One list per frame, one answer per face."""


def name_faces(shot: Sequence[Findings], recogniser: Recogniser) -> Matches:
    """Say who every face of one shot is.

    Each track gets one answer from all its faces, so that one blurred face does not change a name:
    the mean of their scores, weighted by the length of the face's side and the detector's score.
    A stranger's mean is never above the mean of the stranger's best scores, so the share of
    strangers that get a name does not grow by the vote. Tracks that meet in a frame are different
    people: the better score keeps the name, the other track its next candidate or none.
    """
    tracks = link_faces([_seen(found) for found in shot])
    scores = [recogniser.score(_embeddings(found)) for found in shot]
    votes = np.array([_vote(track, shot, scores) for track in tracks], np.float32)
    answers = _assign(tracks, votes.reshape(len(tracks), len(recogniser.people)))
    matches: Matches = [[None] * len(found.faces) for found in shot]
    for track, column in zip(tracks, answers, strict=True):
        for face in track:
            row = scores[face.frame][face.row]
            matches[face.frame][face.row] = _answer(recogniser.people, row, column)
    return matches


def _answer(people: Sequence[Person], scores: NDArray[np.float32], column: int | None) -> Match:
    """The track's answer with this face's own score for it."""
    if column is None:
        return Match(None, float(scores.max(initial=0.0)))
    return Match(people[column], float(scores[column]))


def _seen(found: Findings) -> SeenFaces:
    return SeenFaces(found.faces.boxes_xyxy, _embeddings(found).vectors)


def _embeddings(found: Findings) -> Embeddings:
    if found.embeddings is None:
        raise ValueError(f"the faces of frame {found.index} have no embeddings")
    return found.embeddings


def _vote(
    track: Sequence[FaceRef],
    shot: Sequence[Findings],
    scores: Sequence[NDArray[np.float32]],
) -> NDArray[np.float32]:
    """(people,) weighted mean of the scores of a track's faces."""
    weights = np.array([_weight(face, shot[face.frame]) for face in track], np.float32)
    rows = np.stack([scores[face.frame][face.row] for face in track])
    mean: NDArray[np.float32] = np.average(rows, axis=0, weights=weights).astype(np.float32)
    return mean


def _weight(face: FaceRef, found: Findings) -> float:
    side = np.sqrt(box_areas(found.faces.boxes_xyxy[face.row][None])[0])
    return float(max(side * found.faces.scores[face.row], 1e-6))


def _assign(tracks: Sequence[Sequence[FaceRef]], votes: NDArray[np.float32]) -> list[int | None]:
    """The column of the person of each track; None: unknown. Best votes first."""
    answers: list[int | None] = [None] * len(tracks)
    frames = [{face.frame for face in track} for track in tracks]
    rows, columns = np.nonzero(votes >= 0.5)
    for at in np.argsort(-votes[rows, columns], kind="stable"):
        track, person = int(rows[at]), int(columns[at])
        rivals = (i for i, answer in enumerate(answers) if answer == person)
        if answers[track] is None and all(frames[track].isdisjoint(frames[i]) for i in rivals):
            answers[track] = person
    return answers
