"""What must be shown after a list of decisions: said again from nothing, in plain Python.

It shares no code with the archive, knows no data base, and is slow.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

Row = tuple[object, ...]


@dataclass
class Said:
    """One decision, as it was made."""

    seq: int
    kind: str
    person: str | None = None
    other_person: str | None = None
    cluster: str | None = None
    other_cluster: str | None = None
    media: str | None = None
    run: str | None = None
    tracks: tuple[int, ...] = ()
    faces: tuple[int, ...] = ()
    name: str = ""
    people: frozenset[str] = frozenset()
    """Of a rejection: all who were one with the person when it was made."""
    part: int = 0
    """Of a split: the track that the faces are now."""
    undoes: int | None = None


@dataclass
class Seen:
    """A track as a machine, or a split, made it."""

    id: int
    run: str
    media: str
    faces: dict[int, int] = field(default_factory=dict)
    """Id -> frame; of a track that was split off: none."""
    cluster: str | None = None
    person: str | None = None
    score: float = 0.0
    same_as: int | None = None
    split_from: int | None = None


@dataclass
class World:
    """What there is before anybody decides anything."""

    tracks: dict[int, Seen]
    people: dict[str, str]
    clusters: set[str]
    runs: dict[str, list[str]]
    """By medium, oldest first."""


def counts(log: list[Said], said: Said) -> bool:
    return not any(one.undoes == said.seq and counts(log, one) for one in log)


class Oracle:
    def __init__(self, world: World, log: list[Said]) -> None:
        self.world = world
        self.log = [one for one in log if counts(log, one)]
        self.split_at = {one.part: one.seq for one in log if one.kind == "split"}
        self.people = Groups(world.people)
        self.clusters = Groups(world.clusters)
        for one in self.log:
            if one.kind == "merge_people":
                self.people.merge(one.person, one.other_person)
            if one.kind == "merge_clusters":
                self.clusters.merge(one.cluster, one.other_cluster)

    def kind(self, *kinds: str) -> list[Said]:
        return [one for one in self.log if one.kind in kinds]

    # Rows

    def person_rows(self) -> set[Row]:
        rows: set[Row] = set()
        for person, first_name in self.world.people.items():
            names = [one.name for one in self.kind("rename") if one.person == person]
            name = names[-1] if names else first_name
            survivor = self.people.survivor(person)
            hidden = any(one.person == person for one in self.kind("hide"))
            rows.add((person, name, None if survivor == person else survivor, hidden))
        return rows

    def cluster_rows(self) -> set[Row]:
        rows: set[Row] = set()
        for cluster in self.world.clusters:
            survivor = self.clusters.survivor(cluster)
            hidden = any(one.cluster == cluster for one in self.kind("hide"))
            merged = None if survivor == cluster else survivor
            rows.add((cluster, self.cluster_name(cluster), merged, hidden))
        return rows

    def media_rows(self) -> set[Row]:
        rows: set[Row] = set()
        for medium in self.world.runs:
            hidden = any(one.media == medium for one in self.kind("hide"))
            rows.add((medium, self.shown_run(medium), hidden))
        return rows

    def shown_run(self, medium: str) -> str | None:
        promoted = [one.run for one in self.kind("promote") if one.media == medium]
        return promoted[-1] if promoted else self.world.runs[medium][-1]

    def cluster_name(self, cluster: str) -> str | None:
        company = self.clusters.company(cluster)
        said = [one for one in self.kind("name_cluster") if one.cluster in company]
        own = [one for one in said if one.cluster == self.clusters.survivor(cluster)]
        chosen = own or said
        return self.people.survivor(chosen[-1].person) if chosen else None

    # Faces and spans

    def places(self) -> dict[int, int]:
        """The track that each face is in."""
        places = {face: track.id for track in self.world.tracks.values() for face in track.faces}
        for one in self.kind("split"):
            places |= dict.fromkeys(one.faces, one.part)
        return places

    def frames(self, track: int) -> set[int]:
        places = self.places()
        return {
            frame
            for seen in self.world.tracks.values()
            for face, frame in seen.faces.items()
            if places[face] == track
        }

    def spans(self) -> set[tuple[int, int, int, int]]:
        """Track, first and last frame, how many: of all appearances that are shown."""
        places = self.places()
        spans = set()
        for seen in self.world.tracks.values():
            if not seen.faces or seen.run != self.shown_run(seen.media):
                continue
            in_order = sorted((frame, places[face]) for face, frame in seen.faces.items())
            stretch: list[int] = []
            for at, (frame, track) in enumerate(in_order):
                stretch.append(frame)
                if at + 1 == len(in_order) or in_order[at + 1][1] != track:
                    spans.add((track, stretch[0], stretch[-1], len(stretch)))
                    stretch = []
        return spans

    # Tracks

    def track_rows(self) -> dict[int, tuple[str | None, str | None, bool]]:
        base = {track: self.resolve(track) for track in self.world.tracks}
        shown = {}
        for track, (person, verified) in base.items():
            mine = self.world.tracks[track]
            beaten = False
            if person is not None and not verified:
                beaten = any(self.beats(other, track, base) for other in self.rivals(track, base))
            shown[track] = (None if beaten else person, self.place(mine), verified)
        return shown

    def rivals(self, track: int, base: dict[int, tuple[str | None, bool]]) -> list[int]:
        mine = self.world.tracks[track]
        return [
            other
            for other, (person, _) in base.items()
            if other != track
            and person == base[track][0]
            and self.world.tracks[other].run == mine.run
            and self.frames(other) & self.frames(track)
        ]

    def beats(self, other: int, track: int, base: dict[int, tuple[str | None, bool]]) -> bool:
        """Whether `other` is with better right whom both are told to be, and not beaten itself."""
        if base[other][1]:
            return True
        mine, theirs = self.world.tracks[track], self.world.tracks[other]
        if (theirs.score, -theirs.id) < (mine.score, -mine.id):
            return False
        return not any(self.beats(third, other, base) for third in self.rivals(other, base))

    def family(self, track: Seen) -> list[Seen]:
        """Itself, then the tracks of other runs that show the same faces, the newest first."""
        first = track.same_as or track.id
        kin = [
            other
            for other in self.world.tracks.values()
            if (other.same_as or other.id) == first and other.run != track.run
        ]
        return [track, *sorted(kin, key=lambda other: -other.id)]

    def about(self, tracks: list[Seen], *kinds: str) -> list[Said]:
        ids = {track.id for track in tracks}
        return [one for one in self.kind(*kinds) if ids & set(one.tracks)]

    def place(self, track: Seen) -> str | None:
        said = self.about(self.family(track), "separate")
        if said:
            return self.clusters.survivor(said[-1].other_cluster)
        placed = [one.cluster for one in self.family(track) if one.cluster]
        return self.clusters.survivor(placed[0]) if placed else None

    def resolve(self, number: int) -> tuple[str | None, bool]:
        track = self.world.tracks[number]
        said: tuple[str | None] | None = None
        for one in self.about(self.family(track), "assign", "reject"):
            if one.kind == "assign":
                said = (one.person,)
            elif said is not None and said[0] in one.people:
                said = None
        if said is not None:
            return (None if said[0] is None else self.people.survivor(said[0])), True
        not_them = {
            self.people.survivor(one.person)
            for kin in self.family(track)
            for origin, until in self.origins(kin)
            for one in self.about(self.family(origin), "reject")
            if until is None or one.seq < until
        }
        for named in self.family(track):
            place = self.place(named)
            name = None if place is None else self.cluster_name(place)
            if name is not None and name not in not_them:
                return name, True
        if track.person is not None and track.score >= 0.5:
            matched = self.people.survivor(track.person)
            if matched not in not_them:
                return matched, False
        return None, False

    def origins(self, track: Seen) -> list[tuple[Seen, int | None]]:
        """Itself, and what it was split from, each with the decision that ended it."""
        found: list[tuple[Seen, int | None]] = [(track, None)]
        while track.split_from is not None:
            until, track = self.split_at[track.id], self.world.tracks[track.split_from]
            found.append((track, until))
        return found


class Groups:
    """Who is one with whom: sets that only grow, each with its survivor."""

    def __init__(self, everybody: Iterable[str]) -> None:
        self.groups = [({one}, one) for one in everybody]

    def merge(self, who: str | None, into: str | None) -> None:
        mine = next(group for group in self.groups if who in group[0])
        theirs = next(group for group in self.groups if into in group[0])
        if mine is not theirs:
            self.groups.remove(mine)
            self.groups.remove(theirs)
            self.groups.append((mine[0] | theirs[0], theirs[1]))

    def survivor(self, who: str | None) -> str:
        return next(survivor for group, survivor in self.groups if who in group)

    def company(self, who: str) -> set[str]:
        return next(group for group, _ in self.groups if who in group)
