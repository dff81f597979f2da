"""Simulates the deals: what is sold, for how much, how long it takes, and who wins."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from proof.company import world
from proof.company.chance import (
    any_day,
    campaign,
    cents,
    last_change,
    lead_source,
    maybe,
    moment,
    pick,
    salesforce_key,
    scaled,
    written_source,
)
from proof.company.records import (
    Account,
    Company,
    Deal,
    DealChange,
    LineItem,
    Product,
)
from proof.company.simulated.changes import dated_changes, stage_steps
from proof.company.simulated.team import working_reps

DEALS = {"salesforce": 860, "tabular": 190}  # at scale 1

WIN_CHANCE_OF_SOURCE = {
    "Website": 0.37,
    "Referral": 0.55,
    "Partner": 0.48,
    "Event": 0.39,
    "Paid Search": 0.27,
    "Newsletter": 0.33,
    "Outbound Call": 0.29,
}
AMOUNT_FACTOR_OF_SEGMENT = {"Small": 0.6, "Mid": 1.3, "Large": 3.2}
CURRENCY_FACTOR = {"GBP": 0.86, "SEK": 11.3, "CAD": 1.5}


def with_deals(rng: Random, scale: float, company: Company) -> Company:
    """The company with its deals, their lines and their history."""
    strength = {rep.key: rng.uniform(-0.14, 0.16) for rep in company.reps}
    deals: list[Deal] = []
    lines: list[LineItem] = []
    changes: list[DealChange] = []
    for system in ("salesforce", "tabular"):
        accounts = [account for account in company.accounts if account.system == system]
        weights = itertools.accumulate(
            AMOUNT_FACTOR_OF_SEGMENT[account.segment or "Small"] + 1 for account in accounts
        )
        cumulative_weights = tuple(weights)
        wins: dict[str, int] = {}
        days = sorted(any_day(rng) for _ in range(scaled(DEALS[system], scale, least=40)))
        for number, day in enumerate(days, start=1):
            account = _account_of_day(rng, accounts, cumulative_weights, day)
            deal, deal_lines = _deal(rng, company, account, number, day, strength, wins)
            if deal.is_won:
                wins[account.key] = wins.get(account.key, 0) + 1
            deals.append(deal)
            lines.extend(deal_lines)
            changes.extend(_changes(rng, deal, len(changes)))
    return replace(
        company,
        deals=tuple(deals),
        lines=tuple(_numbered_lines(lines)),
        changes=tuple(changes),
    )


def _numbered_lines(lines: Sequence[LineItem]) -> list[LineItem]:
    """Line ids; the tabular ones are numbers with leading zeros, which are part of the id."""
    return [
        replace(
            line,
            key=salesforce_key("00k", number)
            if line.deal.startswith("salesforce")
            else f"tabular:{number:06d}",
        )
        for number, line in enumerate(lines, start=1)
    ]


def _account_of_day(
    rng: Random, accounts: Sequence[Account], cumulative_weights: Sequence[float], day: date
) -> Account:
    """An account that exists that day; the first ones exist from the first day on."""
    while True:
        account = rng.choices(accounts, cum_weights=cumulative_weights)[0]
        if account.created_at and account.created_at.date() <= day:
            return account


def _deal(
    rng: Random,
    company: Company,
    account: Account,
    number: int,
    day: date,
    strength: dict[str, float],
    wins: dict[str, int],
) -> tuple[Deal, list[LineItem]]:
    system = account.system
    key = salesforce_key("006", number) if system == "salesforce" else f"tabular:D-{5000 + number}"
    owner = _owner(rng, company, account, day)
    source = lead_source(rng)
    segment = account.segment or "Small"
    currency = account.currency or world.REPORTING_CURRENCY
    lines = _lines(rng, company.products, key, day, segment, currency)
    is_known = wins.get(account.key, 0) > 0

    chance = WIN_CHANCE_OF_SOURCE[source.name] + strength[owner] + (0.12 if is_known else 0)
    is_won = rng.random() < chance
    cycle = round(rng.lognormvariate(math.log(34 if segment == "Small" else 58), 0.65))
    close_date = day + timedelta(days=max(1, cycle - (12 if is_known else 0)))
    is_closed = close_date <= world.LAST_DAY and rng.random() > 0.04
    is_won = is_won and is_closed
    process = world.PROCESSES[system]
    stages = process.won if is_won else process.lost if is_closed else process.open
    stage = pick(rng, stages, [1 / n for n in range(1, len(stages) + 1)])

    written = {"lead_source": written_source(rng, source, system)}
    revenue_type = _revenue_type(rng, system, is_known, written)
    competitor = None
    if rng.random() < (0.25 if is_won else 0.5):
        rival = rng.choice(world.COMPETITORS)
        competitor, written["competitor"] = rival.name, rng.choice(rival.spellings)
    amount = _amount(rng, lines, written)
    has_source = rng.random() < 0.95
    if not has_source:
        del written["lead_source"]
    deal = Deal(
        key=key,
        account=account.key if rng.random() < 0.985 else None,
        name=f"{account.name} {day:%Y-%m}",
        stage=stage,
        is_won=is_won,
        is_closed=is_closed,
        created_at=moment(rng, day),
        close_date=close_date if is_closed else None,
        expected_close_date=close_date
        if close_date > world.LAST_DAY
        else world.LAST_DAY + timedelta(days=rng.randrange(10, 90)),
        amount=amount,
        currency=currency if currency != world.REPORTING_CURRENCY or rng.random() < 0.9 else None,
        owner=owner,
        revenue_type=revenue_type,
        lead_source=source.name if has_source else None,
        campaign=campaign(rng, system, day),
        competitor=competitor,
        loss_reason=rng.choice(world.LOSS_REASONS) if is_closed and not is_won else None,
        contract_term_months=rng.choice((None, None, 12, 24, 36)),
        modified_at=last_change(rng, min(close_date, world.LAST_DAY)),
        as_written=written,
    )
    if is_closed:
        deal = replace(deal, expected_close_date=close_date)
    return deal, lines


def _owner(rng: Random, company: Company, account: Account, day: date) -> str:
    team = working_reps([rep for rep in company.reps if rep.system == account.system], day)
    if account.owner in {rep.key for rep in team} and rng.random() < 0.85:
        return account.owner or ""
    return rng.choice(team).key


def _revenue_type(rng: Random, system: str, is_known: bool, written: dict[str, str]) -> str | None:
    """The deal's type as written; a quarter has none, or one that no mapping knows."""
    draw = rng.random()
    if draw < 0.2:
        return None
    if draw < 0.27:
        written["revenue_type"] = rng.choice(world.UNMAPPED_DEAL_TYPES)
        return None
    fits = [
        deal_type
        for deal_type in world.DEAL_TYPES
        if deal_type.spelling.system in ("", system)
        and (deal_type.revenue_type == "new_business") != is_known
    ]
    chosen = rng.choice(fits)
    written["revenue_type"] = chosen.spelling.raw
    return chosen.revenue_type


def _amount(rng: Random, lines: Sequence[LineItem], written: dict[str, str]) -> Decimal | None:
    total = sum((_line_amount(line) for line in lines), Decimal(0))
    draw = rng.random()
    if draw < 0.012:
        return None
    if draw < 0.02:
        written["amount"] = rng.choice(("N/A", "tbd"))
        return None
    if not lines:
        return Decimal(rng.randrange(4, 120) * 50)
    if draw < 0.10:
        return total - cents(rng.uniform(0, 0.06) * float(total))
    return total


def _line_amount(line: LineItem) -> Decimal:
    return (line.quantity or Decimal(0)) * (line.unit_price or Decimal(0))


def _lines(
    rng: Random, products: Sequence[Product], deal: str, day: date, segment: str, currency: str
) -> list[LineItem]:
    """The deal's lines, of products on sale that day; the keys are given later."""
    if rng.random() < 0.08:
        return []
    system = deal.partition(":")[0]
    on_sale = [p for p in products if p.system == system and (p.launched_on or day) <= day]
    size = AMOUNT_FACTOR_OF_SEGMENT[segment]
    found = []
    for product in rng.sample(on_sale, k=pick(rng, (1, 2, 3), (50, 35, 15))):
        eur = float(product.list_price or 100)
        list_price = cents(eur * CURRENCY_FACTOR.get(currency, 1))
        quantity = max(1, round(rng.lognormvariate(math.log(1500 * size / eur + 1), 0.7)))
        discount = rng.choice((0, 0, 0.05, 0.08, 0.1, 0.15, 0.25))
        unit_price = cents(float(list_price) * (1 - discount))
        knows_list_price = rng.random() < 0.85
        written: dict[str, str] = {}
        if product.key == "tabular:ST-100" and rng.random() < 0.3:
            written["product"] = "ST100"
        found.append(
            LineItem(
                key=f"{system}:",
                deal=deal,
                product=product.key,
                quantity=Decimal(quantity),
                unit_price=unit_price,
                list_price=list_price if knows_list_price or currency != "EUR" else None,
                amount=maybe(rng, 0.93, quantity * unit_price),
                modified_at=last_change(rng, day),
                as_written=written,
            )
        )
    return found


def _changes(rng: Random, deal: Deal, already: int) -> list[DealChange]:
    """How the deal came here: its stages, now and then another amount or close date."""
    if deal.created_at is None:
        return []
    process = world.PROCESSES[deal.system]
    end = datetime.combine(deal.close_date or world.LAST_DAY, time(12), UTC)
    steps = stage_steps(rng, deal, process)
    if deal.amount and rng.random() < 0.2:
        steps.insert(0, ("amount", str(deal.amount + 500), str(deal.amount)))
    if deal.expected_close_date and rng.random() < 0.2:
        final = deal.close_date or deal.expected_close_date
        earlier = (final - timedelta(days=rng.randrange(5, 40))).isoformat()
        steps.insert(0, ("close_date", earlier, final.isoformat()))
    is_salesforce = deal.system == "salesforce"
    return dated_changes(
        deal,
        steps,
        end,
        lambda n: salesforce_key("017", already + n) if is_salesforce else f"tabular:{already + n}",
    )
