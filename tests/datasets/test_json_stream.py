import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playbill.datasets import json_stream
from playbill.datasets.json_stream import stream_members
from playbill.errors import DatasetError

ARRAYS = frozenset({"rows"})
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def stream(path: Path, text: str) -> list[tuple[str, Any]]:
    path.write_text(text, encoding="utf-8")
    return list(stream_members(path, ARRAYS))


@pytest.mark.parametrize("piece", [1, 7, 1 << 20])
def test_the_same_as_from_reading_all_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(json_stream, "PIECE", piece)

    @settings(max_examples=40, deadline=None)
    @given(values, st.lists(values, max_size=5), st.sampled_from([None, 1]))
    def holds(before: Any, rows: list[Any], indent: int | None) -> None:
        document = {"before": before, "rows": rows, "after": before}
        text = json.dumps(document, ensure_ascii=False, indent=indent)

        found = stream(tmp_path / "x.json", text)

        assert found == [("before", before), *(("rows", row) for row in rows), ("after", before)]

    holds()


def test_empty_objects_and_arrays(tmp_path: Path) -> None:
    assert stream(tmp_path / "x.json", " {} ") == []
    assert stream(tmp_path / "x.json", '{"rows": [ ]}\n') == []


def test_a_byte_order_mark_is_no_harm(tmp_path: Path) -> None:
    assert stream(tmp_path / "x.json", '\ufeff{"a": 1}') == [("a", 1)]


@pytest.mark.parametrize(
    ("text", "line", "complaint"),
    [
        ('{"rows": [\n{"a": 1},\n{"a" 2}\n]}', 3, "':' delimiter"),
        ('{"rows": [\n{"a": 1}\n{"a": 2}]}', 3, "expected ']'"),
        ('{"rows": [\n{"a": 1},\n', 3, "the end of the file"),
        ('{"rows": {"a": 1}}', 1, "expected '['"),
        ("[1, 2]", 1, "expected '{'"),
        ('{"a": 1} x', 1, "expected the end of the file"),
        ('{"a": 1,}', 1, "found"),
        ("{1: 2}", 1, "double quotes"),
        ("", 1, "expected '{'"),
        ('{"a": "\n\n"}', 1, "control character"),
        (f'{{"a": {"9" * 5000}}}', 1, "exceeds the limit"),
    ],
)
def test_what_is_no_json_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, complaint: str
) -> None:
    path = tmp_path / "x.json"
    with pytest.raises(DatasetError) as refused:
        stream(path, text)

    assert str(refused.value).startswith(f"{path}: line {line}: ")
    assert complaint in str(refused.value)


def test_an_error_early_in_a_file_is_not_looked_for_at_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_stream, "PIECE", 64)
    path = tmp_path / "x.json"
    path.write_text('{"rows": [{"a" 1}' + " " * 100_000 + "]}")
    with path.open() as file:
        opened = json_stream._Stream(path, file)
        with pytest.raises(DatasetError):
            list(opened.members(ARRAYS))
        assert len(opened.text) < 1000


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b'{"a": "\xff"}')

    with pytest.raises(DatasetError, match="not UTF-8"):
        list(stream_members(path, ARRAYS))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no such file"):
        list(stream_members(tmp_path / "x.json", ARRAYS))


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="line 1"):
        stream(tmp_path / "x.json", '{"rows": [' + "[" * 100_000)
