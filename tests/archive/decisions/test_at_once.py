"""People who decide at the same time: nobody's word is lost, and what is shown follows from all."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from sqlalchemy import Connection, func, select

from playbill.archive import audit
from playbill.archive.decisions.naming import assign, name_cluster
from playbill.archive.decisions.projection import project_all
from playbill.archive.decisions.undo import undo
from playbill.archive.tables import decisions, tracks
from tests.support.archived import Archived

WRITERS, TIMES = 4, 4


def shown(tx: Connection) -> list[tuple[object, ...]]:
    rows = select(tracks.c.id, tracks.c.person_id, tracks.c.verified).order_by(tracks.c.id)
    return [tuple(row) for row in tx.execute(rows)]


def test_decisions_made_at_once_all_count(archived: Archived) -> None:
    medium = archived.medium()
    run = archived.run(medium)
    mine = [archived.track(medium, run, [n], cluster="c") for n in range(WRITERS)]
    for writer in range(WRITERS):
        archived.person(f"person{writer}")
    write = archived.database.write

    def work(writer: int) -> None:
        who, person = f"user:{writer}", f"person{writer}"
        for _ in range(TIMES):
            seq = write(lambda tx: name_cluster(tx, who, "c", person))
            write(lambda tx: assign(tx, who, [mine[writer]], person))
            write(partial(undo, who=who, seq=seq))

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(work, range(WRITERS)))

    read = archived.database.read
    count = select(func.count()).select_from(decisions)
    assert read(lambda tx: tx.execute(count).scalar_one()) == 3 * WRITERS * TIMES
    now = read(shown)
    assert now == [(track, f"person{n}", True) for n, track in enumerate(mine)]
    write(project_all)
    assert read(shown) == now
    assert read(audit.first_broken) is None
