"""Who watches a video while it is decoded."""

from typing import Protocol

from playbill.core.glimpse import Glimpse


class Observer(Protocol):
    """Gets a glimpse of every frame that is decoded, wanted or not, in presentation order.

    Damage is found out late: then a stretch is decoded once more in another way, and what was seen
    of it does not count. So what is seen does not depend on how many threads decode.
    """

    def observe(self, glimpse: Glimpse) -> None:
        """Take the next glimpse; it comes before its frame is given."""
        ...

    def keep(self) -> None:
        """All that was observed so far stands."""
        ...

    def forget(self) -> None:
        """Nothing that was observed since `keep` stands; it comes again."""
        ...


class Unobserved:
    """Nobody watches."""

    def observe(self, glimpse: Glimpse) -> None:
        """Take the next glimpse."""

    def keep(self) -> None:
        """Nothing is kept."""

    def forget(self) -> None:
        """There is nothing to forget."""
