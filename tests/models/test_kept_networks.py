"""Networks are compiled once: kept, found again, and made anew where what is kept is not good."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from playbill.models.engines import compiled
from playbill.models.engines.openvino import open_openvino
from playbill.models.graph import Graph
from playbill.models.options import DEFAULT_OPTIONS, SessionOptions
from tests.support.networks import halving_network

Kept = Callable[[], list[Path]]
NUMBERS = np.array([[1, 2, 4]], np.float32)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Kept:
    """The files of a cache that is empty at first."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return lambda: sorted(tmp_path.rglob(f"*{compiled.SUFFIX}"))


class Making:
    """A graph that counts how often it is made."""

    def __init__(self, *parts: object) -> None:
        self.times = 0
        self.graph = Graph.of(self._make, *parts)

    def _make(self) -> bytes:
        self.times += 1
        return halving_network()

    def halves(self, options: SessionOptions = DEFAULT_OPTIONS) -> NDArray[Any]:
        session = open_openvino(self.graph, "tiny", options)
        return session.run({"input": NUMBERS})["halves"]


def test_a_kept_network_is_not_made_again_and_says_the_same(kept: Kept) -> None:
    first, second = Making("sha", 1), Making("sha", 1)

    made, found = first.halves(), second.halves()

    assert (first.times, second.times, len(kept())) == (1, 0, 1)
    np.testing.assert_array_equal(made, NUMBERS / 2)
    np.testing.assert_array_equal(found, made)


def test_another_file_contract_or_option_is_another_network(kept: Kept) -> None:
    Making("sha", 1).halves()

    for making in (other_file := Making("other", 1), other_contract := Making("sha", 2)):
        making.halves()
    threads = Making("sha", 1)
    threads.halves(SessionOptions(threads=1))

    assert (other_file.times, other_contract.times, threads.times) == (1, 1, 1)
    assert len(kept()) == 4


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-100],
        lambda content: content[:100] + bytes([content[100] ^ 1]) + content[101:],
        lambda _: b"",
    ],
    ids=["cut off", "a bit altered", "empty"],
)
def test_a_damaged_file_is_made_anew(kept: Kept, damage: Callable[[bytes], bytes]) -> None:
    Making("sha").halves()
    [file] = kept()
    good = file.read_bytes()
    file.write_bytes(damage(good))
    again = Making("sha")

    np.testing.assert_array_equal(again.halves(), NUMBERS / 2)

    assert again.times == 1
    after = Making("sha")
    after.halves()
    assert after.times == 0


def test_what_the_runtime_does_not_take_is_made_anew(kept: Kept) -> None:
    Making("sha").halves()
    [file] = kept()
    compiled.keep(file.stem, b"whole, but no network")
    again = Making("sha")

    np.testing.assert_array_equal(again.halves(), NUMBERS / 2)

    assert again.times == 1


def test_those_not_used_for_longest_make_room(kept: Kept) -> None:
    for name in ("old", "used", "new"):
        compiled.keep(name, bytes(1000))
    for moment, name in enumerate(("old", "used", "new")):
        os.utime(compiled.compiled_folder() / f"{name}{compiled.SUFFIX}", (moment, moment))
    assert compiled.kept("used") == bytes(1000)

    compiled.keep("last", bytes(1000), most_bytes=2500)

    assert [file.stem for file in kept()] == ["last", "used"]


def test_without_a_place_to_write_networks_are_made_each_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    for making in (Making("sha"), Making("sha")):
        np.testing.assert_array_equal(making.halves(), NUMBERS / 2)
        assert making.times == 1
