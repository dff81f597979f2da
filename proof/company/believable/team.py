"""The reps, and how strong each is in a month."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from proof.company.believable import story
from proof.company.believable.days import months_between
from proof.company.chance import ascii_words, person_name, salesforce_key
from proof.company.records import Assignment, Rep
from proof.company.simulated.hubspot import OWNER, hubspot_key


@dataclass(frozen=True)
class Seller:
    """A rep, the territories it sells in, and its strength (1 is the average)."""

    rep: Rep
    places: tuple[story.Place, ...]
    strength: float

    @property
    def system(self) -> str:
        """The CRM that the rep works in."""
        return self.rep.system

    def ramp(self, month: date) -> float:
        """The share of its strength in a month; 0 where it is not there."""
        hired_on = self.rep.hired_on or date.min
        is_gone = self.rep.left_on is not None and self.rep.left_on < month
        if is_gone or hired_on > month:
            return 0.0
        since = months_between(hired_on, month)
        return story.RAMP_MONTHS[since] if since < len(story.RAMP_MONTHS) else 1.0


def simulate_team(rng: Random) -> tuple[Seller, ...]:
    """The reps of both CRMs: most are old hands, some joined in the years that are told."""
    found: list[Seller] = []
    places = {place.name: place for place in story.PLACES}
    seats: list[tuple[str, tuple[str, ...]]]
    seats = [(place.team, (place.name,)) for place in story.PLACES for _ in range(place.reps)]
    seats += [
        (team, names)
        for team, names in story.SIGN_TEAMS.items()
        for _ in range(story.SIGN_REPS_OF_TEAM)
    ]
    names: set[str] = set()
    for number, (team, own) in enumerate(seats, start=1):
        name = person_name(rng)
        while name in names:
            name = person_name(rng)
        names.add(name)
        is_signs = team in story.SIGN_TEAMS
        rep = Rep(
            key=hubspot_key(OWNER, number) if is_signs else salesforce_key("005", number),
            name=name,
            email=f"{ascii_words(name).replace('-', '.')}@nordlys.example",
            team=team,
            # HubSpot's owners have neither; they are given by assignment.
            territory=None,
            manager=None if number == 1 or is_signs else salesforce_key("005", 1),
            hired_on=None if is_signs else _hired_on(number),
            modified_at=story.EXPORTED_AT - timedelta(days=200),
        )
        strength = 0.86 + 0.28 * rng.random()
        found.append(Seller(rep, tuple(places[one] for one in own), strength))
    return tuple(found)


def _hired_on(number: int) -> date | None:
    """The day on which a rep of Salesforce joined; nobody wrote down that of the old hands."""
    place, rest = divmod(number, 3)
    return None if rest or place >= len(story.HIRED_ON) else story.HIRED_ON[place]


def assignments(team: tuple[Seller, ...]) -> tuple[Assignment, ...]:
    """The team and territory of each rep since it was hired; sign makers have no territory."""
    return tuple(
        Assignment(
            rep=seller.rep.key,
            team=seller.rep.team,
            territory=seller.places[0].name if len(seller.places) == 1 else None,
            valid_from=max(story.FIRST_DAY, seller.rep.hired_on or story.FIRST_DAY),
        )
        for seller in team
    )
