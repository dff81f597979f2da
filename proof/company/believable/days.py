"""Months, days and moments of the believable company, and chance that is dealt like cards."""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import TypeVar

from proof.company.believable import story
from proof.company.chance import moment

T = TypeVar("T")

MONTHS = tuple(
    date(year, month, 1)
    for year in range(story.FIRST_DAY.year, story.LAST_DAY.year + 1)
    for month in range(1, 13)
    if date(year, month, 1) <= story.LAST_DAY
)


def months_between(first: date, last: date) -> int:
    """Whole calendar months from one to the other."""
    return 12 * (last.year - first.year) + last.month - first.month


def between(ends: tuple[float, float], day: date) -> float:
    """The value on a day of what moves evenly from the first to the last day."""
    share = (day - story.FIRST_DAY).days / (story.LAST_DAY - story.FIRST_DAY).days
    return ends[0] + (ends[1] - ends[0]) * share


def part_of(month: date) -> float:
    """The share of a month that has passed at the last day."""
    days = (_next(month) - month).days
    return min(1.0, ((story.LAST_DAY - month).days + 1) / days)


def day_in(rng: Random, month: date) -> date:
    """A working day of a month, not after the last day of all."""
    last = min(_next(month) - timedelta(days=1), story.LAST_DAY)
    while True:
        day = month + timedelta(days=rng.randrange((last - month).days + 1))
        if day.weekday() < 5:
            return day


def workday(day: date) -> date:
    """The day, or the Friday before it at weekends."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def _next(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def at(rng: Random, day: date) -> datetime:
    """A moment of a day, never after the export."""
    return min(moment(rng, day), story.EXPORTED_AT)


def stamp(rng: Random, day: date) -> datetime:
    """When a record that was last needed on a day was last changed."""
    later = moment(rng, day) + timedelta(minutes=rng.randrange(5, 3000))
    return min(later, story.EXPORTED_AT)


def weighted(rng: Random, weights: Mapping[T, float]) -> T:
    """One of the keys, by weight."""
    return rng.choices(tuple(weights), tuple(weights.values()))[0]


class Deck:
    """Chance dealt like cards: of many, the share that is drawn is the chance, hardly less or more.

    A rep with twelve deals a quarter and an even chance wins six or seven of them, not three or
    ten, so that a quarter's quota is missed for a reason.
    """

    def __init__(self, rng: Random) -> None:
        """Every hand begins somewhere in the deck."""
        self._rng = rng
        self._held: dict[Hashable, float] = defaultdict(rng.random)

    def draw(self, hand: Hashable, chance: float) -> bool:
        """Whether it happens this time."""
        self._held[hand] += chance
        if self._held[hand] < 1:
            return False
        self._held[hand] -= 1
        return True

    def count(self, hand: Hashable, expected: float) -> int:
        """How often it happens: the expected number, rounded so that none gets lost."""
        self._held[hand] += expected
        whole = int(self._held[hand])
        self._held[hand] -= whole
        return whole
