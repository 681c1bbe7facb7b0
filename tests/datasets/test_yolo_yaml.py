from pathlib import Path

import pytest

from playbill.datasets.yolo_yaml import Value, read_members
from playbill.errors import DatasetError


def read(folder: Path, text: str) -> dict[str, Value]:
    path = folder / "data.yaml"
    path.write_text(text, encoding="utf-8")
    return read_members(path, lambda name: name in {"names", "train", "val"})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("names: [cat, hot dog]", ["cat", "hot dog"]),
        ("names: ['cat', \"hot dog\"]  # two", ["cat", "hot dog"]),
        ("names: [cat,\n  'it''s',\n  # none\n]\n", ["cat", "it's"]),
        ("names: ['a, b', 'c]', \"d: e\"]", ["a, b", "c]", "d: e"]),
        ("names:\n  - cat\n  - hot dog # comment\n", ["cat", "hot dog"]),
        ("names:\n- cat\n- dog\n", ["cat", "dog"]),
        ("names:\n  0: cat\n  1: 'a: b'\n", {"0": "cat", "1": "a: b"}),
        ("names: {0: cat, 1: 'a, b'}", {"0": "cat", "1": "a, b"}),
        ('names:\n  0: "caf\\u00e9"\n', {"0": "café"}),
        ("names: [yes, no, 007, null-ish]", ["yes", "no", "007", "null-ish"]),
        ('"names": [cat]', ["cat"]),
        ("nc: 2\n\nnames:\n\n  - cat\n\n# x\n  - dog\nnext: {a: [1, {b: 2}]}\n", ["cat", "dog"]),
        ("names: [ # what\n cat, # a '\n '# dog' ]\n", ["cat", "# dog"]),
        ("names: [猫, a#b]", ["猫", "a#b"]),
    ],
)
def test_the_ways_to_write_names(tmp_path: Path, text: str, names: Value) -> None:
    assert read(tmp_path, text) == {"names": names}


def test_texts_lists_and_what_is_empty(tmp_path: Path) -> None:
    found = read(tmp_path, "train: images/train # here\nval:\n- a\n- b\nnames:\ntest: x: y: z\n")

    assert found == {"train": "images/train", "val": ["a", "b"]}


@pytest.mark.parametrize(
    "text",
    [
        "names: &anchor [cat]",
        "names: !!set {cat, dog}",
        "names: [cat, [dog]]",
        "names: [cat",
        "names: [cat] dog",
        "names: [cat, , dog]",
        "names: |\n  cat\n",
        "names:\n  - cat\n    - dog\n",
        "names:\n  - cat\n  0: dog\n",
        "names:\n  0: cat\n  0: dog\n",
        "names:\n  0:\n    a: b\n",
        'names: ["\\x41"]',
        "names: 'cat' dog",
        "names: [cat]\nnames: [dog]",
        "names: cat\n  dog\n",
    ],
)
def test_what_is_not_understood_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(DatasetError, match=r"data.yaml: line \d: names"):
        read(tmp_path, text)
