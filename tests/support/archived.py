"""A small archive, row by row: media, runs, tracks of faces, clusters, people."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import numpy as np
from sqlalchemy import Connection, insert, update

from playbill.archive.database import Database
from playbill.archive.packing import pack_text, pack_vector
from playbill.archive.people import create_person
from playbill.archive.tables import appearances, clusters, faces, media, runs, tracks
from tests.support.rows import EPOCH, SPACE, medium_row, run_row

WHO = "user:test"
FRAME_US = 40_000


@dataclass(slots=True)
class Archived:
    """Builds rows in a data base; ids of clusters and people are the names they are asked by."""

    database: Database
    _clusters: set[str] = field(default_factory=set)
    _runs: int = 0

    def medium(self) -> str:
        """A video without a run."""
        digest = sha256(uuid4().bytes).hexdigest()
        shape = {"width": 640, "height": 360, "frame_rate": "25/1", "duration_us": 60_000_000}
        row = medium_row(digest[:32], sha256=digest, name=f"{digest[:6]}.mp4", **shape)
        self.database.write(lambda tx: tx.execute(insert(media).values(row)))
        return str(row["id"])

    def run(self, media_id: str, *, document: str = "{}") -> str:
        """A run without tracks, which is shown from now on."""
        self._runs += 1
        row = run_row(
            f"run-{self._runs}-{uuid4().hex[:8]}",
            media_id,
            document=pack_text(document),
            added_at=EPOCH + timedelta(minutes=self._runs),
        )

        def work(tx: Connection) -> None:
            tx.execute(insert(runs).values(row))
            shown = update(media).where(media.c.id == media_id)
            tx.execute(shown.values(run_id=row["id"]))
            mine = update(appearances).where(appearances.c.media_id == media_id)
            tx.execute(mine.values(current=False))

        self.database.write(work)
        return str(row["id"])

    def track(
        self,
        media_id: str,
        run_id: str,
        frames: Sequence[int],
        *,
        cluster: str | None = None,
        machine: tuple[str, float] | None = None,
        same_as: int | None = None,
    ) -> int:
        """A track with a face in each of `frames`, and its one appearance."""
        times = [frame * FRAME_US for frame in frames]
        machine_person, score = machine or (None, None)
        row = {
            "run_id": run_id,
            "media_id": media_id,
            "shot": 0,
            "start_us": min(times),
            "end_us": max(times) + FRAME_US,
            "faces": len(frames),
            "space": SPACE,
            "embedding": _vector(0),
            "machine_cluster_id": cluster,
            "cluster_id": cluster,
            "machine_person_id": machine_person,
            "machine_score": score,
            "same_as": same_as,
        }

        def work(tx: Connection) -> int:
            if cluster is not None and cluster not in self._clusters:
                new = {"id": cluster, "space": SPACE, "created_at": EPOCH}
                tx.execute(insert(clusters).values(new))
            new_track = insert(tracks).values(row).returning(tracks.c.id)
            track = int(tx.execute(new_track).scalar_one())
            seen = [_face(media_id, run_id, track, frame) for frame in frames]
            tx.execute(insert(faces), seen)
            tx.execute(insert(appearances).values(_stretch(row, track, frames)))
            return track

        track = self.database.write(work)
        if cluster is not None:
            self._clusters.add(cluster)
        return track

    def person(self, person_id: str) -> str:
        """Somebody whose id says who it is."""
        return self.database.write(
            lambda tx: create_person(tx, WHO, person_id.title(), person_id=person_id)
        )


def _face(media_id: str, run_id: str, track: int, frame: int) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "media_id": media_id,
        "machine_track_id": track,
        "track_id": track,
        "frame_index": frame,
        "time_us": frame * FRAME_US,
        "thing": 0,
        "left": 10.0,
        "top": 10.0,
        "right": 50.0,
        "bottom": 60.0,
        "score": 0.9,
        "embedding": _vector(frame),
        "crop": f"crops/{track}/{frame}.jpg",
    }


def _stretch(track: dict[str, Any], track_id: int, frames: Sequence[int]) -> dict[str, Any]:
    copied = ("run_id", "media_id", "shot", "start_us", "end_us", "cluster_id")
    return {name: track[name] for name in copied} | {
        "kind": "person",
        "class_id": 0,
        "first_frame": min(frames),
        "last_frame": max(frames),
        "frames": len(frames),
        "score": 0.9,
        "track_id": track_id,
        "current": True,
    }


def _vector(seed: int) -> bytes:
    return pack_vector(np.random.default_rng(seed).normal(size=8))
