"""Where else a person is written down: documents of runs, kept replies, unfinished analyses."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, select, update

from playbill.archive.among import among
from playbill.archive.packing import pack_text, unpack_text
from playbill.archive.queue.values import SETTLE
from playbill.archive.tables import replies, runs, segments

GONE = 410
_SAID_GONE = b'{"title": "Gone", "status": 410, "detail": "what was answered is forgotten"}'


def take_out_of_documents(tx: Connection, person_ids: Collection[str]) -> int:
    """Make these people nobody in the documents of all runs; says how many documents had them.

    Documents are kept as they were made; that somebody is forgotten is the one reason to write
    one anew. Nothing else in it changes.
    """
    named = select(runs.c.id).where(runs.c.gallery.is_not(None)).order_by(runs.c.id)
    changed = 0
    for run in tx.execute(named).scalars().all():
        packed = tx.execute(select(runs.c.document).where(runs.c.id == run)).scalar_one()
        text = unpack_text(packed, f"run {run}")
        if not any(person in text for person in person_ids):
            continue
        document = json.loads(text)
        for frame in document["frames"]:
            for thing in frame["objects"]:
                _make_nobody(thing, person_ids)
        for appearance in document["appearances"]:
            _make_nobody(appearance, person_ids)
        written = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
        tx.execute(update(runs).where(runs.c.id == run).values(document=pack_text(written)))
        changed += 1
    return changed


def blank_replies(tx: Connection, words: Collection[str]) -> int:
    """Answer `410 Gone` where a kept reply has any of these ids and names; says how often."""
    sought = {form for word in words if word for form in _forms(word)}
    changed = 0
    for row in tx.execute(select(replies).where(replies.c.status.is_not(None))).all():
        said = (row.body or b"") + json.dumps(row.headers or {}).encode()
        if any(form in said for form in sought):
            here = (replies.c.who == row.who) & (replies.c.key == row.key)
            headers = {"content-type": "application/problem+json"}
            gone = {"status": GONE, "headers": headers, "body": _SAID_GONE}
            tx.execute(update(replies).where(here).values(gone))
            changed += 1
    return changed


def begin_again(tx: Connection, media_ids: Collection[str]) -> int:
    """Let unfinished analyses of these media begin anew, without the faces that they found.

    A worker that is at the last step with these faces in its memory loses its claim. Says how many
    segments have to be done again, if anybody still wants them.
    """
    row = segments.c
    held = among(row.media_id, media_ids)
    again = {"findings": None, "state": "queued", "attempts": 0, "done_frames": 0}
    kept = update(segments).where(held, row.findings.is_not(None))
    changed = tx.execute(kept.values(again)).rowcount
    if changed:
        last = held & (row.number == SETTLE) & row.state.in_(("queued", "running"))
        waiting = {"state": "waiting", "worker": None, "lease_until": None}
        tx.execute(update(segments).where(last).values(waiting))
    return changed


def _make_nobody(entry: dict[str, Any], person_ids: Collection[str]) -> None:
    person = entry.get("person")
    if person is not None and person["id"] in person_ids:
        entry["person"] = None
    if "candidates" in entry:
        kept = [one for one in entry["candidates"] if one["id"] not in person_ids]
        entry["candidates"] = kept
        if not kept:
            del entry["candidates"]


def _forms(word: str) -> tuple[bytes, bytes]:
    """How a text stands in JSON, with other letters than ASCII as they are and as numbers."""
    return (
        json.dumps(word, ensure_ascii=False)[1:-1].encode(),
        json.dumps(word)[1:-1].encode(),
    )
