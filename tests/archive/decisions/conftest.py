"""An empty archive, and what is shown of it."""

from collections.abc import Callable
from typing import TypeVar

import pytest
from sqlalchemy import Connection, select

from playbill.archive.database import Database
from playbill.archive.tables import appearances, tracks
from tests.support.archived import Archived

T = TypeVar("T")
Act = Callable[[Callable[[Connection], T]], T]
Answer = tuple[str | None, bool]


@pytest.fixture
def archived(database: Database) -> Archived:
    return Archived(database)


@pytest.fixture
def who_is(database: Database) -> Callable[..., list[Answer]]:
    """Who tracks are shown to be, and whether a person said so; appearances say the same."""

    def ask(*track_ids: int) -> list[Answer]:
        def work(tx: Connection) -> list[Answer]:
            answers = []
            for track in track_ids:
                row = tx.execute(select(tracks).where(tracks.c.id == track)).one()
                said = (row.person_id, row.verified, row.cluster_id)
                of = appearances.c
                spans = select(of.person_id, of.verified, of.cluster_id)
                for span in tx.execute(spans.where(of.track_id == track)):
                    assert tuple(span) == said
                answers.append(said[:2])
            return answers

        return database.read(work)

    return ask
