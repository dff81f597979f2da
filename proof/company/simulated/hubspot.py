"""Simulates HubSpot: the CRM of a company that the demo company has bought.

It draws from a generator of its own, so that the other systems' records do not depend on it. Ids
are plain numbers, as HubSpot's are; a contact is a person and, unless it is a mere subscriber, a
lead under the same key.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from proof.company import world
from proof.company.chance import (
    EXPORTED_AT,
    any_country,
    any_day,
    ascii_words,
    cents,
    email_of,
    last_change,
    maybe,
    moment,
    person_name,
    phone_number,
    pick,
    scaled,
    written_source,
)
from proof.company.records import (
    Account,
    Assignment,
    Company,
    Deal,
    DealAccount,
    DealChange,
    DealPerson,
    FormSubmission,
    Lead,
    LeadSource,
    LineItem,
    Person,
    Quota,
    Rep,
)
from proof.company.simulated.changes import dated_changes, stage_steps

REPS, ACCOUNTS, DEALS = 4, 60, 140  # at scale 1
SOURCES = ("Website", "Referral", "Event", "Paid Search", "Newsletter")
CAMPAIGNS = ("hubspot:sign-of-the-times", "hubspot:neon-week")
# A contact's lifecycle stage, by how often; None is empty.
LIFECYCLES = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "other",
    None,
)
LIFECYCLE_WEIGHTS = (18, 30, 16, 12, 10, 6, 8)
FORMS = ("Ask for a quote", "Newsletter", "Sign guide (download)")


def hubspot_key(kind: int, number: int) -> str:
    """A numeric id: each kind of object has a range of its own."""
    return f"hubspot:{kind * 1_000_000 + number}"


OWNER, COMPANY, CONTACT, DEAL, LINE, CHANGE, LINK, FORM = 51, 90, 30, 160, 250, 77, 88, 66


def with_hubspot(scale: float, company: Company) -> Company:
    """The company with HubSpot's records added."""
    rng = Random(f"{company.seed} hubspot")
    reps = _reps(rng, scale)
    accounts = _accounts(rng, scale, company, reps)
    people = _people(rng, accounts, reps)
    deals: list[Deal] = []
    lines: list[LineItem] = []
    changes: list[DealChange] = []
    deal_people: list[DealPerson] = []
    days = sorted(any_day(rng) for _ in range(scaled(DEALS, scale, least=30)))
    leads = [lead for person, lead in people if lead]
    lead_of = {lead.key: lead for lead in leads}
    for number, day in enumerate(days, start=1):
        account = _account_of_day(rng, accounts, day)
        contacts = [
            person
            for person, _ in people
            if person.account == account.key
            and person.created_at
            and person.created_at.date() < day
        ]
        deal = _deal(rng, account, contacts, reps, lead_of, number, day)
        deal_lines = _lines(rng, deal, len(lines))
        deals.append(deal)
        lines += deal_lines
        changes += _changes(rng, deal, reps, len(changes))
        for contact in contacts[:2]:
            deal_people.append(
                DealPerson(
                    key=hubspot_key(LINK, 500_000 + len(deal_people)),
                    deal=deal.key,
                    person=contact.key,
                    is_primary=contact.key == deal.primary_person,
                    modified_at=deal.modified_at,
                )
            )
    quotas = tuple(
        Quota(rep.key, date(year, month, 1), Decimal(2500), "EUR")
        for rep in reps[:2]
        for year in (2024, 2025)
        for month in range(1, 13)
    )
    second = reps[1].key
    return replace(
        company,
        reps=company.reps + reps,
        assignments=(
            *company.assignments,
            Assignment(
                rep=second, team="Signs South", territory="Iberia", valid_from=date(2024, 10, 1)
            ),
        ),
        quotas=company.quotas + quotas,
        accounts=company.accounts + accounts,
        people=company.people + tuple(person for person, _ in people),
        leads=company.leads + tuple(converted(leads, deals, deal_people, [p for p, _ in people])),
        deals=company.deals + tuple(deals),
        lines=company.lines + tuple(lines),
        changes=company.changes + tuple(changes),
        deal_people=company.deal_people + tuple(deal_people),
        deal_accounts=company.deal_accounts + _deal_accounts(rng, deals, accounts),
        form_submissions=company.form_submissions + _forms(rng, [p for p, _ in people]),
    )


def converted(
    leads: Sequence[Lead],
    deals: Sequence[Deal],
    deal_people: Sequence[DealPerson],
    people: Sequence[Person],
) -> list[Lead]:
    """The leads with the earliest deal of theirs that was created no earlier than they were."""
    deal_of = {deal.key: deal for deal in deals if not deal.merged_into}
    account_of = {person.key: person.account for person in people}
    found = []
    for lead in leads:
        own = [
            (deal.created_at, deal.key)
            for link in deal_people
            if link.person == lead.key and (deal := deal_of.get(link.deal)) is not None
            if deal.created_at and deal.created_at >= lead.created_at
        ]
        if own:
            converted_at, deal_key = min(own)
            lead = replace(
                lead,
                converted_at=converted_at,
                converted_deal=deal_key,
                converted_person=lead.key,
                converted_account=account_of[lead.key],
            )
        found.append(lead)
    return found


def _reps(rng: Random, scale: float) -> tuple[Rep, ...]:
    found = []
    for number in range(1, scaled(REPS, scale, least=3) + 1):
        name = person_name(rng)
        found.append(
            Rep(
                key=hubspot_key(OWNER, number),
                name=name,
                email=f"{ascii_words(name).replace('-', '.')}.{number}@glow-signs.example.net",
                team=("Signs North", "Signs South")[number % 2] if number != 3 else None,
            )
        )
    return tuple(found)


def _accounts(
    rng: Random, scale: float, company: Company, reps: Sequence[Rep]
) -> tuple[Account, ...]:
    """The companies; one in eight is an account of an earlier system too, by its domain."""
    known = [a for a in company.accounts if a.domain and not a.merged_into and not a.is_deleted]
    known = [a for a in known if a.domain not in company.free_mail_domains]
    twins = rng.sample(known, k=5)
    found = []
    for number in range(1, scaled(ACCOUNTS, scale, least=20) + 1):
        name = (
            f"{rng.choice(world.COMPANY_NAMES)} {rng.choice(world.COMPANY_TRADES)} Signs {number}"
        )
        twin = twins[number // 8] if number % 8 == 0 and number // 8 < len(twins) else None
        domain = twin.domain if twin else f"{ascii_words(name)}.example"
        if number % 11 == 0:
            domain = None
        country = any_country(rng)
        day = any_day(rng) if number > 12 else world.FIRST_DAY
        written = {"country": rng.choice(country.spellings)}
        found.append(
            Account(
                key=hubspot_key(COMPANY, number),
                name=name,
                organisation=domain if twin else None,
                industry=maybe(rng, 0.9, rng.choice(world.INDUSTRIES)),
                employees=rng.choice((3, 10, 11, 50, 51, 200, 201, 1000, 1001, 5000, 5001)),
                annual_revenue=Decimal(rng.randrange(2, 90) * 50000),
                country=country.name,
                owner=rng.choice(reps).key,
                domain=domain,
                created_at=moment(rng, day),
                modified_at=last_change(rng, day),
                as_written=written,
            )
        )
    return tuple(found)


def twin_organisations(company: Company) -> Company:
    """The company with an organisation at each account whose domain a second system has too."""
    systems: dict[str, set[str]] = {}
    for account in company.accounts:
        if account.domain and account.domain not in company.free_mail_domains:
            systems.setdefault(account.domain, set()).add(account.system)
    shared = {domain for domain, of in systems.items() if len(of) > 1}
    return replace(
        company,
        accounts=tuple(
            replace(a, organisation=a.domain if a.domain in shared else None)
            for a in company.accounts
        ),
    )


def _people(
    rng: Random, accounts: Sequence[Account], reps: Sequence[Rep]
) -> list[tuple[Person, Lead | None]]:
    """Five contacts a company, and the lead that each but the subscribers is."""
    found: list[tuple[Person, Lead | None]] = []
    for account in accounts:
        for _ in range(rng.randrange(3, 7)):
            number = len(found) + 1
            day = max(any_day(rng), (account.created_at or EXPORTED_AT).date())
            name = person_name(rng)
            person = Person(
                key=hubspot_key(CONTACT, number),
                account=account.key,
                name=name,
                email=email_of(name, number, f"{number % 7}.hubspot-people.example"),
                phone=maybe(rng, 0.7, phone_number(rng)),
                job_title=rng.choice(world.JOB_TITLES),
                created_at=moment(rng, day),
                modified_at=last_change(rng, day),
            )
            found.append((person, _lead(rng, person, account, reps)))
    return found


def _lead(rng: Random, person: Person, account: Account, reps: Sequence[Rep]) -> Lead | None:
    lifecycle = pick(rng, LIFECYCLES, LIFECYCLE_WEIGHTS)
    source = _source(rng)
    written = {"lead_source": written_source(rng, source, "hubspot")}
    country = any_country(rng)
    written["country"] = rng.choice(country.spellings)
    has_source = rng.random() < 0.95
    if not has_source:
        del written["lead_source"]
    hours = rng.randrange(1, 90)
    depth = LIFECYCLES.index(lifecycle)
    created_at = person.created_at
    if lifecycle == "subscriber" or created_at is None:
        return None
    mql_at = created_at + timedelta(hours=hours)
    return Lead(
        key=person.key,
        created_at=created_at,
        name=person.name,
        email=person.email,
        phone=person.phone,
        company=account.name,
        industry=account.industry,
        employees=account.employees,
        country=country.name,
        lead_source=source.name if has_source else None,
        campaign=maybe(rng, 0.3, rng.choice(CAMPAIGNS)),
        owner=rng.choice(reps).key,
        status=lifecycle,
        mql_at=mql_at if depth in (2, 3, 4) else None,
        sql_at=mql_at + timedelta(hours=30) if depth in (3, 4) else None,
        modified_at=person.modified_at,
        as_written=written,
    )


def _source(rng: Random) -> LeadSource:
    name = rng.choice(SOURCES)
    return next(source for source in world.LEAD_SOURCES if source.name == name)


def _account_of_day(rng: Random, accounts: Sequence[Account], day: date) -> Account:
    while True:
        account = rng.choice(accounts)
        if account.created_at and account.created_at.date() <= day:
            return account


def _deal(
    rng: Random,
    account: Account,
    contacts: Sequence[Person],
    reps: Sequence[Rep],
    leads: dict[str, Lead],
    number: int,
    day: date,
) -> Deal:
    pipeline = pick(rng, (world.SALES_PIPELINE, world.PARTNER_PIPELINE), (70, 30))
    process = world.PROCESSES[pipeline]
    expected = day + timedelta(days=rng.randrange(4, 110))
    is_closed = expected <= world.LAST_DAY and rng.random() > 0.05
    is_won = is_closed and rng.random() < 0.45
    stages = process.won if is_won else process.lost if is_closed else process.open
    if not is_closed and expected <= world.LAST_DAY:
        expected = world.LAST_DAY + timedelta(days=rng.randrange(5, 80))
    # The contacts' ids are numbers, and the smallest one is the primary contact's.
    primary = contacts[0] if contacts else None
    source = _source(rng)
    written = {"lead_source": written_source(rng, source, "hubspot")}
    lead_source: str | None = source.name
    campaign = None
    if rng.random() < 0.4:  # Then its primary contact's counts.
        written["lead_source"] = ""
        lead = leads.get(primary.key) if primary else None
        lead_source, campaign = (lead.lead_source, lead.campaign) if lead else (None, None)
    revenue_type = maybe(rng, 0.4, "new_business")
    written["revenue_type"] = (
        "newbusiness" if revenue_type else rng.choice(("", "existingbusiness"))
    )
    currency = world.CURRENCY_OF_COUNTRY.get(account.country or "", world.REPORTING_CURRENCY)
    return Deal(
        key=hubspot_key(DEAL, number),
        account=account.key,
        name=f"Signs for {account.name} {day:%Y-%m}",
        pipeline=pipeline,
        stage=rng.choice(stages),
        is_won=is_won,
        is_closed=is_closed,
        created_at=moment(rng, day),
        close_date=expected if is_closed else None,
        expected_close_date=expected,
        amount=maybe(rng, 0.96, cents(rng.randrange(600, 9000) + 0.25 * rng.randrange(4))),
        currency=currency,
        owner=rng.choice(reps).key,
        revenue_type=revenue_type,
        lead_source=lead_source,
        campaign=campaign,
        loss_reason=rng.choice(world.LOSS_REASONS) if is_closed and not is_won else None,
        primary_person=primary.key if primary else None,
        modified_at=last_change(rng, min(expected, world.LAST_DAY)),
        as_written=written,
    )


def _lines(rng: Random, deal: Deal, already: int) -> list[LineItem]:
    """Lines that add up to the deal's amount, to less or to more; one deal in five has none."""
    if deal.amount is None or rng.random() < 0.2:
        return []
    products = rng.sample([p for p in world.PRODUCTS if p.system == "hubspot"], k=2)
    share = (deal.amount * rng.choice((40, 50, 60)) / 100).quantize(Decimal("0.01"))
    rest = deal.amount - share + rng.choice((0, 0, 0, 10, -10))
    return [
        LineItem(
            key=hubspot_key(LINE, already + n),
            deal=deal.key,
            product=product.key,
            quantity=Decimal(n),
            unit_price=amount / n if n == 1 else None,
            # HubSpot's unit price is the price before discounts.
            list_price=amount / n if n == 1 else None,
            amount=amount,
            modified_at=deal.modified_at,
        )
        for n, (product, amount) in enumerate(zip(products, (share, rest), strict=True), start=1)
    ]


def _changes(rng: Random, deal: Deal, reps: Sequence[Rep], already: int) -> list[DealChange]:
    """The stages that the deal has passed, and now and then another amount, close date or owner."""
    if deal.created_at is None:
        return []
    process = world.PROCESSES[deal.pipeline or ""]
    steps = stage_steps(rng, deal, process)
    if deal.amount and rng.random() < 0.25:
        steps.insert(0, ("amount", str(deal.amount + 250), str(deal.amount)))
    if deal.expected_close_date and rng.random() < 0.25:
        earlier = deal.expected_close_date - timedelta(days=rng.randrange(5, 40))
        steps.insert(0, ("close_date", earlier.isoformat(), deal.expected_close_date.isoformat()))
    if rng.random() < 0.15:
        other = next(rep.key for rep in reps if rep.key != deal.owner)
        steps.insert(0, ("owner", other, deal.owner))
    end = datetime.combine(
        min(deal.close_date or world.LAST_DAY, world.LAST_DAY),
        datetime.min.time().replace(hour=12),
        deal.created_at.tzinfo,
    )
    return dated_changes(deal, steps, end, lambda n: hubspot_key(CHANGE, already + n))


def _deal_accounts(
    rng: Random, deals: Sequence[Deal], accounts: Sequence[Account]
) -> tuple[DealAccount, ...]:
    """The deals' companies: the deal's own, and now and then one with a greater id."""
    found: list[DealAccount] = []
    for deal in deals:
        keys = [deal.account or ""]
        if rng.random() < 0.1:
            keys += [a.key for a in accounts if a.key > keys[0]][:1]
        for key in keys:
            found.append(
                DealAccount(
                    key=hubspot_key(LINK, len(found) + 1),
                    deal=deal.key,
                    account=key,
                    is_primary=key == deal.account,
                    modified_at=deal.modified_at,
                )
            )
    return tuple(found)


def _forms(rng: Random, people: Sequence[Person]) -> tuple[FormSubmission, ...]:
    found: list[FormSubmission] = []
    for person in people:
        if person.created_at and rng.random() < 0.35:
            found.append(
                FormSubmission(
                    key=hubspot_key(FORM, len(found) + 1),
                    person=person.key,
                    form_name=rng.choice(FORMS),
                    submitted_at=person.created_at + timedelta(minutes=rng.randrange(600)),
                    page_url=f"https://glow-signs.example/{rng.choice(('quote', 'guide', 'news'))}"
                    f"?utm_source={rng.choice(('mail', 'search'))}",
                )
            )
    return tuple(found)
