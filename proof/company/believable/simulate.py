"""Simulates the believable company: same seed, same company, to the byte."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from proof.company import world
from proof.company.believable import plans, story
from proof.company.believable.customers import with_customers
from proof.company.believable.market import Market
from proof.company.believable.outreach import simulate_activities
from proof.company.believable.sales import CAMPAIGN_KEY, Sales
from proof.company.believable.team import Seller, assignments, simulate_team
from proof.company.believable.touches import forms, with_mail, with_web
from proof.company.identity import with_humans
from proof.company.records import Campaign, Company
from proof.company.simulated.hubspot import converted, twin_organisations


def simulate_believable(seed: int) -> Company:
    """The believable company of a seed.

    Each part draws from a generator of its own, so that one can change without the others.
    """
    team = simulate_team(Random(f"{seed} team"))
    company = _sold(seed, _planned(seed, team), team)
    company = replace(
        company,
        activities=simulate_activities(Random(f"{seed} activities"), company),
        form_submissions=forms(Random(f"{seed} forms"), company),
    )
    company = with_customers(Random(f"{seed} customers"), company)
    company = with_mail(Random(f"{seed} mail"), company)
    company = with_web(Random(f"{seed} web"), company)
    return with_humans(twin_organisations(company))


def _planned(seed: int, team: tuple[Seller, ...]) -> Company:
    planned = plans.quotas(team)
    return Company(
        seed=seed,
        reps=tuple(seller.rep for seller in team),
        assignments=assignments(team),
        products=story.PRODUCTS,
        stages=story.STAGES,
        lead_sources=story.LEAD_SOURCES,
        countries=plans.countries(),
        competitors=story.COMPETITORS,
        deal_types=story.DEAL_TYPES,
        free_mail_domains=world.FREE_MAIL_DOMAINS,
        territories=plans.territories(),
        exchange_rates=plans.exchange_rates(),
        quotas=planned,
        targets=plans.targets(planned, team),
        alert_rules=plans.alert_rules(),
        objectives=plans.objectives(),
        selling_costs=plans.selling_costs(team),
        marketing_costs=plans.marketing_costs(),
        market_sizes=plans.market_sizes(),
        commission_tiers=plans.commission_tiers(),
        lead_rules=plans.lead_rules(),
    )


def _sold(seed: int, company: Company, team: tuple[Seller, ...]) -> Company:
    market = Market(Random(f"{seed} market"))
    sales = Sales(Random(f"{seed} sales"), market, Random(f"{seed} history"))
    sales.run(team)
    people = tuple(market.people)
    # HubSpot tells of a lead's deal by their association only.
    in_hubspot = [lead for lead in sales.leads if lead.system == "hubspot"]
    told = {
        lead.key: lead
        for lead in converted(
            in_hubspot,
            [deal for deal in sales.deals if deal.system == "hubspot"],
            [link for link in sales.deal_people if link.system == "hubspot"],
            people,
        )
    }
    return replace(
        company,
        accounts=tuple(market.accounts),
        people=people,
        deals=tuple(sales.deals),
        lines=tuple(sales.lines),
        changes=tuple(sales.changes),
        deal_accounts=tuple(sales.deal_accounts),
        deal_people=tuple(sales.deal_people),
        leads=tuple(told.get(lead.key, lead) for lead in sales.leads),
        campaign_members=tuple(sales.members),
        campaigns=tuple(
            Campaign(
                key=key,
                name=name,
                campaign_type=story.PUSH.campaign_type if name == story.PUSH.name else "Events",
                modified_at=story.EXPORTED_AT - timedelta(days=60),
            )
            for name, key in CAMPAIGN_KEY.items()
        ),
    )
