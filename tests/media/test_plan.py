"""What is left out of a stream, drawn as one letter a packet.

Pictures are named by the order in which they are shown; `*` marks entry points.
"""

import re

import numpy as np
import pytest

from playbill.media.plan import plan

LETTERS = "o.D"
"""Leave out, decode if a reference, decode; `x` where a packet is in no unit."""


def drawn(packets: str, wanted: set[int]) -> str:
    rows = [re.fullmatch(r"(\d+)(\*?)", packet) for packet in packets.split()]
    pts = np.array([int(row[1]) for row in rows if row], np.int64)
    entry = np.array([row[2] == "*" for row in rows if row], np.bool_)
    mask = np.isin(pts, list(wanted))
    letters = ["x"] * len(rows)
    for unit in plan(pts * 512, entry, mask):
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
