"""Draws by chance, always from the generator it is given."""

import itertools
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from proof.company import world
from proof.company.records import Country, LeadSource

T = TypeVar("T")

ZONE = ZoneInfo("Europe/Amsterdam")
EXPORTED_AT = datetime(2025, 11, 1, 4, 0, tzinfo=UTC)

MONTH_WEIGHTS = (0.9, 0.95, 1.15, 1.0, 1.0, 1.1, 0.75, 0.6, 1.15, 1.1, 1.15, 1.0)
SOURCE_WEIGHTS = {
    "Website": 30,
    "Referral": 14,
    "Partner": 12,
    "Event": 12,
    "Paid Search": 14,
    "Newsletter": 8,
    "Outbound Call": 10,
}
COUNTRY_WEIGHTS = (24, 9, 13, 16, 10, 10, 7, 8, 5)
TABULAR_CAMPAIGNS = ("Spring light", 'The "warm" season, part 2', "Dark evenings")

_DAYS = tuple(
    world.FIRST_DAY + timedelta(days=n) for n in range((world.LAST_DAY - world.FIRST_DAY).days + 1)
)


def _day_weight(day: date) -> float:
    """How busy a day is: the company grows by four fifths, has seasons, rests at weekends."""
    growth = 1 + 0.8 * (day - world.FIRST_DAY).days / len(_DAYS)
    return growth * MONTH_WEIGHTS[day.month - 1] * (0.08 if day.weekday() >= 5 else 1.0)


_CUMULATIVE_DAY_WEIGHTS = tuple(itertools.accumulate(_day_weight(day) for day in _DAYS))


def any_day(rng: Random) -> date:
    """A day of the company's life, busier ones more often."""
    return rng.choices(_DAYS, cum_weights=_CUMULATIVE_DAY_WEIGHTS)[0]


def moment(rng: Random, day: date) -> datetime:
    """A moment of that local day, in UTC: office hours mostly, now and then near midnight."""
    if rng.random() < 0.04:
        clock = time(rng.choice((0, 23)), rng.randrange(60), rng.randrange(60))
    else:
        clock = time(rng.randrange(8, 19), rng.randrange(60), rng.randrange(60))
    return datetime.combine(day, clock, ZONE).astimezone(UTC)


def pick(rng: Random, options: Sequence[T], weights: Sequence[float]) -> T:
    """One of the options, by weight."""
    return rng.choices(options, weights)[0]


def maybe(rng: Random, chance: float, value: T) -> T | None:
    """The value with that chance, else None."""
    return value if rng.random() < chance else None


def cents(value: float) -> Decimal:
    """The amount rounded to two decimals."""
    return Decimal(round(value * 100)).scaleb(-2)


def scaled(count: int, scale: float, least: int) -> int:
    """A count at scale 1 at another scale."""
    return max(least, round(count * scale))


def ascii_words(text: str) -> str:
    """The text as it would stand in an address: ASCII, lower case, dashes."""
    plain = text.replace("ø", "o").replace("Ø", "o").replace("Ł", "l").replace("ł", "l")
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    words = "".join(c.lower() if c.isalnum() else " " for c in plain).split()
    return "-".join(words)


def salesforce_key(prefix: str, number: int) -> str:
    """An 18 character Salesforce id, as `salesforce:001000000000042AAA`."""
    return f"salesforce:{prefix}{number:012d}AAA"


def last_change(rng: Random, day: date) -> datetime:
    """When a record that was last needed on a day was last changed: some days later."""
    later = timedelta(days=rng.randrange(1, 20), minutes=rng.randrange(600))
    return min(datetime.combine(day, time(1), UTC) + later, EXPORTED_AT)


def person_name(rng: Random) -> str:
    """A first and a last name."""
    return f"{rng.choice(world.FIRST_NAMES)} {rng.choice(world.LAST_NAMES)}"


def email_of(name: str, number: int, domain: str) -> str:
    """An address that nobody else has: the number is in it."""
    return f"{ascii_words(name).replace('-', '.')}.{number}@{domain}"


def phone_number(rng: Random) -> str:
    """A number of the ranges that are kept free for fiction."""
    return rng.choice(("+44 20 7946 0{:03d}", "+31 (0)85 010 0{:03d}", "0200 555 0{:03d}")).format(
        rng.randrange(1000)
    )


def any_country(rng: Random) -> Country:
    """A country, the home market most often."""
    return pick(rng, world.COUNTRIES, COUNTRY_WEIGHTS)


def lead_source(rng: Random) -> LeadSource:
    """A lead source, by how much it brings."""
    name = pick(rng, tuple(SOURCE_WEIGHTS), tuple(SOURCE_WEIGHTS.values()))
    return next(source for source in world.LEAD_SOURCES if source.name == name)


def written_source(rng: Random, source: LeadSource, system: str) -> str:
    """One of the raw values that mean the source in that system."""
    return rng.choice([s.raw for s in source.spellings if s.system in ("", system)])


def campaign(rng: Random, system: str, day: date) -> str | None:
    """The campaign of a deal or lead; most have none."""
    if rng.random() < 0.7:
        return None
    quarter = (day.year - 2023) * 4 + (day.month - 1) // 3
    if system == "salesforce":
        return salesforce_key("701", quarter // 2 + 1)
    return f"tabular:{TABULAR_CAMPAIGNS[quarter % 3]} {day.year}"
