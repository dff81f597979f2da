"""Writes the planning and mapping seeds of a company, with the columns of inputs.md."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from pathlib import Path

from proof.company.records import AlertRule, Company, Objective, Spelling

Cell = str | int | date | Decimal | bool | None


@dataclass(frozen=True)
class SeedTable:
    """One seed file: its name below the seeds folder, its header and its rows."""

    path: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def write_seeds(company: Company, folder: Path) -> None:
    """Writes `planning/*.csv` and `mapping/*.csv` into a seeds folder."""
    for table in seed_tables(company):
        path = folder / table.path
        path.parent.mkdir(parents=True, exist_ok=True)
        write_csv(path, table.header, ([_text(cell) for cell in row] for row in table.rows))


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Writes a UTF-8 CSV file with Unix line ends; text is quoted where it has to be."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def seed_tables(company: Company) -> list[SeedTable]:
    """The seeds of a company."""
    return [*_planning(company), *_mapping(company)]


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def _planning(company: Company) -> list[SeedTable]:
    return [
        SeedTable(
            "planning/quotas.csv",
            ("rep_id", "month", "quota_amount", "currency"),
            tuple((q.rep, q.month, q.amount, q.currency) for q in company.quotas),
        ),
        SeedTable(
            "planning/kpi_targets.csv",
            (
                "kpi",
                "period_grain",
                "period_start_date",
                "dimension",
                "dimension_value",
                "target_value",
            ),
            tuple(
                (
                    t.kpi,
                    t.period_grain,
                    t.period_start_date,
                    t.dimension,
                    t.dimension_value,
                    t.target_value,
                )
                for t in company.targets
            ),
        ),
        _records("planning/kpi_alert_rules.csv", AlertRule, company.alert_rules),
        _records("planning/objectives.csv", Objective, company.objectives),
        SeedTable(
            "planning/exchange_rates.csv",
            ("currency", "valid_from", "rate_to_reporting"),
            tuple((r.currency, r.valid_from, r.rate) for r in company.exchange_rates),
        ),
        SeedTable(
            "planning/territories.csv",
            ("territory", "region", "country"),
            tuple((t.name, t.region, t.country) for t in company.territories),
        ),
        SeedTable(
            "planning/rep_assignments.csv",
            ("rep_id", "team", "territory", "valid_from", "valid_to"),
            tuple(
                (a.rep, a.team, a.territory, a.valid_from, a.valid_to) for a in company.assignments
            ),
        ),
        *_costs_and_markets(company),
        *_rules(company),
    ]


def _records(path: str, kind: type, rows: Iterable[object]) -> SeedTable:
    """A seed that has the fields of its records."""
    header = tuple(field.name for field in fields(kind))
    return SeedTable(path, header, tuple(tuple(getattr(row, n) for n in header) for row in rows))


def _costs_and_markets(company: Company) -> list[SeedTable]:
    return [
        SeedTable(
            "planning/selling_costs.csv",
            ("cost_month", "cost_type", "team", "territory", "amount", "currency"),
            tuple(
                (c.month, c.cost_type, c.team, c.territory, c.amount, c.currency)
                for c in company.selling_costs
            ),
        ),
        SeedTable(
            "planning/marketing_costs.csv",
            ("cost_month", "channel", "lead_source", "campaign", "amount", "currency"),
            tuple(
                (c.month, c.channel, c.lead_source, c.campaign, c.amount, c.currency)
                for c in company.marketing_costs
            ),
        ),
        SeedTable(
            "planning/market_sizes.csv",
            ("market", "industry", "year", "company_count", "market_revenue", "currency"),
            tuple(
                (m.market, m.industry, m.year, m.company_count, m.market_revenue, m.currency)
                for m in company.market_sizes
            ),
        ),
    ]


def _rules(company: Company) -> list[SeedTable]:
    """Plans and rules; goals and alarms are the user's own, so their files have only a header."""
    return [
        SeedTable(
            "planning/commission_plans.csv",
            ("plan", "team", "valid_from", "valid_to", "attainment_from", "attainment_to", "rate"),
            tuple(
                (
                    t.plan,
                    t.team,
                    t.valid_from,
                    t.valid_to,
                    t.attainment_from,
                    t.attainment_to,
                    t.rate,
                )
                for t in company.commission_tiers
            ),
        ),
        SeedTable(
            "planning/lead_rules.csv",
            ("rule_id", "field", "comparison", "value", "rule_set"),
            tuple(
                (r.rule_id, r.field, r.comparison, r.value, r.rule_set) for r in company.lead_rules
            ),
        ),
    ]


# A company's own words for what the models know by one; the demo's systems write none of these.
WORDS: Mapping[tuple[str, str], tuple[tuple[str, str, str], ...]] = {
    ("activity_types", "activity_type"): (
        ("salesforce", "Genesys", "call"),
        ("salesforce", "Dialer Call", "call"),
        ("tabular", "Phone", "call"),
    ),
    ("activity_directions", "direction"): (
        ("tabular", "Incoming", "inbound"),
        ("tabular", "Outgoing", "outbound"),
    ),
    ("activity_outcomes", "outcome"): (
        ("salesforce", "Talked to decision maker", "connected"),
        ("tabular", "Took place", "held"),
    ),
    ("email_event_types", "event_type"): (
        ("tabular", "Opened", "open"),
        ("tabular", "Hard bounce", "bounce"),
    ),
    ("lifecycle_event_types", "event_type"): (
        ("tabular", "Signed up", "registered"),
        ("tabular", "Churned", "cancelled"),
    ),
    ("lifecycle_stages", "lifecycle_stage"): (("hubspot", "165432987", "lead"),),
    ("survey_types", "survey_type"): (("tabular", "Net Promoter Score", "nps"),),
}


def _mapping(company: Company) -> list[SeedTable]:
    def row(spelling: Spelling, *meaning: Cell) -> tuple[Cell, ...]:
        return (spelling.system, spelling.raw, *meaning)

    return [
        SeedTable(
            "mapping/lead_sources.csv",
            ("system", "raw_value", "lead_source", "lead_channel", "is_self_generated"),
            tuple(
                row(spelling, source.name, source.channel, source.is_self_generated)
                for source in company.lead_sources
                for spelling in source.spellings
            ),
        ),
        SeedTable(
            "mapping/deal_types.csv",
            ("system", "raw_value", "revenue_type"),
            tuple(row(d.spelling, d.revenue_type) for d in company.deal_types),
        ),
        SeedTable(
            "mapping/competitors.csv",
            ("raw_value", "competitor"),
            tuple((raw, c.name) for c in company.competitors for raw in c.spellings),
        ),
        SeedTable(
            "mapping/products.csv",
            ("system", "raw_value", "product_id"),
            tuple(row(alias.spelling, alias.product_id) for alias in company.product_aliases),
        ),
        SeedTable(
            "mapping/countries.csv",
            ("raw_value", "country", "market"),
            tuple((raw, c.name, c.market) for c in company.countries for raw in c.spellings),
        ),
        SeedTable(
            "mapping/free_mail_domains.csv",
            ("domain",),
            tuple((domain,) for domain in company.free_mail_domains),
        ),
        SeedTable(
            "mapping/channel_rules.csv",
            ("priority", "source_pattern", "medium_pattern", "channel"),
            tuple(
                (r.priority, r.source_pattern, r.medium_pattern, r.channel)
                for r in company.channel_rules
            ),
        ),
        *(
            SeedTable(f"mapping/{vocabulary}.csv", ("system", "raw_value", word), rows)
            for (vocabulary, word), rows in WORDS.items()
        ),
    ]
