from pathlib import Path

import pytest

from playbill.errors import DatasetError
from playbill.training.distil.run import _absent

HERE = [Path("faces/Ada_Lovelace/1.png"), Path("faces/Ada_Lovelace/2.png")]


def test_people_to_hold_out_who_are_not_there_are_told_of() -> None:
    assert _absent(frozenset(), []) == ()
    assert _absent(frozenset({"Ada Lovelace"}), HERE) == ()
    assert _absent(frozenset({"Ada Lovelace", "Ada Lovlace"}), HERE) == (
        "1 of 2 people to hold out have no folder here: Ada Lovlace",
    )


def test_a_list_that_holds_nobody_out_is_refused() -> None:
    with pytest.raises(DatasetError, match="1 of 1 people to hold out have no folder here: Ada"):
        _absent(frozenset({"Ada Lovlace"}), HERE[:0])
