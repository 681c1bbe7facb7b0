"""What is wrong with training data, as far as pictures and labels alone can tell."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median

from playbill.datasets.findings import Finding, FindingKind
from playbill.datasets.fingerprints import Fingerprint, fingerprint, near_pairs
from playbill.datasets.objects import ObjectDataset
from playbill.datasets.people import PersonPicture, place_of
from playbill.datasets.problems import ProblemList
from playbill.datasets.reading import first_few, unreadable
from playbill.errors import DatasetError, MediaError

IMBALANCE = 10
"""The largest class is worth a word when it has so many times the median."""


def check_people(
    pictures: Sequence[PersonPicture], source: Path, hook: Callable[[], None]
) -> list[Finding]:
    """Look at every picture of a folder per person; see `pipeline.name_check` for the names.

    Args:
        pictures: of `datasets.people.find_people`.
        source: the folder; pictures are called by their place below it.
        hook: called when a picture is done.

    Raises:
        DatasetError: there are no pictures, or the folder cannot be listed.
    """
    if not pictures:
        raise DatasetError(f"{source}: holds no pictures")
    names = {place_of(picture.path, source): picture.name for picture in pictures}
    paths = {place_of(picture.path, source): picture.path for picture in pictures}
    seen, findings = _fingerprints(paths, hook)
    findings += _repeated(seen, names)
    findings += _empty_folders(source, pictures)
    findings += _uneven(Counter(names.values()), "people", "pictures")
    return findings


def check_objects(
    dataset: ObjectDataset, problems: ProblemList, hook: Callable[[], None]
) -> list[Finding]:
    """Look at every picture and every box of labelled pictures.

    Args:
        dataset: opened with `problems` as its `on_problem`.
        problems: what was found when it was opened; more comes in here.
        hook: called when a picture is done.

    Raises:
        DatasetError: nothing of it can be used.
    """
    paths: dict[str, Path] = {}
    objects: Counter[str] = Counter(dict.fromkeys(dataset.labels, 0))
    pictures: Counter[str] = Counter(dict.fromkeys(dataset.labels, 0))
    for picture in dataset:
        paths[picture.name] = picture.path
        labels = [dataset.labels[class_id] for class_id in picture.class_ids]
        objects.update(labels)
        pictures.update(set(labels))
    found = [Finding(one.kind, one.where, one.sentence) for one in problems.problems]
    if not paths:
        reason = f" ({found[0]})" if found else ""
        raise DatasetError(f"{dataset.name}: holds no pictures that can be used{reason}")
    seen, damaged = _fingerprints(paths, hook)
    findings = [*found, *damaged, *_repeated(seen, {})]
    empty = sorted(label for label, count in objects.items() if not count)
    if empty:
        sentence = f"{len(empty)} of {len(objects)} classes have no object ({first_few(empty)})"
        findings.append(Finding("empty-class", dataset.name, sentence, tuple(empty)))
    return findings + _uneven(+pictures, "classes", "pictures")


def _fingerprints(
    paths: Mapping[str, Path], hook: Callable[[], None]
) -> tuple[dict[str, Fingerprint], list[Finding]]:
    """What is to be seen on each picture, by name; and those that cannot be read."""
    seen: dict[str, Fingerprint] = {}
    findings: list[Finding] = []
    for name, path in paths.items():
        try:
            seen[name] = fingerprint(path)
        except MediaError as error:
            sentence = str(error).removeprefix(f"{path}: ")
            findings.append(Finding("unreadable-picture", name, sentence))
        hook()
    return seen, findings


def _repeated(seen: Mapping[str, Fingerprint], person_of: Mapping[str, str]) -> list[Finding]:
    """Each picture that is there already, once, with the first one that it is the same as."""
    names, prints = list(seen), list(seen.values())
    first: dict[int, int] = {}
    findings: list[Finding] = []
    for one, other in sorted(near_pairs(prints, prints)):
        if one >= other or other in first:
            continue
        first[other] = one
        name, instead = names[other], names[one]
        is_file = prints[one].sha256 == prints[other].sha256
        what = "is the same file as" if is_file else "is the same picture, saved anew, as"
        if person_of and person_of[name] != person_of[instead]:
            sentence = f"{what} {instead}: one picture, two people"
            findings.append(Finding("two-people", name, sentence, (instead,)))
        else:
            kind: FindingKind = "same-file" if is_file else "same-picture"
            findings.append(Finding(kind, name, f"{what} {instead}", (instead,)))
    return findings


def _empty_folders(source: Path, pictures: Iterable[PersonPicture]) -> list[Finding]:
    used = {place_of(picture.path, source).split("/")[0] for picture in pictures}
    try:
        folders = sorted(entry.name for entry in source.iterdir() if entry.is_dir())
    except OSError as error:
        raise unreadable(source, error) from error
    return [
        Finding("empty-class", name, "is a folder without a picture")
        for name in folders
        if name not in used and not name.startswith(".")
    ]


def _uneven(counts: Mapping[str, int], classes: str, of: str) -> list[Finding]:
    """Classes with a single picture, and one that is much larger than most."""
    findings: list[Finding] = []
    single = sorted(name for name, count in counts.items() if count == 1)
    if single:
        verb = "has" if len(single) == 1 else "have"
        sentence = f"{len(single)} of {len(counts)} {verb} a single picture ({first_few(single)})"
        findings.append(Finding("one-picture", classes, sentence, tuple(single)))
    if counts:
        most = max(counts, key=lambda name: counts[name])
        middle = median(counts.values())
        if counts[most] >= IMBALANCE * middle:
            sentence = (
                f"{most} has {counts[most]:,} {of}, {counts[most] / middle:.0f} times the median "
                f"of {len(counts)} {classes} ({middle:g})"
            )
            findings.append(Finding("imbalance", classes, sentence, (most,)))
    return findings
