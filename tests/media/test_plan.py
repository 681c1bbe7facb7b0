"""What is left out of a stream, drawn as one letter a packet.

Pictures are named by the order in which they are shown; `*` marks entry points.
"""

import re

import numpy as np
import pytest

from playbill.media import plan as planning
from playbill.media.plan import Unit, plan

LETTERS = "o.D"
"""Leave out, decode if a reference, decode; `x` where a packet is in no unit."""


def planned(packets: str, wanted: set[int]) -> list[Unit]:
    rows = [re.fullmatch(r"(\d+)(\*?)", packet) for packet in packets.split()]
    pts = np.array([int(row[1]) for row in rows if row], np.int64)
    entry = np.array([row[2] == "*" for row in rows if row], np.bool_)
    return plan(pts * 512, entry, np.isin(pts, list(wanted)))


def drawn(packets: str, wanted: set[int]) -> str:
    letters = ["x"] * len(packets.split())
    for unit in planned(packets, wanted):
        letters[unit.start : unit.stop] = [LETTERS[action] for action in unit.actions]
    return "".join(letters)


@pytest.mark.parametrize(
    ("packets", "wanted", "actions"),
    [
        ("", set(), ""),
        ("0* 1 2 3* 4 5", set(), "xxxxxx"),
        ("0* 1 2 3* 4 5", {0}, "Dxxxxx"),
        ("0* 1 2 3* 4 5", {1, 5}, ".Dx..D"),
        ("0* 1 2 3* 4 5", {0, 1, 2, 3, 4, 5}, "DDDDDD"),
        ("0 1 2 3", {2}, "..Dx"),
        ("0* 2 1 5* 3 4 7 6", {5}, "xxxDxxxx"),
        ("0* 2 1 5* 3 4 7 6", {7}, "xxx.ooDx"),
        ("0* 2 1 5* 3 4 7 6", {4}, "...." + ".Dxx"),
        ("0* 2 1 5* 3 4 7 6 9* 8", {0, 8}, "Dxx.oo.." + ".D"),
    ],
    ids=[
        "no packets",
        "nothing wanted",
        "the first alone",
        "inside two groups",
        "everything",
        "no entry point",
        "an open group's own entry",
        "behind it: what leads is left out",
        "what leads needs the group before",
        "what leads needs its group from the entry on",
    ],
)
def test_only_what_wanted_frames_need_is_decoded(
    packets: str, wanted: set[int], actions: str
) -> None:
    assert drawn(packets, wanted) == actions


@pytest.mark.parametrize(
    ("packets", "wanted", "units"),
    [
        ("0* 1 2 3* 4 5", {1, 4}, ["0-2", "3-5"]),
        ("0* 1 2 3* 4 5", {2, 4}, ["0-3 followed", "3-5"]),
        ("0* 2 1 5* 3 4 7 6", {1, 5}, ["0-3 followed", "3-4"]),
        ("0* 2 1 5* 3 4 7 6", {1, 4}, ["0-6"]),
        ("0* 1 5 3* 4 6", {5, 3}, ["0-4"]),
        ("0* 5 1 3* 4 6", {5, 3}, ["0-4"]),
        ("0* 1* 2* 3*", {0, 2, 3}, ["0-1", "2-3 followed", "3-4"]),
    ],
    ids=[
        "with a gap between them",
        "one right after the other",
        "what leads is not wanted",
        "what leads is wanted: it needs the group before",
        "shown after the next group began",
        "the same, with a gap",
        "pictures that need no other",
    ],
)
def test_units_part_where_decoding_may_begin(
    packets: str, wanted: set[int], units: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "LEAST_PACKETS", 1)

    found = planned(packets, wanted)

    assert [f"{u.start}-{u.stop}" + " followed" * u.followed for u in found] == units


def test_units_without_a_gap_are_not_too_short() -> None:
    pictures = " ".join(f"{i}*" for i in range(150))

    units = planned(pictures, set(range(150)))

    assert [(unit.start, unit.stop) for unit in units] == [(0, 64), (64, 128), (128, 150)]
