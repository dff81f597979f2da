"""Simulates the reps: who they are, in which team and territory when, and their quotas."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from proof.company.chance import ascii_words, person_name, salesforce_key, scaled
from proof.company.records import Assignment, Quota, Rep, Target

REPS = {"salesforce": 14, "tabular": 5}  # at scale 1

TEAM_OF_TERRITORY = {
    "British Isles": "Team Isles",
    "Benelux & France": "Team Continent",
    "Iberia": "Team Continent",
    "Nordics": "Team Nordics",
    "Canada": "Team Overseas",
    "Key Accounts": "Enterprise",
}
HOME_TERRITORIES = (
    "British Isles",
    "Benelux & France",
    "British Isles",
    "Iberia",
    "Nordics",
    "Key Accounts",
    "Canada",
)


def simulate_reps(rng: Random, scale: float) -> tuple[Rep, ...]:
    """The reps of both systems; a tabular rep's id is a number with leading zeros."""
    reps = []
    for number in range(1, scaled(REPS["salesforce"], scale, least=8) + 1):
        name = person_name(rng)
        territory = HOME_TERRITORIES[(number - 1) % len(HOME_TERRITORIES)]
        reps.append(
            Rep(
                key=salesforce_key("005", number),
                name=name,
                email=f"{ascii_words(name).replace('-', '.')}.{number}@nordlys.example.com",
                team=TEAM_OF_TERRITORY[territory],
                manager=None if number == 1 else salesforce_key("005", 1),
                hired_on=date(2024, 4, 1)
                if number == 7
                else date(2019, 1, 7) + timedelta(days=97 * (number % 11)),
                left_on=date(2024, 11, 30) if number == 4 else None,
            )
        )
    for number in range(1, scaled(REPS["tabular"], scale, least=4) + 1):
        name = person_name(rng)
        reps.append(
            Rep(
                key=f"tabular:{number:03d}",
                name=name,
                email=f"{ascii_words(name).replace('-', '.')}@streetlight.example.org",
                team=("Direct Sales", "Installers")[number % 2],
                territory=None
                if number == 4
                else ("Nordics", "Iberia", "Benelux & France")[number % 3],
                manager=None if number == 1 else "tabular:001",
                hired_on=date(2020, 2, 3) + timedelta(days=150 * (number % 5)),
            )
        )
    return tuple(reps)


# The reps who change team inside a quarter: number -> (first day in the new team, its territory).
MOVES = {
    2: (date(2024, 2, 15), "Nordics"),
    3: (date(2024, 8, 20), "Key Accounts"),
    5: (date(2025, 5, 13), "British Isles"),
}
REP_WITHOUT_ASSIGNMENT = 8
REP_WITH_GAP = 6


def simulate_assignments(reps: Sequence[Rep]) -> tuple[Assignment, ...]:
    """Teams and territories over time; of the tabular reps only the second has any."""
    start = date(2023, 1, 1)
    found = []
    for number, rep in enumerate((r for r in reps if r.system == "salesforce"), start=1):
        if number == REP_WITHOUT_ASSIGNMENT:
            continue
        home = HOME_TERRITORIES[(number - 1) % len(HOME_TERRITORIES)]
        first = Assignment(
            rep=rep.key,
            team=rep.team,
            territory=home,
            valid_from=max(start, rep.hired_on or start),
            valid_to=rep.left_on,
        )
        if number in MOVES:
            moved_on, territory = MOVES[number]
            found.append(replace(first, valid_to=moved_on - timedelta(days=1)))
            found.append(
                Assignment(
                    rep=rep.key,
                    team=TEAM_OF_TERRITORY[territory],
                    territory=territory,
                    valid_from=moved_on,
                )
            )
        elif number == REP_WITH_GAP:
            found.append(replace(first, valid_to=date(2024, 5, 31)))
            found.append(
                replace(first, team="Enterprise Plus", valid_from=date(2024, 9, 1), territory=None)
            )
        else:
            found.append(first)
    found.append(
        Assignment(
            rep="tabular:002",
            team="Installers North",
            territory="Nordics",
            valid_from=date(2024, 7, 1),
        )
    )
    return tuple(found)


def working_reps(reps: Sequence[Rep], day: date) -> list[Rep]:
    """The reps who are hired and have not left on a day."""
    return [
        rep
        for rep in reps
        if (rep.hired_on or day) <= day and (rep.left_on is None or day <= rep.left_on)
    ]


def simulate_quotas(rng: Random, reps: Sequence[Rep]) -> tuple[Quota, ...]:
    """A quota for each month a rep is there; the last rep of each system has none."""
    months = [date(year, month, 1) for year in (2023, 2024, 2025) for month in range(1, 13)]
    found = []
    for rep in reps:
        base = (
            rng.randrange(8, 17) * 500 if rep.system == "salesforce" else rng.randrange(2, 6) * 500
        )
        is_last = rep.key == [r for r in reps if r.system == rep.system][-1].key
        for month in months:
            if is_last or month < (rep.hired_on or month) or month > (rep.left_on or month):
                continue
            grown = base * (1 + 0.12 * (month.year - 2023))
            found.append(Quota(rep.key, month, Decimal(round(grown / 100) * 100), "EUR"))
    return tuple(found)


def simulate_targets(assignments: Sequence[Assignment]) -> tuple[Target, ...]:
    """A handful of targets: total and one team, by quarter and month."""
    team = next(a.team for a in assignments if a.team) or ""
    quarters = [date(2024, month, 1) for month in (1, 4, 7, 10)] + [
        date(2025, month, 1) for month in (1, 4, 7, 10)
    ]
    found = []
    for number, quarter in enumerate(quarters):
        found += [
            Target(
                "total_revenue",
                "quarter",
                quarter,
                "total",
                "total",
                Decimal(220000 + 11000 * number),
            ),
            Target(
                "total_revenue", "quarter", quarter, "team", team, Decimal(55000 + 2500 * number)
            ),
            Target("win_rate", "quarter", quarter, "total", "total", Decimal("0.50")),
        ]
    for month in range(1, 13):
        found.append(
            Target("lead_volume", "month", date(2025, month, 1), "total", "total", Decimal(46))
        )
    return tuple(found)
