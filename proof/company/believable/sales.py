"""The selling of the reps: leads, deals, their lines and their history, month by month."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

from proof.company.believable import story
from proof.company.believable.days import (
    MONTHS,
    Deck,
    at,
    between,
    day_in,
    part_of,
    stamp,
    weighted,
    workday,
)
from proof.company.believable.market import Market
from proof.company.believable.team import Seller
from proof.company.chance import (
    cents,
    email_of,
    maybe,
    person_name,
    phone_number,
    salesforce_key,
)
from proof.company.records import (
    Account,
    CampaignMember,
    Deal,
    DealAccount,
    DealChange,
    DealPerson,
    Lead,
    LineItem,
    Person,
)
from proof.company.simulated.hubspot import CHANGE, CONTACT, DEAL, LINE, LINK, hubspot_key

CAMPAIGN_KEY = {
    name: salesforce_key("701", number)
    for number, name in enumerate((*story.FAIRS, story.PUSH.name), start=1)
}
SOURCE = {source.name: source for source in story.SOURCES}
RATE = {"EUR": 1.0, "GBP": 0.85, "SEK": 11.3, "DKK": 7.46}  # The price lists, by 1 euro.


@dataclass
class Sales:
    """Everything that selling leaves in the CRMs."""

    rng: Random
    market: Market
    history: Random
    deals: list[Deal] = field(default_factory=list)
    lines: list[LineItem] = field(default_factory=list)
    changes: list[DealChange] = field(default_factory=list)
    deal_accounts: list[DealAccount] = field(default_factory=list)
    deal_people: list[DealPerson] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)
    members: list[CampaignMember] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Reads the stages by system."""
        self.deck = Deck(self.rng)
        self.stages: dict[str, list[str]] = defaultdict(list)
        for stage in story.STAGES:
            self.stages[stage.system].append(stage.label)
        # By rep: the companies that did not buy yet, and those that did, with their first day.
        self._prospects: dict[str, list[Account]] = defaultdict(list)
        self._customers: dict[str, dict[str, tuple[date, Account]]] = defaultdict(dict)
        self._with_lead: set[str] = set()

    def run(self, team: Sequence[Seller]) -> None:
        """Every rep's months, one after the other."""
        for month in MONTHS:
            for seller in team:
                self._month(seller, month)

    # --- a month of a rep -------------------------------------------------------------------------

    def _month(self, seller: Seller, month: date) -> None:
        ramp = seller.ramp(month)
        if not ramp:
            return
        expected = between(story.DEALS_OF_REP, month) * story.SEASON[month.month - 1] * ramp
        expected *= part_of(month) * seller.strength * _demand(seller, month)
        key = seller.rep.key
        days = sorted(day_in(self.rng, month) for _ in range(self.deck.count(key, expected)))
        is_pushed = _is_pushed(seller, month)
        for day in days:
            self._deal(seller, day, is_pushed)
        lost_leads = expected * (1 - story.KNOWN_SHARE) * story.LEADS_LOST_PER_DEAL
        lost_leads *= story.PUSH.leads if is_pushed else 1
        for _ in range(self.deck.count((key, "leads"), lost_leads)):
            self._lost_lead(seller, day_in(self.rng, month), is_pushed)

    def _deal(self, seller: Seller, day: date, is_pushed: bool) -> None:
        rng, key = self.rng, seller.rep.key
        buyers = [a for since, a in self._customers[key].values() if (day - since).days > 20]
        is_known = bool(buyers) and self.deck.draw(
            (key, "known"), min(story.KNOWN_SHARE, len(buyers) * 0.03)
        )
        if is_known:
            account = rng.choice(buyers)
        elif self._prospects[key] and rng.random() < story.RETURNS:
            account = rng.choice(self._prospects[key])
        else:
            account = self.market.account(seller, day)
            self._prospects[key].append(account)
        source = SOURCE[weighted(rng, {s.name: s.share for s in story.SOURCES})]
        joins = is_pushed and not is_known and rng.random() < story.PUSH.joins
        if joins:
            source = SOURCE["Event"]
        is_won = self.deck.draw(
            (key, "wins", is_known), self._chance(seller, day, is_known, source, joins)
        )
        campaign = self._campaign(seller, source, day, joins)
        deal = self._make(seller, account, day, is_known, is_won, source, campaign)
        if not is_known and rng.random() < story.LEAD_OF_DEAL:
            self._lead_of(seller, account, deal, source, campaign)

    def _chance(
        self, seller: Seller, day: date, is_known: bool, source: story.Source, joins: bool
    ) -> float:
        chance = story.WIN_CHANCE["known" if is_known else "new"]
        chance *= 1 if is_known else source.wins
        chance *= 0.96 + 0.08 * (seller.strength - 0.86) / 0.28
        if seller.places[0].name == story.SLUMP.territory and day >= story.SLUMP.since:
            chance *= story.SLUMP.wins
        return chance * (story.PUSH.wins if joins else 1)

    def _campaign(self, seller: Seller, source: story.Source, day: date, joins: bool) -> str | None:
        """The campaign that a deal comes from: the push, or the half-year's fair."""
        if seller.system != "salesforce":
            return None
        if joins:
            return CAMPAIGN_KEY[story.PUSH.name]
        if source.name != "Event":
            return None
        return CAMPAIGN_KEY[story.FAIRS[0 if day.month <= 6 else 1]]

    # --- a deal -----------------------------------------------------------------------------------

    def _make(
        self,
        seller: Seller,
        account: Account,
        day: date,
        is_known: bool,
        is_won: bool,
        source: story.Source,
        campaign: str | None,
    ) -> Deal:
        rng, system = self.rng, seller.system
        number = len(self.deals) + 1
        key = hubspot_key(DEAL, number) if system == "hubspot" else salesforce_key("006", number)
        median = story.CYCLE_DAYS["known" if is_known else "new"]
        days = round(rng.lognormvariate(math.log(median), 0.5))
        ends_on = workday(day + timedelta(days=max(4, min(days, 240))))
        is_closed = ends_on <= story.LAST_DAY
        is_won = is_won and is_closed
        written = {}
        revenue_type = "new_business"
        if is_known and system == "salesforce":
            written["revenue_type"] = weighted(rng, story.TYPE_OF_KNOWN)
            revenue_type = next(
                t.revenue_type
                for t in story.DEAL_TYPES
                if t.spelling.raw == written["revenue_type"]
            )
        elif is_known:
            written["revenue_type"], revenue_type = "existingbusiness", "expansion"
        else:
            written["revenue_type"] = "New Business" if system == "salesforce" else "newbusiness"
        if system == "hubspot":
            written["lead_source"] = source.hubspot
        lines = self._lines(key, system, account, day)
        *open_stages, won, lost = self.stages[system]
        is_taken = not is_won and rng.random() < story.NAMES_RIVAL
        people = self.market.people_of[account.key]
        created_at = max(at(rng, day), account.created_at or datetime.min)
        deal = Deal(
            key=key,
            account=account.key,
            name=f"{account.name} {day:%Y-%m}",
            pipeline=story.PIPELINE[system],
            stage=won if is_won else lost if is_closed else open_stages[0],
            is_won=is_won,
            is_closed=is_closed,
            created_at=created_at,
            close_date=ends_on if is_closed else None,
            expected_close_date=ends_on,
            amount=sum((line.amount or Decimal(0) for line in lines), Decimal(0)),
            currency=account.currency,
            owner=seller.rep.key,
            revenue_type=revenue_type,
            lead_source=source.name,
            campaign=campaign,
            competitor=rng.choice(story.COMPETITORS).name if is_taken else None,
            loss_reason=rng.choice(story.LOSS_REASONS) if is_closed and not is_won else None,
            contract_term_months=12,
            primary_person=people[0].key,
            modified_at=stamp(rng, min(ends_on, story.LAST_DAY)),
            as_written=written,
        )
        deal = self._with_history(deal, open_stages, ends_on)
        self.deals.append(deal)
        self.lines += lines
        self._link(deal, people)
        if is_won:
            owner = seller.rep.key
            self._customers[owner].setdefault(account.key, (ends_on, account))
            if account in self._prospects[owner]:
                self._prospects[owner].remove(account)
        return deal

    def _lines(self, deal: str, system: str, account: Account, day: date) -> list[LineItem]:
        rng = self.rng
        on_sale = [p for p in story.PRODUCTS if p.system == system and p.launched_on]
        takes_off = story.TAKE_OFF
        chosen = rng.sample(
            [p for p in on_sale if p.key != takes_off.product], k=rng.choice((1, 2, 2, 2))
        )
        if system == "salesforce" and day >= takes_off.since:
            month = 12 * (day.year - takes_off.since.year) + day.month - takes_off.since.month
            if self.deck.draw("takes off", takes_off.shares[month]):
                chosen[0] = next(p for p in on_sale if p.key == takes_off.product)
        size = story.SEGMENTS[account.segment or "Mid"][1]
        found: list[LineItem] = []
        for product in chosen:
            euro = float(product.list_price or 100)
            price = cents(euro * RATE[account.currency or "EUR"])
            worth = rng.lognormvariate(math.log(story.LINE_AMOUNT * size), story.LINE_SPREAD)
            unit_price = cents(float(price) * (1 - rng.choice(story.DISCOUNTS)))
            quantity = max(1, round(worth / euro))
            number = len(self.lines) + len(found) + 1
            found.append(
                LineItem(
                    key=hubspot_key(LINE, number)
                    if system == "hubspot"
                    else salesforce_key("00k", number),
                    deal=deal,
                    product=product.key,
                    quantity=Decimal(quantity),
                    unit_price=unit_price,
                    list_price=price,
                    amount=quantity * unit_price,
                    modified_at=stamp(rng, day),
                )
            )
        return found

    def _with_history(self, deal: Deal, open_stages: Sequence[str], ends_on: date) -> Deal:
        """The deal where it stands today, after its changes of stage and expected close."""
        rng = self.history
        assert deal.created_at is not None
        begins_on = deal.created_at.date()
        span = max((ends_on - begins_on).days, 1)
        depth = len(open_stages) if deal.is_won else rng.randrange(1, len(open_stages) + 1)
        path = [*open_stages[:depth], *([deal.stage] if deal.is_closed else [])]
        if not deal.is_closed:
            path = list(open_stages)
        shares = sorted(rng.uniform(0.1, 0.9) for _ in range(len(path) - 2))
        days = [begins_on + timedelta(days=round(span * share)) for share in shares]
        days += [ends_on] if deal.is_closed else []
        steps: list[tuple[datetime, str, str | None, str]] = []
        now, last = path[0], deal.created_at
        for (old, new), day in zip(pairwise(path), days, strict=False):
            if day <= story.LAST_DAY:
                # A stage is left after it was entered, on the same day, too.
                last = self._office_hour(day, last)
                steps.append((last, "stage", old, new))
                now = new
        expected, first = ends_on, ends_on
        if rng.random() < story.SLIPS:
            first = workday(ends_on - timedelta(days=min(span, rng.randrange(18, 60))))
            if first < begins_on:
                first = begins_on
            changed_on = max(begins_on, workday(first - timedelta(days=1)))
        else:
            first = workday(ends_on + timedelta(days=rng.randrange(0, 9)))
            changed_on = ends_on
        if first != ends_on:
            if changed_on <= story.LAST_DAY:
                moment = self._office_hour(changed_on, deal.created_at)
                steps.append((moment, "close_date", first.isoformat(), ends_on.isoformat()))
            else:
                expected = first
        for moment, changed_field, before, after in sorted(steps, key=lambda step: step[:2]):
            number = len(self.changes) + 1
            self.changes.append(
                DealChange(
                    key=hubspot_key(CHANGE, number)
                    if deal.system == "hubspot"
                    else salesforce_key("017", number),
                    deal=deal.key,
                    changed_at=moment,
                    changed_field=changed_field,
                    old_value=before,
                    new_value=after,
                    modified_at=deal.modified_at,
                )
            )
        if not deal.is_closed:
            deal = replace(deal, stage=now)
        return replace(deal, expected_close_date=expected)

    def _office_hour(self, day: date, after: datetime) -> datetime:
        found = at(self.history, day)
        return max(found, after + timedelta(minutes=30))

    def _link(self, deal: Deal, people: Sequence[Person]) -> None:
        is_hubspot = deal.system == "hubspot"
        if is_hubspot:
            self.deal_accounts.append(
                DealAccount(
                    key=hubspot_key(LINK, len(self.deal_accounts) + 1),
                    deal=deal.key,
                    account=deal.account or "",
                    is_primary=True,
                    modified_at=deal.modified_at,
                )
            )
        for person in people:
            number = len(self.deal_people) + 1
            self.deal_people.append(
                DealPerson(
                    key=hubspot_key(LINK, 500_000 + number)
                    if is_hubspot
                    else salesforce_key("00K", number),
                    deal=deal.key,
                    person=person.key,
                    is_primary=person.key == deal.primary_person,
                    role=None if is_hubspot else self.rng.choice(("Decision Maker", "Evaluator")),
                    modified_at=deal.modified_at,
                )
            )

    # --- a lead -----------------------------------------------------------------------------------

    def _lead_of(
        self,
        seller: Seller,
        account: Account,
        deal: Deal,
        source: story.Source,
        campaign: str | None,
    ) -> None:
        """The lead that a deal with a new customer began as."""
        assert deal.created_at is not None
        person = self.market.people_of[account.key][0]
        if account.key in self._with_lead:
            return
        self._with_lead.add(account.key)
        before = timedelta(days=self.rng.randrange(1, 21), hours=self.rng.randrange(9))
        created_at = deal.created_at - before
        if created_at < _first_moment():
            created_at = _second(deal.created_at - (deal.created_at - _first_moment()) / 2)
        values: dict[str, Any] = {
            "converted_at": deal.created_at,
            "converted_account": account.key,
            "converted_person": person.key,
            "converted_deal": deal.key,
            "status": "Converted",
        }
        if seller.system == "hubspot":
            values = {"status": "opportunity"}
            self._known_since(person, created_at)
        lead = self._lead(seller, created_at, person, account, source, values)
        mql_at = created_at + (deal.created_at - created_at) / 3
        sql_at = created_at + (deal.created_at - created_at) * 2 / 3
        lead = replace(lead, mql_at=_second(mql_at), sql_at=_second(sql_at))
        self._add(lead, campaign)

    def _lost_lead(self, seller: Seller, day: date, is_pushed: bool) -> None:
        """A lead that no deal came of."""
        rng = self.rng
        source = SOURCE[weighted(rng, {s.name: s.share for s in story.SOURCES})]
        joins = is_pushed and rng.random() < story.PUSH.joins
        if joins:
            source = SOURCE["Event"]
        place = rng.choice(seller.places)
        country, _ = self.market.country(place)
        name, company = person_name(rng), self.market.company_name()
        created_at = at(rng, day)
        self.market.contacts += 1
        number = self.market.contacts
        person = Person(
            key=hubspot_key(CONTACT, number),
            name=name,
            email=email_of(name, number, f"{company.replace(' ', '-').lower()}.example")
            if rng.random() < 0.95
            else None,
            phone=maybe(rng, 0.75, phone_number(rng)),
            created_at=created_at,
            modified_at=stamp(rng, day),
        )
        draw = rng.random()
        is_out, is_mql, is_sql = draw < 0.3, draw > 0.55, draw > 0.82
        values: dict[str, Any] = {
            "status": "Unqualified" if is_out else rng.choice(("Open", "Working", "Nurturing"))
        }
        if seller.system == "hubspot":
            stage = (
                "salesqualifiedlead" if is_sql else "marketingqualifiedlead" if is_mql else "lead"
            )
            values = {"status": stage}
            self.market.people.append(person)
        if is_out:
            values["disqualified_at"] = min(
                created_at + timedelta(days=rng.randrange(1, 20)), story.EXPORTED_AT
            )
        if is_mql:
            values["mql_at"] = created_at + timedelta(hours=rng.randrange(2, 60))
        if is_sql:
            values["sql_at"] = values["mql_at"] + timedelta(hours=rng.randrange(5, 80))
        employees = rng.randrange(3, 900)
        account = Account(
            key="",
            name=company,
            country=country,
            employees=employees,
            industry=weighted(rng, story.INDUSTRIES),
        )
        lead = self._lead(seller, created_at, person, account, source, values)
        self._add(lead, self._campaign(seller, source, day, joins))

    def _lead(
        self,
        seller: Seller,
        created_at: datetime,
        person: Person,
        account: Account,
        source: story.Source,
        values: dict[str, Any],
    ) -> Lead:
        is_hubspot = seller.system == "hubspot"
        is_own = source.name == story.SELF_GENERATED
        number = len(self.leads) + 1
        return Lead(
            key=person.key if is_hubspot else salesforce_key("00Q", number),
            created_at=created_at,
            name=person.name,
            email=person.email,
            phone=person.phone,
            company=account.name,
            industry=account.industry,
            employees=account.employees,
            country=account.country,
            lead_source=source.name,
            owner=seller.rep.key,
            sourced_by=seller.rep.key if is_own else None,
            modified_at=stamp(self.rng, created_at.date()),
            as_written={"lead_source": source.hubspot} if is_hubspot else {},
            **values,
        )

    def _add(self, lead: Lead, campaign: str | None) -> None:
        self.leads.append(lead)
        if campaign and lead.system == "salesforce":
            joined_at = lead.created_at + timedelta(minutes=self.rng.randrange(5, 600))
            self.members.append(
                CampaignMember(
                    key=salesforce_key("00v", len(self.members) + 1),
                    campaign=campaign,
                    joined_at=joined_at,
                    lead=lead.key,
                    status="Responded",
                    is_responded=True,
                    modified_at=min(joined_at + timedelta(hours=1), story.EXPORTED_AT),
                )
            )

    def _known_since(self, person: Person, created_at: datetime) -> None:
        """A HubSpot contact is there since it was a lead."""
        place = self.market.people.index(person)
        earlier = replace(person, created_at=created_at)
        self.market.people[place] = earlier
        own = self.market.people_of[person.account or ""]
        own[own.index(person)] = earlier


def _demand(seller: Seller, month: date) -> float:
    slump = story.SLUMP
    demand = 1.0
    if seller.places[0].name == slump.territory and month >= slump.since:
        demand *= slump.demand
    return demand * (story.PUSH.deals if _is_pushed(seller, month) else 1)


def _is_pushed(seller: Seller, month: date) -> bool:
    """Whether the push runs for a rep: it was held for the reps of Salesforce, but the slump's."""
    push = story.PUSH
    is_on = push.since.replace(day=1) <= month <= push.until
    return (
        is_on and seller.system == "salesforce" and seller.places[0].name != story.SLUMP.territory
    )


def _first_moment() -> datetime:
    return datetime.combine(story.FIRST_DAY, datetime.min.time(), story.EXPORTED_AT.tzinfo)


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
