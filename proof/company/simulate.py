"""Simulates the demo company: same seed and scale, same company, to the byte.

The ordinary life is drawn by chance: growth, seasons, strong and weak reps, good and bad lead
sources, a CRM with gaps. Cases that must not be left to chance are planted by
`edge_cases`, in every seed.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from proof.company import world
from proof.company.edge_cases.customers import plant_customers
from proof.company.edge_cases.deals_and_leads import plant_edge_cases
from proof.company.edge_cases.history import plant_history
from proof.company.edge_cases.hubspot import plant_hubspot
from proof.company.edge_cases.outreach import plant_outreach
from proof.company.edge_cases.owners import plant_owners
from proof.company.edge_cases.people import plant_people
from proof.company.edge_cases.planter import Planter
from proof.company.edge_cases.reps import plant_reps
from proof.company.edge_cases.touches import plant_touches
from proof.company.identity import with_humans
from proof.company.records import Company, Record
from proof.company.simulated.accounts import simulate_accounts, simulate_people
from proof.company.simulated.activities import with_activities
from proof.company.simulated.customers import with_customers
from proof.company.simulated.deals import with_deals
from proof.company.simulated.details import with_details
from proof.company.simulated.hubspot import twin_organisations, with_hubspot
from proof.company.simulated.leads import simulate_leads
from proof.company.simulated.mail import with_mail
from proof.company.simulated.planning import (
    channel_rules,
    commission_tiers,
    crm_exchange_rates,
    lead_rules,
    market_sizes,
    marketing_costs,
    selling_costs,
)
from proof.company.simulated.plans import alert_rules, objectives
from proof.company.simulated.team import (
    simulate_assignments,
    simulate_quotas,
    simulate_reps,
    simulate_targets,
)
from proof.company.simulated.web import with_web


def simulate(seed: int, scale: float = 1.0) -> Company:
    """The company of a seed; `scale` multiplies the number of reps, accounts, leads and deals."""
    rng = Random(seed)
    company = Company(
        seed=seed,
        products=world.PRODUCTS,
        stages=world.STAGES,
        lead_sources=world.LEAD_SOURCES,
        countries=world.COUNTRIES,
        competitors=world.COMPETITORS,
        deal_types=world.DEAL_TYPES,
        product_aliases=world.PRODUCT_ALIASES,
        free_mail_domains=world.FREE_MAIL_DOMAINS,
        territories=world.TERRITORIES,
        exchange_rates=world.EXCHANGE_RATES,
        crm_exchange_rates=crm_exchange_rates(),
        selling_costs=selling_costs(),
        marketing_costs=marketing_costs(),
        market_sizes=market_sizes(),
        commission_tiers=commission_tiers(),
        lead_rules=lead_rules(),
        channel_rules=channel_rules(),
    )
    company = replace(company, reps=simulate_reps(rng, scale))
    company = replace(company, assignments=simulate_assignments(company.reps))
    company = replace(company, accounts=simulate_accounts(rng, scale, company))
    company = replace(company, people=simulate_people(rng, company.accounts))
    company = with_deals(rng, scale, company)
    company = replace(company, leads=simulate_leads(rng, scale, company))
    company = with_details(company)
    company = replace(company, older_versions=_older_versions(rng, company))
    company = replace(
        company,
        quotas=simulate_quotas(rng, company.reps),
        targets=simulate_targets(company.assignments),
        alert_rules=alert_rules(company.assignments),
        objectives=objectives(),
    )
    company = plant_edge_cases(company)
    company = twin_organisations(with_hubspot(scale, company))
    company = with_activities(scale, company)
    company = with_customers(scale, company)
    company = with_mail(scale, company)
    company = with_web(scale, company)
    return with_humans(twin_organisations(_with_more_edge_cases(company)))


def _with_more_edge_cases(company: Company) -> Company:
    """The edge cases that nothing drawn by chance may touch, so they come last."""
    planter = Planter(company)
    for plant in (
        plant_history,
        plant_customers,
        plant_outreach,
        plant_people,
        plant_hubspot,
        plant_touches,
        plant_owners,
        plant_reps,
    ):
        plant(planter)
    return planter.result()


def _older_versions(rng: Random, company: Company) -> tuple[Record, ...]:
    """Earlier states of some records, and a few exact copies; the newest must win."""
    found: list[Record] = []
    for deal in company.deals:
        if rng.random() < 0.05:
            found.append(
                replace(
                    deal,
                    amount=(deal.amount or Decimal(0)) + 777,
                    stage=world.PROCESSES[deal.system].open[0],
                    is_won=False,
                    is_closed=False,
                    close_date=None,
                    modified_at=_before(rng, deal.modified_at),
                    as_written={k: v for k, v in deal.as_written.items() if k != "amount"},
                )
            )
    for lead in company.leads:
        if rng.random() < 0.03:
            found.append(
                replace(
                    lead,
                    email=None,
                    owner=None,
                    converted_deal=None,
                    modified_at=_before(rng, lead.modified_at),
                )
            )
    for account in company.accounts:
        if rng.random() < 0.05:
            found.append(
                replace(
                    account,
                    industry="Retail",
                    territory=None,
                    modified_at=_before(rng, account.modified_at),
                )
            )
    found += rng.sample(company.deals, k=3)
    found += rng.sample(company.leads, k=3)
    found += rng.sample(company.lines, k=3)
    return tuple(found)


def _before(rng: Random, moment: datetime) -> datetime:
    return moment - timedelta(minutes=rng.randrange(1, 1000))
