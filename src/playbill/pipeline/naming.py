"""Who a track is: a vote over all its faces, and nobody twice in one frame."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playbill.core.boxes import box_areas
from playbill.core.embeddings import Embeddings
from playbill.core.labels import PERSON
from playbill.core.people import Candidate, Match, Person
from playbill.core.ports import Recogniser
from playbill.pipeline.findings import Findings
from playbill.pipeline.likeness import Alike
from playbill.pipeline.people import pair_faces
from playbill.pipeline.tracks import FaceRef, SeenPeople, link_faces

Matches = list[list[Match | None]]
"""One list per frame, one answer per face."""


MORE_FOR_MANY = 0.25
"""How much surer a name must be for a track of many faces than for one of a single face.

The mean of many faces carries less noise than each of them, of strangers too. With 0.25, tracks of
eight pictures of a stranger are named as seldom as the gallery promises for single pictures
(`benchmarks/tracks.py`)."""


MOST_CANDIDATES = 3
LEAST_LIKELY = 0.05
"""A person who is less likely is no candidate."""


@dataclass(frozen=True, slots=True, eq=False)
class NamedFaces:
    """The faces of one shot: who belongs together, and who they are."""

    tracks: tuple[Sequence[FaceRef], ...]
    """In order of first sight."""
    templates: NDArray[np.float32]
    """(tracks, d) of length 1: the weighted mean of the embeddings of each track's faces."""
    answers: tuple[Match | None, ...]
    """One per track, with the score of its template; None: nobody was asked."""
    matches: Matches
    """The track's answer with each face's own score for it."""


def name_faces(shot: Sequence[Findings], recogniser: Recogniser | None, alike: Alike) -> NamedFaces:
    """Link the faces of one shot, and say who each of them is.

    Each track gets one answer from all its faces, so that one blurred face does not change a name:
    they vote with their embeddings, weighted by the length of the face's side and the detector's
    score, and their mean is recognised (template pooling, as in the IJB benchmarks). Tracks that
    meet in a frame are different people: the better score keeps the name, the other track gets its
    next candidate or none. Tracks that never meet and are the
    same person are one track.

    Raises:
        ValueError: the faces of a frame have no embeddings.
    """
    tracks = link_faces([_seen(found) for found in shot], alike)
    matches: Matches = [[None] * len(found.faces) for found in shot]
    if not tracks:
        return NamedFaces((), np.empty((0, 0), np.float32), (), matches)
    templates = _templates(tracks, shot)
    if recogniser is None:
        return NamedFaces(tuple(tracks), templates.vectors, (None,) * len(tracks), matches)
    votes = recogniser.score(templates)
    columns = assign([{face.frame for face in track} for track in tracks], votes)
    together = _of_one_person(columns)
    if len(together) < len(tracks):
        tracks = [sorted(face for i in some for face in tracks[i]) for some in together]
        columns = [columns[some[0]] for some in together]
        templates = _templates(tracks, shot)
        votes = recogniser.score(templates)
    frames = [{face.frame for face in track} for track in tracks]
    likely = candidates(frames, columns, recogniser.probabilities(templates), recogniser.people)
    scores = [recogniser.score(_embeddings(found)) for found in shot]
    for track, column, maybe in zip(tracks, columns, likely, strict=True):
        for face in track:
            row = scores[face.frame][face.row]
            matches[face.frame][face.row] = _answer(recogniser.people, row, column, maybe)
    answers = [
        _answer(recogniser.people, *each) for each in zip(votes, columns, likely, strict=True)
    ]
    return NamedFaces(tuple(tracks), templates.vectors, tuple(answers), matches)


def _of_one_person(columns: Sequence[int | None]) -> list[list[int]]:
    """Which tracks have one name between them; each of those without one is on its own."""
    together: dict[tuple[bool, int], list[int]] = {}
    for i, column in enumerate(columns):
        together.setdefault((column is None, i if column is None else column), []).append(i)
    return list(together.values())


def _answer(
    people: Sequence[Person],
    scores: NDArray[np.float32],
    column: int | None,
    maybe: tuple[Candidate, ...],
) -> Match:
    """What the candidates' scores say, once it is decided whose name it is to be."""
    if column is None:
        return Match(None, float(scores.max(initial=0.0)), maybe)
    return Match(people[column], float(scores[column]))


def _seen(found: Findings) -> SeenPeople:
    rows = found.objects.class_ids == PERSON
    people = found.objects.boxes_xyxy[rows]
    face_of = pair_faces(people, found.objects.scores[rows], found.faces)
    bodies = found.faces.boxes_xyxy.copy()
    bodies[list(face_of.values())] = people[list(face_of)]
    others = people[[row for row in range(len(people)) if row not in face_of]]
    return SeenPeople(found.faces.boxes_xyxy, _embeddings(found).vectors, bodies, others)


def _embeddings(found: Findings) -> Embeddings:
    if found.embeddings is None:
        raise ValueError(f"the faces of frame {found.index} have no embeddings")
    return found.embeddings


def _templates(tracks: Sequence[Sequence[FaceRef]], shot: Sequence[Findings]) -> Embeddings:
    """One row per track."""
    sums = []
    for track in tracks:
        rows = [_embeddings(shot[face.frame]).vectors[face.row] for face in track]
        weights = [_weight(face, shot[face.frame]) for face in track]
        sums.append(np.average(np.stack(rows), axis=0, weights=weights))
    return Embeddings.normalised(np.stack(sums), _embeddings(shot[tracks[0][0].frame]).model)


def _weight(face: FaceRef, found: Findings) -> float:
    side = np.sqrt(box_areas(found.faces.boxes_xyxy[face.row][None])[0])
    return float(max(side * found.faces.scores[face.row], 1e-6))


def assign(frames: Sequence[Set[int]], votes: NDArray[np.float32]) -> list[int | None]:
    """Say which person each track is, best votes first; tracks that meet are different people.

    Args:
        frames: in which frames each track has a face, one in each.
        votes: (tracks, people) calibrated scores.

    Returns:
        The column of the person of each track; None: unknown.
    """
    answers: list[int | None] = [None] * len(frames)
    bars = np.array([0.5 + MORE_FOR_MANY * (1 - 1 / len(track)) for track in frames])
    rows, columns = np.nonzero(votes >= bars[:, None])
    for at in np.argsort(-votes[rows, columns], kind="stable"):
        track, person = int(rows[at]), int(columns[at])
        rivals = (i for i, answer in enumerate(answers) if answer == person)
        if answers[track] is None and all(frames[track].isdisjoint(frames[i]) for i in rivals):
            answers[track] = person
    return answers


def candidates(
    frames: Sequence[Set[int]],
    columns: Sequence[int | None],
    likely: NDArray[np.float64] | None,
    people: Sequence[Person],
) -> list[tuple[Candidate, ...]]:
    """Whom each track without a name may show: at most three people, the likeliest first.

    Nobody who is named in a frame that the track is in: they are somebody else.

    Args:
        frames: in which frames each track has a face.
        columns: the person of each track, as `assign` has it.
        likely: (tracks, people) probabilities; None: nobody knows them.
        people: the columns.
    """
    if likely is None:
        return [()] * len(frames)
    found: list[tuple[Candidate, ...]] = []
    for mine, column, row in zip(frames, columns, likely, strict=True):
        there = {c for other, c in zip(frames, columns, strict=True) if mine & other}
        order = [int(place) for place in np.argsort(-row, kind="stable") if place not in there]
        some = [Candidate(people[place], float(row[place])) for place in order[:MOST_CANDIDATES]]
        kept = tuple(one for one in some if one.probability >= LEAST_LIKELY)
        found.append(kept if column is None else ())
    return found
