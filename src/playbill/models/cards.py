"""What a network is, whose it is, and what it takes: the cards in `cards.toml` and beside models.

The cards of networks that Playbill knows stand in `cards.toml`, one table a model. The card of a
network that comes with it (`starter/`), or of a user's own, lies beside its file as
`NAME.card.toml` and holds the same keys without the outer table.
"""

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from re import fullmatch
from types import MappingProxyType
from typing import Any, Literal, TypeVar, cast, get_args

from playbill.core.labels import COCO_80
from playbill.core.score_table import ScoreTable
from playbill.errors import ModelError
from playbill.models.thresholds import ClassThreshold, Thresholds

Task = Literal["face-detection", "face-embedding", "object-detection"]
Channels = Literal["RGB", "BGR"]
CARD_SUFFIX = ".card.toml"
STARTER = Path(__file__).with_name("starter")
"""The folder of the networks that come with Playbill."""
Value = TypeVar("Value")

NAME_RULE = "a model's name has at most 64 of a-z 0-9 _ . - and starts with a letter or digit"
LABEL_SETS = MappingProxyType({"coco-80": COCO_80, "coco-90": COCO_80})
"""Named label sets -> the labels that come out. `coco-90`: the outputs are numbered by COCO's 90
ids, the detections by the 80 labels."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model."""

    name: str
    """Without folders."""
    sha256: str
    """64 lower-case hexadecimal digits."""
    url: str | None = None
    """Where `playbill models pull` may fetch it; None: nowhere that is known."""


@dataclass(frozen=True, slots=True)
class PackageFiles:
    """Where an installed Python package carries the same model as data files."""

    package: str
    """The name that would be imported; it never is."""
    files: tuple[ModelFile, ...]
    """Names are paths inside the package."""


@dataclass(frozen=True, slots=True)
class InputContract:
    """What the network's picture input takes: (x - mean) / divisor of 0..255 values."""

    size_wh: tuple[int, int] | None
    """None: any size."""
    channels: Channels
    mean: float
    divisor: float


@dataclass(frozen=True, slots=True)
class Strangers:
    """What pairs of different people score under a face network (see `core.cohort`)."""

    mean: float
    std: float
    quantiles: tuple[tuple[float, float], ...]
    """(share, score) pairs: this share of the pairs scores lower than that; both rise."""
    n: int
    """How many pairs were measured."""
    measured_on: str
    best: ScoreTable | None = None
    """What a stranger scores with the likest of so many people; None: nobody measured it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What faces score with their own person."""

    table: ScoreTable
    """Of so many pictures each."""
    n: int
    """How many faces were asked for."""
    measured_on: str


@dataclass(frozen=True, slots=True)
class CohortFile:
    """Other people's faces under a face network, beside which its scores are read."""

    file: ModelFile
    faces: int
    """How many it was made of ..."""
    people: int
    """... and of how many people; nobody of them is among those that `Strangers` tells of."""
    measured_on: str


@dataclass(frozen=True, slots=True)
class Look:
    """How an object network looks at a picture once; see `many_looks`."""

    side_px: int
    """Width and height of the network's input."""
    mirrored: bool = False
    """Left and right exchanged."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One model: its files, its origin, its contract."""

    name: str
    task: Task
    architecture: str
    """The key of the code that runs it, see `catalogue`."""
    files: tuple[ModelFile, ...]
    """At least one; the first is the network (or the first of its networks)."""
    licence: str
    source: str
    """Where the model comes from, for a person to read."""
    input: InputContract
    label_set: str = ""
    """`coco-80`, `coco-90`, `own` or empty."""
    labels: tuple[str, ...] = ()
    """Object detection: the labels that come out."""
    strangers: Strangers | None = None
    """Face embedding: None where nobody has measured it."""
    known: Known | None = None
    """Face embedding: None where nobody has measured it."""
    cohort: CohortFile | None = None
    """Face embedding: None where nobody has made one; scores are plain cosines then."""
    looks: tuple[Look, ...] = ()
    """Object detection: of several the answers are put together; empty: one, in `input`'s size."""
    thresholds: Thresholds | None = None
    """Object detection: None where nobody has measured them; its architecture's own score then."""
    package: PackageFiles | None = None


def is_name(text: str) -> bool:
    """Whether a model may be named so: what is a file's name everywhere and needs no quotes."""
    return fullmatch(r"[a-z0-9][a-z0-9_.-]{0,63}", text) is not None


def joint_sha256(files: tuple[ModelFile, ...]) -> str:
    """The SHA-256 that names a model: its file's own, or of its files' digests set end to end."""
    if len(files) == 1:
        return files[0].sha256
    return sha256("".join(file.sha256 for file in files).encode("ascii")).hexdigest()


def package_cards() -> dict[str, ModelCard]:
    """The cards that come with Playbill, by name: `cards.toml` in its order, then the starters."""
    path = Path(__file__).with_name("cards.toml")
    tables = tomllib.loads(path.read_text("utf-8"))
    cards = {name: _card(_Table(table, path.name, name)) for name, table in tables.items()}
    starters = (read_card(found) for found in sorted(STARTER.glob(f"*{CARD_SUFFIX}")))
    return cards | {card.name: card for card in starters}


def package_patterns() -> dict[str, ModelCard]:
    """What a network may be like of which no file is known here: files without a digest."""
    path = Path(__file__).with_name("patterns.toml")
    tables = tomllib.loads(path.read_text("utf-8"))
    entry = {"name": "file.onnx", "sha256": "0" * 64}
    cards = {
        name: _card(_Table({**table, "files": [entry]}, path.name, name))
        for name, table in tables.items()
    }
    return {
        name: replace(card, files=(ModelFile(f"{name}.onnx", ""),)) for name, card in cards.items()
    }


def read_card(path: Path) -> ModelCard:
    """Read `NAME.card.toml`.

    Raises:
        ModelError: it cannot be read, is not TOML, or a key is missing, unknown or wrong.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"{path}: the model card cannot be read: {error}") from error
    return _card(_Table(table, str(path), path.name.removesuffix(CARD_SUFFIX)))


def card_text(card: ModelCard) -> str:
    """The TOML of a card file; `read_card` gives the same card back."""
    lines = [
        f"task = {_quoted(card.task)}",
        f"architecture = {_quoted(card.architecture)}",
        f"licence = {_quoted(card.licence)}",
        f"source = {_quoted(card.source)}",
    ]
    if card.label_set == "own":
        lines.append(f"labels = [{', '.join(map(_quoted, card.labels))}]")
    elif card.label_set:
        lines.append(f"labels = {_quoted(card.label_set)}")
    lines += ["", "[input]"]
    if card.input.size_wh:
        lines.append(f"size_wh = {list(card.input.size_wh)}")
    lines.append(f"channels = {_quoted(card.input.channels)}")
    lines += [f"mean = {float(card.input.mean)}", f"divisor = {float(card.input.divisor)}"]
    if card.strangers:
        lines += ["", "[strangers]", *_stranger_lines(card.strangers)]
        if card.strangers.best:
            lines += ["", "[strangers.best]", *_table_lines("rivals", card.strangers.best)]
    if card.known:
        lines += ["", "[known]", *_table_lines("pictures", card.known.table)]
        lines += [f"n = {card.known.n}", f"measured_on = {_quoted(card.known.measured_on)}"]
    if card.cohort:
        lines += ["", "[cohort]", *_cohort_lines(card.cohort)]
    for look in card.looks:
        lines += ["", "[[looks]]", f"side_px = {look.side_px}"]
        lines += ["mirrored = true"] if look.mirrored else []
    if card.thresholds:
        lines += ["", "[thresholds]", *_threshold_lines(card.thresholds)]
    for file in card.files:
        lines += ["", "[[files]]", f"name = {_quoted(file.name)}", f'sha256 = "{file.sha256}"']
        lines += [f"url = {_quoted(file.url)}"] if file.url else []
    return "\n".join(lines) + "\n"


def _stranger_lines(strangers: Strangers) -> list[str]:
    return [
        f"mean = {float(strangers.mean)}",
        f"std = {float(strangers.std)}",
        f"quantiles = {[[float(share), float(score)] for share, score in strangers.quantiles]}",
        f"n = {strangers.n}",
        f"measured_on = {_quoted(strangers.measured_on)}",
    ]


def _table_lines(counted: str, table: ScoreTable) -> list[str]:
    return [
        f"{counted} = {list(table.numbers)}",
        f"shares = {[float(share) for share in table.shares]}",
        f"scores = {[[float(score) for score in row] for row in table.scores]}",
    ]


def _cohort_lines(cohort: CohortFile) -> list[str]:
    return [
        f"name = {_quoted(cohort.file.name)}",
        f'sha256 = "{cohort.file.sha256}"',
        *([f"url = {_quoted(cohort.file.url)}"] if cohort.file.url else []),
        f"faces = {cohort.faces}",
        f"people = {cohort.people}",
        f"measured_on = {_quoted(cohort.measured_on)}",
    ]


def _threshold_lines(thresholds: Thresholds) -> list[str]:
    rows = [
        f"    [{_quoted(one.label)}, {one.shown}, {one.sure}, {one.n}],"
        for one in thresholds.classes
    ]
    return [
        f"precision = {float(thresholds.precision)}",
        f"sure_precision = {float(thresholds.sure_precision)}",
        f"shown = {float(thresholds.shown)}",
        f"sure = {float(thresholds.sure)}",
        f"n = {thresholds.n}",
        f"measured_on = {_quoted(thresholds.measured_on)}",
        "classes = [",
        *rows,
        "]",
    ]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


class _Table:
    """A TOML table that says what is wrong with it in one sentence."""

    def __init__(self, values: object, where: str, name: str) -> None:
        if not isinstance(values, dict):
            raise ModelError(f"{where}: {name} must be a table, found {values!r}")
        self.values: Mapping[str, Any] = values
        self.where = where
        self.name = name

    def get(self, key: str, kind: type[Value], default: Value | None = None) -> Value:
        """The value of `key`; without a default the key must be there."""
        found = self.values.get(key, default)
        if kind is float and isinstance(found, int) and not isinstance(found, bool):
            return cast(Value, float(found))
        if not isinstance(found, kind) or isinstance(found, bool):
            shown = "nothing" if found is None else repr(found)
            raise ModelError(
                f"{self.where}: {self.name}: {key} must be a {kind.__name__}, found {shown}"
            )
        return found

    def child(self, key: str) -> "_Table":
        return _Table(self.get(key, dict), self.where, f"{self.name}.{key}")

    def children(self, key: str) -> list["_Table"]:
        tables = self.get(key, list) if key in self.values else []
        return [
            _Table(table, self.where, f"{self.name}.{key}[{i}]") for i, table in enumerate(tables)
        ]

    def allow(self, *keys: str) -> None:
        """Refuse every key but these."""
        unknown = sorted(set(self.values) - set(keys))
        self.must(not unknown, f"{', '.join(unknown)} unknown, expected {', '.join(keys)}")

    def must(self, true: bool, message: str) -> None:  # noqa: FBT001 - reads as an assertion
        if not true:
            raise ModelError(f"{self.where}: {self.name}: {message}")


def _card(table: _Table) -> ModelCard:
    table.allow(
        *("task", "architecture", "licence", "source", "labels"),
        *("input", "files", "strangers", "known", "cohort", "looks", "thresholds", "package"),
    )
    table.must(is_name(table.name), NAME_RULE)
    task = table.get("task", str)
    tasks = get_args(Task)
    table.must(task in tasks, f"task must be one of {', '.join(tasks)}, found {task!r}")
    label_set, labels = _labels(table)
    table.must(task != "object-detection" or bool(labels), "an object detector needs labels")
    files = tuple(_file(child, plain=True) for child in table.children("files"))
    table.must(bool(files), "files must list at least one file")
    return ModelCard(
        name=table.name,
        task=cast(Task, task),
        architecture=table.get("architecture", str),
        files=files,
        licence=table.get("licence", str),
        source=table.get("source", str),
        input=_input(table.child("input")),
        label_set=label_set,
        labels=labels,
        strangers=_optional(table, "strangers", _strangers),
        known=_optional(table, "known", _known),
        cohort=_optional(table, "cohort", _cohort),
        looks=tuple(_look(child) for child in table.children("looks")),
        thresholds=_optional(table, "thresholds", _thresholds),
        package=_optional(table, "package", _package),
    )


def _optional(table: _Table, key: str, read: Callable[[_Table], Value]) -> Value | None:
    return read(table.child(key)) if key in table.values else None


def _labels(table: _Table) -> tuple[str, tuple[str, ...]]:
    named = table.values.get("labels", "")
    if isinstance(named, str):
        known = named in LABEL_SETS or not named
        table.must(known, f"labels must be a list or one of {', '.join(LABEL_SETS)}")
        return named, LABEL_SETS.get(named, ())
    labels = table.get("labels", list)
    texts = all(isinstance(label, str) and label for label in labels)
    table.must(texts and len(set(labels)) == len(labels), "labels must be different words")
    return "own", tuple(labels)


def _file(table: _Table, *, plain: bool) -> ModelFile:
    table.allow("name", "sha256", "url")
    return _file_of(table, plain=plain)


def _file_of(table: _Table, *, plain: bool) -> ModelFile:
    name, digest = table.get("name", str), table.get("sha256", str)
    parts = name.split("/")
    safe = all(part not in {"", ".", ".."} for part in parts) and "\\" not in name
    table.must(safe and (len(parts) == 1 or not plain), f"name {name!r} must be a file's name")
    table.must(
        fullmatch(r"[0-9a-f]{64}", digest) is not None,
        f"sha256 must be 64 lower-case hexadecimal digits, found {digest!r}",
    )
    return ModelFile(name, digest, table.get("url", str, "") or None)


def _input(table: _Table) -> InputContract:
    table.allow("size_wh", "channels", "mean", "divisor")
    size = table.get("size_wh", list, [])
    right = len(size) in {0, 2} and all(isinstance(side, int) and side > 0 for side in size)
    table.must(right, f"size_wh must be [width, height], found {size}")
    channels = table.get("channels", str)
    table.must(channels in get_args(Channels), f"channels must be RGB or BGR, found {channels!r}")
    divisor = table.get("divisor", float)
    table.must(divisor != 0, "divisor must not be 0")
    return InputContract(
        size_wh=(size[0], size[1]) if size else None,
        channels=cast(Channels, channels),
        mean=table.get("mean", float),
        divisor=divisor,
    )


def _strangers(table: _Table) -> Strangers:
    table.allow("mean", "std", "quantiles", "n", "measured_on", "best")
    quantiles = table.get("quantiles", list)
    try:
        pairs = tuple((float(share), float(score)) for share, score in quantiles)
    except (TypeError, ValueError) as error:
        raise ModelError(
            f"{table.where}: {table.name}: quantiles must be [share, score] pairs"
        ) from error
    rising = list(pairs) == sorted(pairs) and all(0 < share < 1 for share, _ in pairs)
    table.must(rising, "quantiles must rise, with shares between 0 and 1")
    n = table.get("n", int)
    table.must(n > 0, f"n must be positive, found {n}")
    mean, std = table.get("mean", float), table.get("std", float)
    best = _optional(table, "best", _best_of_rivals)
    return Strangers(mean, std, pairs, n, table.get("measured_on", str), best)


def _best_of_rivals(table: _Table) -> ScoreTable:
    table.allow("rivals", "shares", "scores")
    return _score_table(table, "rivals")


def _known(table: _Table) -> Known:
    table.allow("pictures", "shares", "scores", "n", "measured_on")
    n = table.get("n", int)
    table.must(n > 0, f"n must be positive, found {n}")
    return Known(_score_table(table, "pictures"), n, table.get("measured_on", str))


def _score_table(table: _Table, counted: str) -> ScoreTable:
    numbers, shares = table.get(counted, list), table.get("shares", list)
    rows = table.get("scores", list)
    try:
        return ScoreTable(
            tuple(int(number) for number in numbers),
            tuple(float(share) for share in shares),
            tuple(tuple(float(score) for score in row) for row in rows),
        )
    except (TypeError, ValueError) as error:
        raise ModelError(f"{table.where}: {table.name}: {error}") from error


def _cohort(table: _Table) -> CohortFile:
    table.allow("name", "sha256", "url", "faces", "people", "measured_on")
    faces, people = table.get("faces", int), table.get("people", int)
    table.must(0 < people <= faces, f"people must be 1 to {faces} faces, found {people}")
    file = _file_of(table, plain=True)
    return CohortFile(file, faces, people, table.get("measured_on", str))


def _look(table: _Table) -> Look:
    table.allow("side_px", "mirrored")
    side = table.get("side_px", int)
    table.must(side > 0, f"side_px must be positive, found {side}")
    mirrored = table.values.get("mirrored", False)
    table.must(isinstance(mirrored, bool), f"mirrored must be true or false, found {mirrored!r}")
    return Look(side, mirrored)


def _thresholds(table: _Table) -> Thresholds:
    table.allow("precision", "sure_precision", "shown", "sure", "classes", "n", "measured_on")
    try:
        return Thresholds(
            precision=table.get("precision", float),
            sure_precision=table.get("sure_precision", float),
            shown=table.get("shown", float),
            sure=table.get("sure", float),
            classes=tuple(
                ClassThreshold(str(label), float(shown), float(sure), int(n))
                for label, shown, sure, n in table.get("classes", list)
            ),
            n=table.get("n", int),
            measured_on=table.get("measured_on", str),
        )
    except (TypeError, ValueError) as error:
        raise ModelError(
            f"{table.where}: {table.name}: classes must be [label, shown, sure, n] rows: {error}"
        ) from error


def _package(table: _Table) -> PackageFiles:
    table.allow("package", "files")
    files = tuple(_file(child, plain=False) for child in table.children("files"))
    return PackageFiles(table.get("package", str), files)
