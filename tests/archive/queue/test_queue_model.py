"""The queue against a model in plain Python: no part is done twice, none is lost, jobs end."""

from dataclasses import dataclass, field
from functools import partial
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, select

from playbill.archive import queue
from playbill.archive.database import Database
from playbill.archive.queue import MOST_ATTEMPTS, SETTLE, Claim, Standing
from playbill.archive.tables import segments
from playbill.errors import Conflict
from tests.archive.queue.conftest import add_medium

LEASE_S = 30.0
PRINT = "e" * 64
PARTS = 2


@dataclass(frozen=True)
class Part:
    first_frame: int = 0
    end_frame: int = 10
    frames: int = 10


@dataclass
class Piece:
    """What the model knows of one row of segments."""

    state: str = "queued"
    attempts: int = 0
    due: float = 0.0
    mark: str | None = None
    accepted: int = 0
    """How often its findings were taken since it was last put back on purpose."""


@dataclass
class Order:
    """What the model knows of one job."""

    media_id: str
    priority: int
    created: float
    state: str = "queued"


@dataclass
class Model:
    """The rules of the queue once more, without a data base."""

    pieces: dict[str, dict[int, Piece]] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)

    def active(self, media_id: str) -> list[Order]:
        orders = [o for o in self.orders.values() if o.media_id == media_id]
        return [order for order in orders if order.state in ("queued", "running")]

    def enqueue(self, job_id: str, order: Order) -> None:
        parts = self.pieces.get(order.media_id)
        self.orders[job_id] = order
        if parts is None:
            parts = {n: Piece() for n in range(PARTS)} | {SETTLE: Piece("waiting")}
            self.pieces[order.media_id] = parts
        elif self.active(order.media_id) == [order]:
            self.revive(order.media_id)
        if parts[SETTLE].state == "done":
            order.state = "done"
        self.open_last(order.media_id)

    def revive(self, media_id: str) -> bool:
        parts = self.pieces[media_id]
        last = parts[SETTLE]
        aside = [n for n, piece in parts.items() if piece.state == "aside"]
        for number in aside:
            parts[number] = Piece("waiting" if number == SETTLE else "queued")
        for piece in parts.values():
            if piece.state == "queued":
                piece.attempts, piece.due = 0, 0.0
        if any(number != SETTLE for number in aside) and last is parts[SETTLE]:
            parts[SETTLE] = Piece("waiting")
        return bool(aside)

    def next(self, now: float) -> tuple[str, int] | None:
        """What is claimed now; pieces that used up their attempts are put aside on the way."""
        while True:
            free = [
                (-order.priority, order.created, number, media_id)
                for media_id, parts in self.pieces.items()
                for order in self.active(media_id)
                for number, piece in parts.items()
                if piece.state in ("queued", "running") and piece.due <= now
            ]
            if not free:
                return None
            *_, number, media_id = min(free)
            piece = self.pieces[media_id][number]
            if piece.state == "running" and piece.attempts == MOST_ATTEMPTS:
                self.put_aside(media_id, number)
                continue
            return media_id, number

    def put_aside(self, media_id: str, number: int) -> None:
        self.pieces[media_id][number].state = "aside"
        if number == SETTLE:
            self.end(media_id, "failed")
        self.open_last(media_id)

    def open_last(self, media_id: str) -> None:
        parts = self.pieces[media_id]
        states = {piece.state for number, piece in parts.items() if number != SETTLE}
        if states & {"queued", "running"}:
            return
        if "done" not in states:
            self.end(media_id, "failed")
        elif parts[SETTLE].state == "waiting":
            parts[SETTLE] = Piece()

    def end(self, media_id: str, state: str) -> None:
        for order in self.active(media_id):
            order.state = state


def states_of(tx: Connection, media_id: str) -> dict[int, str]:
    rows = select(segments.c.number, segments.c.state).where(segments.c.media_id == media_id)
    return dict(iter(tx.execute(rows)))


class QueueMachine(RuleBasedStateMachine):
    """Drives the queue and the model side by side."""

    database: Database
    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        mark = uuid4().hex
        self.media = [add_medium(self.database, f"{mark}-{n}") for n in range(2)]
        self.model, self.now = Model(), 1000.0

    @rule(which=st.integers(0, 1), priority=st.integers(0, 1))
    def enqueue(self, which: int, priority: int) -> None:
        self.now += 1
        media_id = self.media[which]
        job_id = self.database.write(
            lambda tx: queue.enqueue(
                tx,
                media_id,
                PRINT,
                {},
                [Part()] * PARTS,
                who="cli:test",
                priority=priority,
                now=self.now,
            )
        )
        self.model.enqueue(job_id, Order(media_id, priority, self.now))

    @rule(target=claims)
    def claim(self) -> object:
        got = self.database.write(lambda tx: queue.claim(tx, "w", self.now, LEASE_S))
        wanted = self.model.next(self.now)
        assert (got and (got.media_id, got.number)) == wanted
        if got is None:
            return multiple()
        piece = self.piece(got)
        piece.state, piece.mark = "running", got.worker
        piece.attempts, piece.due = piece.attempts + 1, self.now + LEASE_S
        assert got.attempt == piece.attempts
        for order in self.model.active(got.media_id):
            order.state = "running"
        return got

    @rule(held=claims)
    def finish(self, held: Claim) -> None:
        ours = self.ours(held)
        if held.settles:
            wanted = ours and bool(self.model.active(held.media_id))
            done = self.database.write(
                lambda tx: queue.finish_settle(tx, held, str(uuid4()), self.now)
            )
            assert done == wanted
            if ours and not wanted:
                self.give_back(held)
            if done:
                self.piece(held).state = "done"
                self.model.end(held.media_id, "done")
        else:
            done = self.database.write(
                lambda tx: queue.finish(tx, held, b"seen", self.now, seconds=1)
            )
            assert done == ours
            if done:
                piece = self.piece(held)
                piece.state, piece.accepted = "done", piece.accepted + 1
                self.model.open_last(held.media_id)

    @rule(held=claims)
    def fail(self, held: Claim) -> None:
        ours, piece = self.ours(held), self.piece(held)
        assert self.database.write(lambda tx: queue.fail(tx, held, "broke", self.now)) == ours
        if not ours:
            return
        if held.attempt == MOST_ATTEMPTS:
            self.model.put_aside(held.media_id, held.number)
        else:
            piece.state, piece.mark = "queued", None
            piece.due = self.now + queue.PAUSE_S * 2 ** (held.attempt - 1)

    @rule(held=claims)
    def release(self, held: Claim) -> None:
        ours = self.ours(held)
        assert self.database.write(lambda tx: queue.release(tx, held)) == ours
        if ours:
            self.give_back(held)

    @rule(held=claims)
    def beat(self, held: Claim) -> None:
        standing = self.database.write(lambda tx: queue.heartbeat(tx, held, self.now, LEASE_S))
        if not self.ours(held):
            assert standing is Standing.LOST
            return
        self.piece(held).due = self.now + LEASE_S
        wanted = Standing.OURS if self.model.active(held.media_id) else Standing.UNWANTED
        assert standing is wanted

    @rule(seconds=st.sampled_from([1.0, 4.0, LEASE_S, 3 * LEASE_S]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: self.model.orders)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        job_id = data.draw(st.sampled_from(list(self.model.orders)))
        order = self.model.orders[job_id]
        if order.state not in ("queued", "running"):
            with pytest.raises(Conflict):
                self.database.write(lambda tx: queue.cancel(tx, job_id, who="cli:test"))
            return
        self.database.write(lambda tx: queue.cancel(tx, job_id, who="cli:test", now=self.now))
        order.state = "cancelled"

    @precondition(lambda self: self.model.orders)
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        job_id = data.draw(st.sampled_from(list(self.model.orders)))
        order = self.model.orders[job_id]
        aside = any(p.state == "aside" for p in self.model.pieces[order.media_id].values())
        if order.state in ("queued", "running") or (order.state == "done" and not aside):
            with pytest.raises(Conflict):
                self.database.write(lambda tx: queue.retry(tx, job_id, who="cli:test"))
            return
        self.database.write(lambda tx: queue.retry(tx, job_id, who="cli:test", now=self.now))
        self.model.revive(order.media_id)
        last = self.model.pieces[order.media_id][SETTLE]
        order.state = "done" if last.state == "done" else "queued"
        self.model.open_last(order.media_id)

    @invariant()
    def states_agree(self) -> None:
        for job_id, order in self.model.orders.items():
            assert self.database.read(partial(queue.get_job, job_id=job_id)).state == order.state
        for media_id, parts in self.model.pieces.items():
            found = self.database.read(partial(states_of, media_id=media_id))
            assert found == {number: piece.state for number, piece in parts.items()}

    @invariant()
    def no_findings_are_taken_twice(self) -> None:
        for parts in self.model.pieces.values():
            assert all(piece.accepted <= 1 for piece in parts.values())

    def teardown(self) -> None:
        """Whatever happened: an honest worker brings every job to its end."""
        for _ in range(100):
            self.now += LEASE_S
            got = self.claim()
            if not isinstance(got, Claim):
                break
            self.finish(got)
        assert not [o for o in self.model.orders.values() if o.state in ("queued", "running")]

    def piece(self, held: Claim) -> Piece:
        return self.model.pieces[held.media_id][held.number]

    def ours(self, held: Claim) -> bool:
        piece = self.piece(held)
        return piece.state == "running" and piece.mark == held.worker

    def give_back(self, held: Claim) -> None:
        piece = self.piece(held)
        piece.state, piece.mark, piece.due = "queued", None, 0.0
        piece.attempts = held.attempt - 1


@pytest.fixture
def machine(database: Database) -> type[QueueMachine]:
    return type("Machine", (QueueMachine,), {"database": database})


def test_the_queue_does_as_its_model(machine: type[QueueMachine], database: Database) -> None:
    examples = 40 if database.dialect == "sqlite" else 15
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
