"""Somebody who watches a video and remembers what there was to see."""

from dataclasses import dataclass, field

from playbill.core.glimpse import Glimpse


@dataclass
class Glimpses:
    """What stands of all that was observed."""

    seen: list[Glimpse] = field(default_factory=list)
    forgotten: int = 0
    """How often something had to be seen again."""
    _kept: int = 0

    def observe(self, glimpse: Glimpse) -> None:
        self.seen.append(glimpse)

    def keep(self) -> None:
        self._kept = len(self.seen)

    def forget(self) -> None:
        del self.seen[self._kept :]
        self.forgotten += 1

    @property
    def indices(self) -> list[int]:
        return [glimpse.index for glimpse in self.seen]
