"""When somebody or something is in the picture."""

from dataclasses import dataclass

from playbill.core.people import Person
from playbill.core.subjects import Kind, Subject
from playbill.core.timespan import TimeSpan


@dataclass(frozen=True, slots=True)
class Appearance:
    """A span of time in which a person, or an object of a class, is seen."""

    kind: Kind
    label: str
    class_id: int
    person: Person | None
    """None: an object, or people without a name."""
    span: TimeSpan
    """From the first frame that shows it to the end of what its last frame stands for."""
    frames: int
    """How many analysed frames show it."""
    score: float
    """0 to 1: the mean over these frames."""
    unknown: int | None = None
    """Which of the medium's people without a name, from 1; None: somebody with one, an object, or
    people whose faces are not seen."""

    @property
    def subject(self) -> Subject:
        """Who or what it is of."""
        person_id = self.person.id if self.person else None
        return Subject(self.kind, self.class_id, person_id, self.unknown)
