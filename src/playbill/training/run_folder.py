"""The folder of a training, gone on in after a kill, with a record of all that repeats it."""

import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from weakref import finalize

from playbill.core.atomic import atomic_path
from playbill.errors import OutputError, TrainingError
from playbill.training.session import now, this_session

RECORD = "run.json"
SCHEMA = "playbill-training/1"


class RunFolder:
    """Where a training puts its record, its checkpoint, its curves and its network.

    While it is held no other process can train there.
    """

    def __init__(self, path: Path, record: dict[str, Any]) -> None:
        self.path = path
        self._record = record
        if _is_first_process():
            _hold(path, self)

    @classmethod
    def open(
        cls, path: Path, *, what: str, settings: Mapping[str, Any], data: Mapping[str, Any]
    ) -> "RunFolder":
        """Make the folder, or go on in one that the same training was begun in.

        Args:
            path: need not be there.
            what: the kind of training, for example `faces`.
            settings: everything that decides the outcome, seeds included; values of JSON.
            data: what it learns from, with digests or counts that tell when it is another.

        Raises:
            TrainingError: another training was begun there, or this one still runs.
            OutputError: it cannot be made or written.
        """
        wanted = _plain({"training": what, "settings": dict(settings), "data": dict(data)})
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{path}: the folder cannot be made: {error.strerror}") from error
        found = _read(path / RECORD)
        if found is not None:
            _must_agree(path, found, wanted)
        else:
            found = {"schema": SCHEMA, **wanted, "began": now(), "sessions": []}
        folder = cls(path, found)
        folder._record["sessions"].append(this_session())
        folder._write()
        return folder

    def finish(self, measures: Mapping[str, float], outputs: Sequence[Mapping[str, Any]]) -> None:
        """Note how good it became, and the files that it made."""
        self._record |= _plain(
            {"ended": now(), "measures": dict(measures), "outputs": [dict(o) for o in outputs]}
        )
        self._write()

    def _write(self) -> None:
        if not _is_first_process():
            return
        text = json.dumps(self._record, indent=2, ensure_ascii=False) + "\n"
        with atomic_path(self.path / RECORD) as part:
            part.write_text(text, "utf-8", errors="backslashreplace")


def _is_first_process() -> bool:
    """Of several: torchrun numbers all of them, Fabric those that it starts on this machine."""
    return int(os.environ.get("RANK") or os.environ.get("LOCAL_RANK") or 0) == 0


def _hold(path: Path, holder: object) -> None:
    """Lock the folder for as long as `holder` is there; a kill lets go of it too.

    Raises:
        TrainingError: another process holds it.
    """
    handle = os.open(path, os.O_RDONLY)
    finalize(holder, os.close, handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise TrainingError(
            f"{path}: another process trains there, expected one at a time: wait, or give another "
            "folder"
        ) from error
    except OSError:
        return  # a disk without locks, as some networks have


def _read(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    try:
        record = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(
            f"{path}: the record of the training cannot be read: {error}"
        ) from error
    parts = {"training": str, "settings": dict, "data": dict, "sessions": list}
    if (
        not isinstance(record, dict)
        or record.get("schema") != SCHEMA
        or not all(isinstance(record.get(name), kind) for name, kind in parts.items())
    ):
        raise TrainingError(f"{path}: this is no record of a training, expected schema {SCHEMA}")
    return record


def _must_agree(path: Path, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    for part in wanted:
        if found[part] == wanted[part]:
            continue
        if not isinstance(wanted[part], dict):
            raise TrainingError(
                f"{path}: a training of {found[part]} was begun there, this is one of "
                f"{wanted[part]}; give another folder"
            )
        keys = {*found[part], *wanted[part]}
        key = min(k for k in keys if found[part].get(k) != wanted[part].get(k))
        raise TrainingError(
            f"{path}: the training begun there has {part} {key} = {found[part].get(key)}, this "
            f"one {wanted[part].get(key)}; give another folder, or the same {part} to go on"
        )


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON gives it back, so that what was read compares equal."""
    plain: dict[str, Any] = json.loads(json.dumps(values, default=str))
    return plain
