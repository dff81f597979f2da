"""The demo company: always the same, and its planted answers right on companies worked by hand."""

import csv
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from builds import BELIEVABLE_SEED, DEMO, EDGE_CASES
from proof.answers.books.as_of import Books
from proof.answers.planted import KPIS, is_valid_email, is_valid_phone, planted_kpis
from proof.answers.reconciliation import planted_reconciliation
from proof.answers.rollup import KpiRow, median, nearest_rank, roll_up
from proof.company.believable.simulate import simulate_believable
from proof.company.records import (
    Account,
    Assignment,
    Company,
    Country,
    Deal,
    ExchangeRate,
    Lead,
    LeadSource,
    LineItem,
    Product,
    Record,
    Rep,
    Territory,
)
from proof.company.seed_files import write_seeds
from proof.company.settings import Settings
from proof.company.simulate import simulate
from proof.connectors.files import write_raw, write_raw_as_parquet
from proof.connectors.salesforce import SalesforceSpelling
from proof.demo_company import write_demo

PROJECT = Path(__file__).parents[2]
FIXTURE = PROJECT / EDGE_CASES
SETTINGS = Settings()

# A row in short: (numerator, denominator, value), or only (value,) where there is no
# denominator; None is null.
Said = tuple[float | None, ...]


# --- the files ------------------------------------------------------------------------------------


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def demo_company() -> Company:
    return simulate(seed=1)


@cache
def demo_rows() -> tuple[KpiRow, ...]:
    return tuple(planted_kpis(demo_company(), SETTINGS))


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_demo(tmp_path / name, seed=7, scale=0.1)
    one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
    for files in (one, two):
        del files["settings.yml"]  # It holds the folder's own path.
    assert one == two


def test_another_seed_gives_another_company(tmp_path: Path) -> None:
    for seed in (7, 8):
        write_raw(simulate(seed, scale=0.1), tmp_path / str(seed))
    one, two = contents(tmp_path / "7"), contents(tmp_path / "8")
    assert one.keys() == two.keys()
    same = {name for name in one if one[name] == two[name] and one[name].count(b"\n") > 1}
    assert same <= {
        "hubspot/contact_merge_audit.csv",
        "hubspot/deal_pipeline.csv",
        "hubspot/deal_pipeline_stage.csv",
        "hubspot/email_event_spam_report.csv",
        "hubspot/form.csv",
        "hubspot/owner_team.csv",
        "hubspot/product.csv",
        "hubspot/team.csv",
        "mailchimp/list.csv",
        "salesforce/campaign.csv",
        "salesforce/currency_type.csv",
        "salesforce/dated_conversion_rate.csv",
        "salesforce/opportunity_stage.csv",
        "salesforce/product_2.csv",
        "salesforce/user_role.csv",
        "tabular/deal_stage.csv",
        "tabular/product.csv",
    }


def test_the_committed_fixture_is_what_the_simulation_gives(tmp_path: Path) -> None:
    write_raw(demo_company(), tmp_path)
    assert contents(tmp_path) == contents(FIXTURE / "raw")


def test_the_committed_seeds_are_what_the_simulation_gives(tmp_path: Path) -> None:
    write_seeds(demo_company(), tmp_path)
    assert contents(tmp_path) == contents(FIXTURE / "seeds")


@pytest.mark.slow
def test_the_committed_demo_is_what_the_simulation_gives(tmp_path: Path) -> None:
    company = simulate_believable(BELIEVABLE_SEED)
    write_raw_as_parquet(company, tmp_path / "raw")
    assert contents(tmp_path / "raw") == contents(PROJECT / DEMO)
    write_seeds(company, tmp_path / "seeds")
    for name, content in contents(tmp_path / "seeds").items():
        assert content == (PROJECT / "seeds" / name).read_bytes(), name


def test_the_committed_fixture_is_small() -> None:
    assert sum(map(len, contents(FIXTURE / "raw").values())) < 4_000_000


def test_a_bigger_scale_gives_more_of_everything() -> None:
    small, big = simulate(1, scale=0.5), simulate(1, scale=1.5)
    for name in ("reps", "accounts", "leads", "deals", "lines"):
        assert len(getattr(small, name)) < len(getattr(big, name))


def test_both_spellings_of_salesforce_hold_the_same(tmp_path: Path) -> None:
    company = simulate(3, scale=0.1)
    values: dict[str, dict[str, list[list[str]]]] = {}
    spellings: tuple[SalesforceSpelling, ...] = ("fivetran", "vendor")
    for spelling in spellings:
        write_raw(company, tmp_path / spelling, spelling)
        values[spelling] = {
            path.stem.replace("_", "").lower(): sorted(
                [
                    cell.removesuffix("Z")
                    for name, cell in row.items()
                    if name != "_fivetran_deleted"
                ]
                for row in rows_of(path)
            )
            for path in (tmp_path / spelling / "salesforce").iterdir()
        }
    assert values["fivetran"] == values["vendor"]
    assert values["fivetran"]["opportunity"]


def test_a_folder_is_rewritten_in_the_other_spelling(tmp_path: Path) -> None:
    company = simulate(3, scale=0.1)
    write_raw(company, tmp_path, "vendor")
    write_raw(company, tmp_path, "fivetran")
    assert {path.name for path in (tmp_path / "salesforce").iterdir()} == {
        "account.csv",
        "campaign.csv",
        "campaign_member.csv",
        "contact.csv",
        "currency_type.csv",
        "dated_conversion_rate.csv",
        "event.csv",
        "lead.csv",
        "opportunity.csv",
        "opportunity_contact_role.csv",
        "opportunity_field_history.csv",
        "opportunity_history.csv",
        "opportunity_line_item.csv",
        "opportunity_stage.csv",
        "product_2.csv",
        "task.csv",
        "user.csv",
        "user_role.csv",
    }


def test_every_raw_row_is_staged_a_duplicate_or_rejected(tmp_path: Path) -> None:
    write_raw(demo_company(), tmp_path)
    for row in planted_reconciliation(demo_company()):
        assert row.raw_rows == row.staged_rows + row.duplicate_rows + row.rejected_rows, row
        if row.system == "google_analytics":
            files = tmp_path / row.system / row.source_table / "*.parquet"
            found = duckdb.execute(f"select count(*) from '{files}'").fetchone()
            assert found == (row.raw_rows,)
            continue
        raw = rows_of(tmp_path / row.system / f"{row.source_table}.csv")
        assert row.raw_rows == len(raw), row
        if row.system in ("salesforce", "tabular") and row.source_table != "deal_history":
            key = next(iter(raw[0]))
            keys = {line[key].strip() for line in raw} - {""}
            assert row.staged_rows <= len(keys), row


def test_an_older_version_is_older_than_the_newest() -> None:
    company = demo_company()
    newest = {
        record.key: record
        for records in (
            company.deals,
            company.leads,
            company.accounts,
            company.lines,
            company.web_events,
        )
        for record in records
    }
    for older in company.older_versions:
        now = newest[older.key]
        assert older == now or older.modified_at < now.modified_at


@pytest.mark.slow
def test_the_dirt_is_really_in_the_raw_files(tmp_path: Path) -> None:
    write_demo(tmp_path, seed=5, scale=0.1)
    raw = {
        name: text.decode()
        for name, text in contents(tmp_path / "raw").items()
        if name.endswith(".csv")
    }
    for table, text in (
        ("salesforce/opportunity.csv", ",N/A,"),
        ("salesforce/opportunity.csv", ",soon,"),
        ("salesforce/lead.csv", ",soon,"),
        ("salesforce/account.csv", "  united kingdom "),
        ("salesforce/account.csv", '"O\'Neill, ""Sons"" & Café\nSecond line"'),
        ("tabular/account.csv", "HTTPS://WWW.Acme-Lighting.EXAMPLE/"),
        ("tabular/account.csv", "=1+1"),
        ("tabular/deal.csv", "Closed - won by competitor"),
        ("tabular/deal.csv", "Won, says the intern"),
        ("tabular/deal.csv", "2024-13-45"),
        ("tabular/lead.csv", "2024-03-01 00:30:00+11:00"),
        ("tabular/lead.csv", " Bo.Both@ASKS-everywhere.example "),
        ("tabular/rep.csv", "\n001,"),
        ("tabular/person.csv", " casey.case@many-addresses.example "),
        ("salesforce/event.csv", "Canceled: meeting"),
        ("salesforce/dated_conversion_rate.csv", "NOK,2024-01-01,2025-01-01,12.5"),
        ("hubspot/deal_pipeline_stage.csv", "Closed, in principle"),
    ):
        assert text in raw[table], (table, text)
    created = [row["created_date"] for row in rows_of(tmp_path / "raw/salesforce/opportunity.csv")]
    assert {text[-1] for text in created if text} == {"Z", "0"}
    assert (tmp_path / "planted_answers.csv").stat().st_size > 0
    assert (tmp_path / "seeds/planning/exchange_rates.csv").exists()


@pytest.mark.slow
def test_every_kpi_has_answers_and_its_slices_are_never_out_of_order() -> None:
    slices: dict[tuple[str, ...], list[date]] = defaultdict(list)
    for row in demo_rows():
        slices[row.kpi, row.period_grain, row.dimension, row.dimension_value].append(
            row.period_start_date
        )
    assert {kpi for kpi, *_ in slices} == {kpi.name for kpi in KPIS}
    assert len(KPIS) == 95
    for starts in slices.values():
        assert starts == sorted(set(starts))


# Facts that count in several slices of a dimension: a deal in each product line, for one.
SEVERAL_SLICES = {
    *((kpi, "product_line") for kpi in ("win_rate", "win_loss_ratio", "sales_cycle_days")),
    *((kpi, "product_line") for kpi in ("deals_lost_to_competition", "competitive_loss_share")),
    *((kpi, "product_line") for kpi in ("stage_conversion_rate", "days_in_stage")),
    ("content_influence", "channel"),
    ("content_influence", "content"),
    ("content_influence", "content_type"),
    ("lead_funnel_conversion", "funnel_stage"),
    ("sales_by_prior_activity", "activity_type"),
}
# KPIs that are no sum: a ratio times a ratio, a part of the total, a rule that others repeat.
NO_SUMS = {
    ("lead_fit_rate", "rule"),
    ("market_penetration", "industry"),
    *(("customer_concentration", dimension) for dimension in ("market", "territory")),
    *(("predicted_lifetime_value", dimension) for dimension in ("market", "segment", "territory")),
}


def test_the_slices_of_a_kpi_add_up_to_its_total() -> None:
    growths = {kpi.name for kpi in KPIS if kpi.compared_with}
    sums: dict[tuple[str, str, date], dict[str, Decimal]] = defaultdict(
        lambda: defaultdict(Decimal)
    )
    for row in demo_rows():
        if row.kpi not in growths and row.period_grain != "day":
            slices = sums[row.kpi, row.period_grain, row.period_start_date]
            slices[row.dimension] += row.numerator or 0
    for (kpi, grain, start), by_dimension in sums.items():
        whole = by_dimension["total"]
        close = Decimal("0.000001") * max(Decimal(1), abs(whole))  # A third has no last decimal.
        for dimension, total in by_dimension.items():
            if (kpi, dimension) in SEVERAL_SLICES:
                assert total >= whole - close, (kpi, grain, start, dimension)
            elif (kpi, dimension) not in NO_SUMS:
                assert abs(total - whole) <= close, (kpi, grain, start, dimension)


def mapped(table: dict[tuple[str, str], str], system: str, raw: str) -> str | None:
    """A raw value's meaning by a mapping: a row of the system or of every system, else itself."""
    text = raw.strip()
    for of in (system, ""):
        if (of, text.lower()) in table:
            return table[of, text.lower()]
    return text or None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_raw_values_mean_what_the_truth_says(seed: int) -> None:
    company = simulate(seed, scale=0.3)
    sources = {
        (s.system, s.raw.lower()): source.name
        for source in company.lead_sources
        for s in source.spellings
    }
    countries = {("", raw.lower()): c.name for c in company.countries for raw in c.spellings}
    competitors = {("", raw.lower()): c.name for c in company.competitors for raw in c.spellings}
    products = {
        (alias.spelling.system, alias.spelling.raw.lower()): alias.product_id
        for alias in company.product_aliases
    }
    tables: dict[type[Record], dict[str, dict[tuple[str, str], str]]] = {
        Account: {"country": countries},
        Lead: {"country": countries, "lead_source": sources},
        Deal: {"lead_source": sources, "competitor": competitors},
        LineItem: {"product": products},
    }
    records = (*company.accounts, *company.leads, *company.deals, *company.lines)
    for record in (*records, *company.older_versions):
        for name, table in tables.get(type(record), {}).items():
            truth = getattr(record, name)
            if record.system == "hubspot" and record.as_written.get(name) == "":
                continue  # A deal without a source of its own has its contact's.
            if name == "product" and truth:
                truth = truth.partition(":")[2]
            raw = record.as_written.get(name, truth or "")
            assert mapped(table, record.system, raw) == truth, record
    types = {
        (d.spelling.system, d.spelling.raw.lower()): d.revenue_type for d in company.deal_types
    }
    for deal in company.deals:
        raw = deal.as_written.get("revenue_type", "")
        meaning = mapped(types, deal.system, raw)
        assert deal.revenue_type == (meaning if meaning in types.values() else None), deal


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_leads_and_accounts_of_two_systems_are_one_where_their_addresses_say_so(seed: int) -> None:
    company = simulate(seed, scale=0.3)
    inquiries: dict[tuple[str, int], set[str]] = defaultdict(set)
    order: dict[tuple[str, str], int] = defaultdict(int)
    for one in sorted(company.leads, key=lambda lead: (lead.created_at, lead.key)):
        email = one.as_written.get("email", one.email or "").strip().lower()
        if email and not one.is_deleted:
            order[one.system, email] += 1
            inquiries[email, order[one.system, email]].add(one.inquiry or one.key)
    assert {len(same) for same in inquiries.values()} == {1}

    organisations: dict[str, set[str | None]] = defaultdict(set)
    systems: dict[str, set[str]] = defaultdict(set)
    for account in company.accounts:
        text = account.as_written.get("domain", account.domain or "").strip().lower()
        host = text.removeprefix("https://").removeprefix("www.").rstrip("/")
        if host in company.free_mail_domains:
            assert account.organisation is None
        elif host:
            organisations[host].add(account.organisation)
            systems[host].add(account.system)
    for host, shared in organisations.items():
        assert shared == ({host} if len(systems[host]) > 1 else {None})
    assert {"salesforce", "hubspot", "tabular"} == set.union(
        *(both for both in systems.values() if len(both) > 1)
    )


# --- companies worked by hand ---------------------------------------------------------------------


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day(text: str) -> date:
    return date.fromisoformat(text)


def deal(number: int, closed: str, amount: str | None = "100", **fields: Any) -> Deal:
    """A won Salesforce deal."""
    values: dict[str, Any] = {
        "key": f"salesforce:{number}",
        "account": "salesforce:a",
        "is_won": True,
        "is_closed": True,
        "close_date": day(closed),
        "created_at": at("2023-01-02T10:00:00"),
        "amount": None if amount is None else Decimal(amount),
    }
    return Deal(**values | fields)


def lost(number: int, closed: str, amount: str | None = "100", **fields: Any) -> Deal:
    return deal(number, closed, amount, **{"is_won": False, **fields})


def line(number: int, of: int, product: str | None, amount: str | None, **fields: Any) -> LineItem:
    return LineItem(
        key=f"salesforce:{number}",
        deal=f"salesforce:{of}",
        product=product,
        amount=None if amount is None else Decimal(amount),
        **fields,
    )


def lead(number: int, created: str, **fields: Any) -> Lead:
    return Lead(**{"key": f"salesforce:{number}", "created_at": at(created), **fields})


LAMP = Product(key="salesforce:lamp", product_line="Lighting")
BULB = Product(key="salesforce:bulb", product_line="Lighting")
SENSOR = Product(key="salesforce:sensor", product_line="Sensors")
CABLE = Product(key="salesforce:cable", product_line=None)


def rows(company: Company, kpi: str, settings: Settings = SETTINGS) -> list[KpiRow]:
    found = next(k for k in KPIS if k.name == kpi)
    return list(roll_up(found, found.facts(Books(company, settings)), settings))


def said(row: KpiRow) -> Said:
    parts = (row.value,) if row.denominator is None and row.value is not None else row[-3:]
    return tuple(None if part is None else round(float(part), 6) for part in parts)


def by_value(
    company: Company,
    kpi: str,
    dimension: str,
    grain: str = "month",
    settings: Settings = SETTINGS,
) -> dict[str, Said]:
    """The first row of each slice, in short."""
    found: dict[str, Said] = {}
    for row in rows(company, kpi, settings):
        if row.dimension == dimension and row.period_grain == grain:
            found.setdefault(row.dimension_value, said(row))
    return found


def by_period(
    company: Company,
    kpi: str,
    grain: str = "month",
    dimension: str = "total",
    value: str = "total",
    settings: Settings = SETTINGS,
) -> dict[str, Said]:
    """The rows of one slice, in short, without those that are 0 or null."""
    return {
        row.period_start_date.isoformat(): said(row)
        for row in rows(company, kpi, settings)
        if (row.period_grain, row.dimension, row.dimension_value) == (grain, dimension, value)
        and any(row[-3:])
    }


# --- revenue --------------------------------------------------------------------------------------


def test_revenue_is_at_the_rate_in_force_on_the_close_date() -> None:
    company = Company(
        deals=(
            deal(1, "2024-03-31", "100.01", currency="GBP"),
            deal(2, "2024-04-01", "100.01", currency="GBP"),
            deal(3, "2024-05-01", "50", currency=None),
            deal(4, "2024-06-01", None),
        ),
        exchange_rates=(
            ExchangeRate("GBP", day("2024-01-01"), Decimal("1.1")),
            ExchangeRate("GBP", day("2024-04-01"), Decimal("1.25")),
            ExchangeRate("SEK", day("2024-04-01"), Decimal("0.1")),
        ),
    )
    assert by_period(company, "total_revenue") == {
        "2024-03-01": (110.011,),
        "2024-04-01": (125.0125,),
        "2024-05-01": (50,),
    }


def test_a_missing_rate_stops_and_names_currency_and_date() -> None:
    company = Company(deals=(deal(1, "2024-03-31", currency="CAD"),))
    with pytest.raises(LookupError, match="CAD on 2024-03-31"):
        rows(company, "total_revenue")


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"is_deleted": True}, id="deleted"),
        pytest.param({"merged_into": "salesforce:2"}, id="merged away"),
        pytest.param({"close_date": None}, id="closed without a close date"),
        pytest.param({"is_won": False, "is_closed": False}, id="open"),
        pytest.param({"is_won": False}, id="lost"),
        pytest.param({"close_date": day("2025-09-18")}, id="closed after as_of_date"),
        pytest.param({"created_at": at("2025-09-17T22:00:00")}, id="created after as_of_date"),
        pytest.param({"key": "elsewhere:1"}, id="of a system that is not in use"),
    ],
)
def test_no_revenue_comes_from_a_deal_that_is(fields: dict[str, Any]) -> None:
    one = deal(1, "2024-05-01")
    assert by_period(Company(deals=(one,)), "total_revenue") == {"2024-05-01": (100,)}
    assert rows(Company(deals=(replace(one, **fields),)), "total_revenue") == []


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"close_date": day("2025-09-17")}, id="closed on as_of_date"),
        pytest.param({"created_at": at("2025-09-17T21:59:59")}, id="created in its last second"),
        pytest.param({"created_at": None}, id="created nobody knows when"),
        pytest.param({"is_closed": False}, id="won by its flag alone"),
        pytest.param({"account": None}, id="without account"),
        pytest.param({"account": "salesforce:nowhere"}, id="of an account in no table"),
    ],
)
def test_revenue_comes_from_a_deal_that_is(fields: dict[str, Any]) -> None:
    company = Company(deals=(replace(deal(1, "2024-05-01"), **fields),))
    assert by_value(company, "total_revenue", "total") == {"total": (100,)}


def test_sales_volume_counts_won_deals_of_any_amount() -> None:
    company = Company(deals=(deal(1, "2024-05-01", None), deal(2, "2024-05-31", "-5")))
    assert by_period(company, "sales_volume") == {"2024-05-01": (2,)}


def test_lead_sources_have_channels_and_unmapped_ones_none() -> None:
    company = Company(
        deals=(
            deal(1, "2024-05-01", lead_source="Website", campaign="salesforce:701"),
            deal(2, "2024-05-01", "30", lead_source="Train"),
            deal(3, "2024-05-01", "7"),
        ),
        lead_sources=(LeadSource("Website", "Inbound"),),
    )
    kpi = "revenue_by_lead_source"
    assert by_value(company, kpi, "lead_source") == {
        "Website": (100,),
        "Train": (30,),
        "(none)": (7,),
    }
    assert by_value(company, kpi, "lead_channel") == {"Inbound": (100,), "(none)": (37,)}
    assert by_value(company, kpi, "campaign") == {"salesforce:701": (100,), "(none)": (37,)}


UNEVEN = Company(
    products=(LAMP, BULB, SENSOR, CABLE),
    deals=(
        deal(1, "2024-05-01"),
        deal(2, "2024-05-01"),
        deal(3, "2024-05-01"),
        deal(4, "2024-05-01"),
        deal(5, "2024-05-01"),
    ),
    lines=(
        line(1, 1, LAMP.key, "60"),  # exact, two lines of one product line
        line(2, 1, BULB.key, "40"),
        line(3, 2, LAMP.key, "90"),  # 10 too little
        line(4, 3, SENSOR.key, "130"),  # 30 too much
        line(5, 3, SENSOR.key, "999", is_deleted=True),
        # Deal 4 has no line.
        line(6, 5, None, "50"),
        line(7, 5, "salesforce:unknown", "30"),
        line(8, 5, CABLE.key, None, quantity=Decimal(4), unit_price=Decimal("5")),
        line(9, 5, LAMP.key, None, quantity=Decimal(4)),  # 0
    ),
)


def test_what_lines_do_not_cover_is_unallocated() -> None:
    assert by_value(UNEVEN, "revenue_by_product", "product") == {
        "salesforce:lamp": (150,),
        "salesforce:bulb": (40,),
        "salesforce:sensor": (130,),
        "salesforce:cable": (20,),
        "salesforce:unknown": (30,),
        "(none)": (50,),
        "(unallocated)": (80,),  # 10 - 30 + 100
    }
    by_line = {
        "Lighting": (190,),
        "Sensors": (130,),
        "(none)": (100,),
        "(unallocated)": (80,),
    }
    for kpi in ("revenue_by_product", "total_revenue"):
        assert by_value(UNEVEN, kpi, "product_line") == by_line
        assert by_value(UNEVEN, kpi, "total") == {"total": (500,)}


def test_a_deal_counts_once_in_each_of_its_product_lines() -> None:
    # In (unallocated) count only deal 4, which has no line; its money is that of three deals.
    assert by_value(UNEVEN, "revenue_per_sale", "product_line") == {
        "Lighting": (190, 3, 63.333333),
        "Sensors": (130, 1, 130),
        "(none)": (100, 1, 100),
        "(unallocated)": (80, 1, 80),
    }
    assert by_value(UNEVEN, "revenue_per_sale", "total") == {"total": (500, 5, 100)}


def test_a_rest_of_money_without_a_deal_has_no_value() -> None:
    company = Company(deals=(deal(1, "2024-05-01"),), lines=(line(1, 1, None, "99"),))
    sales = by_value(company, "revenue_per_sale", "product_line")
    assert sales["(unallocated)"] == (1, 0, None)
    # In a KPI that counts deals the rest is not even a row.
    for kpi in ("win_rate", "win_loss_ratio", "sales_cycle_days"):
        assert by_value(company, kpi, "product_line").keys() == {"(none)"}
    loser = replace(company, deals=(lost(1, "2024-05-01", competitor="Lumora"),))
    for kpi in ("competitive_loss_share", "deals_lost_to_competition"):
        assert by_value(loser, kpi, "product_line").keys() == {"(none)"}
    assert by_value(loser, "win_rate_by_amount", "product_line").keys() == {
        "(none)",
        "(unallocated)",
    }


def test_a_deal_without_lines_and_amount_is_still_a_fact() -> None:
    company = Company(deals=(deal(1, "2024-05-01", None),))
    assert by_value(company, "revenue_by_product", "product") == {"(unallocated)": (0,)}


@pytest.mark.parametrize(
    ("closed", "is_new"),
    [
        pytest.param("2024-02-28", False, id="before the launch"),
        pytest.param("2024-02-29", True, id="on the day of the launch"),
        pytest.param("2025-02-28", True, id="twelve months back is 28 February"),
        pytest.param("2025-03-01", False, id="twelve months back is 1 March"),
    ],
)
def test_a_product_is_new_for_twelve_months(closed: str, is_new: bool) -> None:
    company = Company(
        products=(replace(LAMP, launched_on=day("2024-02-29")), SENSOR),
        deals=(deal(1, closed),),
        lines=(line(1, 1, LAMP.key, "70"), line(2, 1, SENSOR.key, "20")),
    )
    kpi = "new_product_revenue_share"
    new = 70 if is_new else 0
    assert by_value(company, kpi, "total") == {"total": (new, 100, new / 100)}
    assert by_value(company, kpi, "product_line") == {
        "Lighting": (new, 70, 1 if is_new else 0),
        "Sensors": (0, 20, 0),
        "(unallocated)": (0, 10, 0),
    }


def test_twelve_months_to_the_day_are_in() -> None:
    def share(closed: str) -> Said:
        company = Company(
            products=(replace(LAMP, launched_on=day("2023-06-15")),),
            deals=(deal(1, closed),),
            lines=(line(1, 1, LAMP.key, "100"),),
        )
        return by_value(company, "new_product_revenue_share", "total")["total"]

    assert share("2024-06-15") == (100, 100, 1)
    assert share("2024-06-16") == (0, 100, 0)


FIRST, SECOND = {"amount": Decimal(1)}, {"amount": Decimal(10)}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(
            {"key": "salesforce:9", "close_date": day("2024-05-13")},
            {"key": "salesforce:1", "close_date": day("2024-05-14")},
            id="closed earlier",
        ),
        pytest.param(
            {"key": "salesforce:9", "created_at": at("2024-05-01T09:00:00")},
            {"key": "salesforce:1", "created_at": at("2024-05-01T09:00:01")},
            id="same day, created earlier",
        ),
        pytest.param(
            {"key": "salesforce:9"},
            {"key": "salesforce:1", "created_at": None},
            id="same day, the other created nobody knows when",
        ),
        pytest.param(
            {"key": "salesforce:10"},
            {"key": "salesforce:9"},
            id="same second, smaller id as text",
        ),
    ],
)
def test_the_first_won_deal_of_an_account_is_new_business(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    deals = (
        deal(0, "2024-05-14", "10", **second),
        deal(0, "2024-05-14", "1", **first),
        lost(2, "2024-05-01"),  # A lost deal makes no customer.
    )
    company = Company(deals=deals)
    assert by_value(company, "new_business_revenue_share", "total", "year") == {
        "total": (1, 11, 0.090909)
    }
    assert by_value(company, "existing_customer_revenue_share", "total", "year") == {
        "total": (10, 11, 0.909091)
    }
    assert by_period(company, "new_customers", "year") == {"2024-01-01": (1,)}


@pytest.mark.parametrize(
    ("accounts", "of_deals", "customers"),
    [
        pytest.param(
            (
                Account(key="salesforce:a", merged_into="salesforce:b"),
                Account(key="salesforce:b", merged_into="salesforce:c"),
                Account(key="salesforce:c"),
            ),
            ("salesforce:a", "salesforce:b", "salesforce:c"),
            1,
            id="merged into each other",
        ),
        pytest.param(
            (
                Account(key="salesforce:a", organisation="acme"),
                Account(key="tabular:a", organisation="acme"),
                Account(key="tabular:b", organisation="bolt"),
            ),
            ("salesforce:a", "tabular:a", "tabular:b"),
            2,
            id="one company in two systems",
        ),
        pytest.param(
            (
                Account(key="salesforce:a", merged_into="salesforce:b"),
                Account(key="salesforce:b", organisation="acme"),
                Account(key="tabular:a", organisation="acme"),
            ),
            ("salesforce:a", "tabular:a"),
            1,
            id="merged and in two systems",
        ),
        pytest.param((), ("salesforce:x", "salesforce:x", "salesforce:y"), 2, id="in no table"),
        pytest.param((), (None, None), 0, id="without account: new business, no customer"),
        pytest.param(
            (Account(key="salesforce:a", is_deleted=True),),
            ("salesforce:a",),
            1,
            id="deleted",
        ),
    ],
)
def test_accounts_are_customers_after_identity(
    accounts: tuple[Account, ...], of_deals: tuple[str | None, ...], customers: int
) -> None:
    company = Company(
        accounts=accounts,
        deals=tuple(deal(n, f"2024-05-{n:02d}", account=a) for n, a in enumerate(of_deals, 1)),
    )
    won = by_period(company, "new_customers", "year")
    assert won == ({"2024-01-01": (customers,)} if customers else {})
    new_business = customers * 100 or 200
    share = by_value(company, "new_business_revenue_share", "total", "year")["total"]
    assert share[:2] == (new_business, 100 * len(of_deals))


@pytest.mark.parametrize(
    ("systems", "customers"),
    [
        pytest.param(("salesforce", "tabular"), 2, id="the one joins the first of the two"),
        pytest.param(("tabular", "salesforce"), 1, id="both join the one"),
        pytest.param(("salesforce",), 2, id="never inside one system"),
    ],
)
def test_an_account_joins_the_first_one_of_an_earlier_system(
    systems: tuple[str, ...], customers: int
) -> None:
    keys = ("salesforce:a", "salesforce:b", "tabular:a")
    company = Company(
        accounts=tuple(Account(key=key, organisation="acme", segment=key) for key in keys),
        deals=tuple(
            deal(n, f"2024-05-{n:02d}", key=f"{key}{n}", account=key)
            for n, key in enumerate(keys, 1)
        ),
    )
    settings = replace(SETTINGS, systems=systems)
    assert by_period(company, "new_customers", "year", settings=settings) == {
        "2024-01-01": (customers,)
    }
    first, *_ = by_value(company, "revenue_by_market", "segment", settings=settings)
    assert first == ("tabular:a" if systems[0] == "tabular" else "salesforce:a")


def test_a_merged_account_has_the_survivors_columns_and_a_twin_fills_in_the_rest() -> None:
    company = Company(
        accounts=(
            Account(
                key="salesforce:a",
                organisation="acme",
                merged_into="salesforce:b",
                industry="Retail",
            ),
            Account(key="salesforce:b", organisation="acme", country="Spain"),
            Account(
                key="tabular:a",
                organisation="acme",
                country="France",
                industry="Health",
                market="M",
            ),
        ),
        deals=(deal(1, "2024-05-01"),),
    )
    assert by_value(company, "total_revenue", "industry") == {"Health": (100,)}
    assert by_value(company, "revenue_by_market", "country") == {"Spain": (100,)}
    assert by_value(company, "revenue_by_market", "market") == {"M": (100,)}
    tabular_first = replace(SETTINGS, systems=("tabular", "salesforce"))
    assert by_value(company, "revenue_by_market", "country", settings=tabular_first) == {
        "France": (100,)
    }


def revenue_type_of_second(second: Deal, *lines: LineItem) -> str:
    """The revenue type of a deal after one that brought the lamp."""
    company = Company(
        products=(LAMP, BULB, SENSOR, CABLE),
        deals=(deal(1, "2024-05-01", "1"), second),
        lines=(line(1, 1, LAMP.key, "1"), *lines),
    )
    types = by_value(company, "total_revenue", "revenue_type", "year")
    assert types.pop("new_business") == (1,)
    (revenue_type,) = types
    return revenue_type


@pytest.mark.parametrize(
    ("stated", "product", "expected"),
    [
        pytest.param("renewal", SENSOR.key, "renewal", id="stated"),
        pytest.param("new_business", SENSOR.key, "cross_sell", id="new business is as if absent"),
        pytest.param("new_business", LAMP.key, "repeat", id="so it may be a repeat, too"),
        pytest.param(None, SENSOR.key, "cross_sell", id="a product line new to the account"),
        pytest.param(None, BULB.key, "repeat", id="another product of a known line"),
        pytest.param(None, CABLE.key, "repeat", id="a product without product line"),
        pytest.param(None, None, "repeat", id="a line without product"),
    ],
)
def test_existing_business_has_a_revenue_type(
    stated: str | None, product: str | None, expected: str
) -> None:
    second = deal(2, "2024-06-01", revenue_type=stated)
    assert revenue_type_of_second(second, line(2, 2, product, "100")) == expected


def test_the_first_deal_is_new_business_whatever_its_type_says() -> None:
    company = Company(deals=(deal(1, "2024-05-01", revenue_type="renewal"),))
    assert by_value(company, "total_revenue", "revenue_type") == {"new_business": (100,)}


def test_yoy_growth_compares_with_the_same_period_a_year_before() -> None:
    company = Company(
        deals=(
            deal(1, "2023-05-10", "100"),
            deal(2, "2024-05-10", "150"),
            deal(3, "2024-06-10", "80"),
        )
    )
    by_month = by_period(company, "yoy_growth")
    assert by_month["2024-05-01"] == (50, 100, 0.5)
    assert by_month["2024-06-01"] == (80, 0, None)  # June 2023 was empty, not absent
    assert by_month["2025-05-01"] == (-150, 150, -1)
    every_month = [r for r in rows(company, "yoy_growth") if r.period_grain == "month"]
    assert [r[-3:] for r in every_month[:12]] == [(None, None, None)] * 12
    assert by_period(company, "yoy_growth", "year")["2024-01-01"] == (130, 100, 1.3)


@pytest.mark.parametrize(
    ("grain", "start"),
    [
        pytest.param("day", "2024-02-29", id="29 February"),
        pytest.param("week", "2020-12-28", id="W53"),
    ],
)
def test_a_period_that_the_year_before_lacks_has_no_growth(grain: str, start: str) -> None:
    company = Company(deals=(deal(1, "2019-01-10"), deal(2, "2020-12-30"), deal(3, "2024-02-29")))
    row = next(
        r
        for r in rows(company, "yoy_growth")
        if r.period_grain == grain and r.period_start_date == day(start) and r.dimension == "total"
    )
    assert row[-3:] == (None, None, None)
    revenue = by_period(company, "total_revenue", grain)
    assert revenue[start] == (100,)


def test_week_growth_is_by_iso_week_number() -> None:
    # 2024-W10 began on 4 March, 2023-W10 on 6 March.
    company = Company(deals=(deal(1, "2023-03-06", "10"), deal(2, "2024-03-10", "15")))
    assert by_period(company, "yoy_growth", "week")["2024-03-04"] == (5, 10, 0.5)


@cache
def places() -> Company:
    """A deal of 1, 2, 4, ... for each way to a territory, owned by a rep who moves on 15 May."""
    rep = "salesforce:rep"
    accounts = (
        Account(key="salesforce:own", territory="West", country="Spain", market="Chains"),
        Account(key="salesforce:country", country="Spain", segment="Large"),
        Account(key="salesforce:far", country="Australia"),
        Account(key="salesforce:none"),
    )
    return Company(
        reps=(
            Rep(key=rep, team="Role"),
            Rep(key="tabular:rep", team="Own team", territory="Own territory"),
        ),
        assignments=(
            Assignment(
                rep=rep,
                team="A",
                territory="North",
                valid_from=day("2024-01-01"),
                valid_to=day("2024-05-14"),
            ),
            Assignment(
                rep=rep,
                team="B",
                territory="South",
                valid_from=day("2024-05-15"),
                valid_to=day("2024-12-31"),
            ),
        ),
        accounts=accounts,
        countries=(Country("Spain", "Iberian"), Country("Australia", "Overseas")),
        territories=(Territory("Iberia", "Continent", "Spain"), Territory("North", "Top")),
        deals=(
            deal(1, "2024-05-02", "1", account="salesforce:own", owner=rep),
            deal(2, "2024-05-02", "2", account="salesforce:country", owner=rep),
            deal(3, "2024-05-14", "4", account="salesforce:far", owner=rep),
            deal(4, "2024-05-15", "8", account="salesforce:none", owner=rep),
            deal(5, "2024-05-15", "16", account=None, owner="tabular:rep"),
            deal(6, "2024-05-15", "32", account=None, owner=None),
            deal(7, "2024-05-15", "64", account=None, owner="salesforce:unknown"),
            deal(8, "2025-05-15", "128", account="salesforce:none", owner=rep),
        ),
    )


def test_territory_is_the_accounts_else_its_countrys_else_the_owners() -> None:
    assert by_value(places(), "revenue_by_territory", "territory") == {
        "West": (1,),
        "Iberia": (2,),
        "North": (4,),
        "South": (8,),
        "Own territory": (16,),
        "(none)": (96,),
    }
    assert by_value(places(), "revenue_by_territory", "region") == {
        "Continent": (2,),
        "Top": (4,),
        "(none)": (121,),
    }


def test_team_is_the_owners_on_the_close_date() -> None:
    assert by_value(places(), "total_revenue", "team") == {
        "A": (7,),
        "B": (8,),
        "Own team": (16,),
        "(none)": (96,),
        "Role": (128,),  # the assignment has ended
    }
    assert by_value(places(), "total_revenue", "rep") == {
        "salesforce:rep": (15,),
        "tabular:rep": (16,),
        "(none)": (32,),
        "salesforce:unknown": (64,),
    }


def test_market_is_the_accounts_else_its_countrys() -> None:
    assert by_value(places(), "revenue_by_market", "market") == {
        "Chains": (1,),
        "Iberian": (2,),
        "Overseas": (4,),
        "(none)": (120,),
    }
    assert by_value(places(), "revenue_by_market", "segment") == {"Large": (2,), "(none)": (125,)}


def test_discount_is_off_the_list_price_of_lines_that_have_one() -> None:
    company = Company(
        products=(replace(LAMP, list_price=Decimal(50)), SENSOR),
        exchange_rates=(ExchangeRate("GBP", day("2024-01-01"), Decimal("1.5")),),
        deals=(deal(1, "2024-05-01", "1000", currency="GBP"), lost(2, "2024-05-01")),
        lines=(
            # The line's own list price, before the product's: 3 x 60 = 180, sold for 150.
            line(1, 1, LAMP.key, "150", quantity=Decimal(3), list_price=Decimal(60)),
            # The product's list price: 2 x 50 = 100, sold for 2 x 45.
            line(2, 1, LAMP.key, None, quantity=Decimal(2), unit_price=Decimal(45)),
            # No quantity is one piece: 20, sold for 25.
            line(3, 1, SENSOR.key, "25", list_price=Decimal(20)),
            # No list price at all: in neither part.
            line(4, 1, SENSOR.key, "500"),
            line(5, 2, LAMP.key, "1"),
        ),
    )
    assert by_value(company, "discount_rate", "total") == {"total": (52.5, 450, 0.116667)}
    assert by_value(company, "discount_rate", "product") == {
        "salesforce:lamp": (60, 420, 0.142857),
        "salesforce:sensor": (-7.5, 30, -0.25),
    }


# --- pipeline -------------------------------------------------------------------------------------

CLOSED = Company(
    deals=(
        deal(1, "2024-05-01", "300", competitor="Lumora"),
        lost(2, "2024-05-02", "100", competitor="Lumora"),
        lost(3, "2024-05-31", None),
        deal(4, "2024-05-03", is_won=False, is_closed=False),  # open
        lost(5, "2024-06-01", "50"),
        deal(6, "2024-07-01", "50"),
    )
)


@pytest.mark.parametrize(
    ("kpi", "may", "june", "july"),
    [
        ("win_rate", (1, 3, 0.333333), (0, 1, 0), (1, 1, 1)),
        ("win_rate_by_amount", (300, 400, 0.75), (0, 50, 0), (50, 50, 1)),
        ("win_loss_ratio", (1, 2, 0.5), (0, 1, 0), (1, 0, None)),
        ("deals_lost_to_competition", (1,), None, None),
        ("competitive_loss_share", (1, 2, 0.5), (0, 1, 0), None),
    ],
)
def test_closed_deals_are_won_or_lost(
    kpi: str, may: Said, june: Said | None, july: Said | None
) -> None:
    expected = {"2024-05-01": may, "2024-06-01": june, "2024-07-01": july}
    assert by_period(CLOSED, kpi) == {start: parts for start, parts in expected.items() if parts}


def test_a_period_without_closed_deals_has_zero_parts_and_no_value() -> None:
    august = next(
        r
        for r in rows(CLOSED, "win_rate")
        if r.period_grain == "month" and r.period_start_date == day("2024-08-01")
    )
    assert said(august) == (0, 0, None)


def test_a_slice_by_competitor_has_its_own_denominator() -> None:
    assert by_value(CLOSED, "win_rate", "competitor") == {
        "Lumora": (1, 2, 0.5),
        "(none)": (0, 1, 0),
    }
    assert by_value(CLOSED, "competitive_loss_share", "competitor") == {
        "Lumora": (1, 1, 1),
        "(none)": (0, 1, 0),
    }
    assert by_value(CLOSED, "deals_lost_to_competition", "competitor") == {"Lumora": (1,)}


@pytest.mark.parametrize(
    ("created", "days"),
    [
        pytest.param("2024-04-30T21:59:59", 2, id="a second before local midnight"),
        pytest.param("2024-04-30T22:00:00", 1, id="at local midnight"),
        pytest.param("2024-05-05T10:00:00", -3, id="entered late"),
    ],
)
def test_a_sales_cycle_is_counted_in_local_calendar_days(created: str, days: int) -> None:
    company = Company(
        deals=(
            deal(1, "2024-05-02", created_at=at(created)),
            deal(2, "2024-05-02", created_at=None),  # in neither part
            lost(3, "2024-05-02"),
        )
    )
    assert by_value(company, "sales_cycle_days", "total") == {"total": (days, 1, days)}


# --- leads ----------------------------------------------------------------------------------------


def test_leads_are_counted_on_the_local_date_of_their_creation() -> None:
    company = Company(
        leads=(
            lead(1, "2024-12-31T22:59:59"),
            lead(2, "2024-12-31T23:00:00"),
            lead(3, "2024-12-31T10:00:00", is_deleted=True),
            lead(4, "2024-12-31T10:00:00", is_deleted=True, merged_into="salesforce:1"),
            lead(5, "2025-09-17T21:59:59"),
            lead(6, "2025-09-17T22:00:00"),
        )
    )
    assert by_period(company, "lead_volume") == {
        "2024-12-01": (1,),
        "2025-01-01": (1,),
        "2025-09-01": (1,),
    }


def twins(**tabular: Any) -> tuple[Lead, Lead]:
    shared: dict[str, Any] = {"inquiry": "bo", "lead_source": "Website"}
    one = lead(1, "2024-05-02T10:00:00", **shared)
    other = Lead(
        **{
            "key": "tabular:1",
            "created_at": at("2024-05-01T10:00:00"),
            **shared,
            "lead_source": "Fair",
            **tabular,
        }
    )
    return one, other


def test_a_lead_in_two_systems_is_the_earlier_one() -> None:
    assert by_value(Company(leads=twins()), "lead_volume", "lead_source") == {"Fair": (1,)}
    at_once = twins(created_at=at("2024-05-02T10:00:00"))
    assert by_value(Company(leads=at_once), "lead_volume", "lead_source") == {"Website": (1,)}
    deleted = twins(is_deleted=True)
    assert by_value(Company(leads=deleted), "lead_volume", "lead_source") == {"Website": (1,)}


def test_a_leads_place_is_its_countrys_else_its_owners() -> None:
    company = replace(
        places(),
        leads=(
            lead(1, "2024-05-14T21:59:00", owner="salesforce:rep", country="Spain"),
            lead(2, "2024-05-14T21:59:00", owner="salesforce:rep"),
            lead(3, "2024-05-14T22:01:00", owner="salesforce:rep"),
        ),
    )
    assert by_value(company, "lead_volume", "territory") == {
        "Iberia": (1,),
        "North": (1,),
        "South": (1,),
    }


def test_lead_growth_compares_with_the_period_before() -> None:
    company = Company(
        leads=(
            lead(1, "2024-05-02T10:00:00"),
            lead(2, "2024-05-03T10:00:00"),
            lead(3, "2024-06-03T10:00:00"),
            lead(4, "2024-08-03T10:00:00"),
        )
    )
    months = [r for r in rows(company, "lead_growth") if r.period_grain == "month"]
    assert [said(r) for r in months if r.dimension == "total"][:5] == [
        (None, None, None),
        (-1, 2, -0.5),
        (-1, 1, -1),
        (1, 0, None),
        (-1, 1, -1),
    ]


def test_lead_quality_is_the_share_of_contact_fields_present() -> None:
    company = Company(
        leads=(
            lead(1, "2024-05-02T10:00:00", name="Bo", email="bo@b.example", phone="1234567"),
            lead(2, "2024-05-02T10:00:00", name=" ", email="bo@b", phone="123456"),
        )
    )
    assert by_value(company, "lead_quality", "total") == {"total": (3, 6, 0.5)}
    assert by_value(company, "lead_quality", "contact_field") == {
        "name": (1, 2, 0.5),
        "email": (1, 2, 0.5),
        "phone": (1, 2, 0.5),
    }


@pytest.mark.parametrize(
    ("text", "is_valid"),
    [
        ("a@b.c", True),
        ("  a@b.c  ", True),
        ("a@b", False),
        ("a@@b.c", False),
        ("a@b@c.d", False),
        ("@b.c", False),
        ("a@.c", False),
        ("a@b.", False),
        ("a b@c.d", False),
        ("", False),
        ("n/a", False),
    ],
)
def test_an_email_has_one_at_and_a_dotted_domain(text: str, is_valid: bool) -> None:
    assert is_valid_email(text) == is_valid


@pytest.mark.parametrize(
    ("text", "is_valid"),
    [("1234567", True), ("+1 (2) 34-56 x7", True), ("123456", False), ("call me", False)],
)
def test_a_phone_has_seven_digits(text: str, is_valid: bool) -> None:
    assert is_valid_phone(text) == is_valid


def converted(created: str, *deals: Deal, **fields: Any) -> Company:
    """A lead that became the first of the deals."""
    return Company(leads=(lead(1, created, converted_deal=deals[0].key, **fields),), deals=deals)


@pytest.mark.parametrize(
    ("company", "is_won"),
    [
        pytest.param(
            converted("2024-05-31T22:00:00", deal(1, "2024-08-30")), 1, id="on the last day"
        ),
        pytest.param(
            converted("2024-05-31T21:59:59", deal(1, "2024-08-30")), 0, id="a second too early"
        ),
        pytest.param(converted("2024-06-01T10:00:00", deal(1, "2024-08-31")), 0, id="too late"),
        pytest.param(converted("2024-06-01T10:00:00", lost(1, "2024-06-30")), 0, id="lost"),
        pytest.param(
            converted("2024-06-01T10:00:00", deal(1, "2024-06-30", is_deleted=True)),
            0,
            id="through a deleted deal",
        ),
        pytest.param(
            converted(
                "2024-06-01T10:00:00",
                lost(1, "2024-06-02", merged_into="salesforce:2"),
                lost(2, "2024-06-02", merged_into="salesforce:3"),
                deal(3, "2024-06-30"),
            ),
            1,
            id="through a deal merged twice",
        ),
        pytest.param(
            converted(
                "2024-06-01T10:00:00",
                deal(1, "2024-06-30"),
                converted_at=at("2025-09-17T22:00:00"),
            ),
            0,
            id="converted after as_of_date",
        ),
        pytest.param(
            converted("2025-09-01T10:00:00", deal(1, "2025-09-18")), 0, id="won after as_of_date"
        ),
    ],
)
def test_a_lead_is_won_within_the_window(company: Company, is_won: int) -> None:
    assert by_value(company, "lead_to_customer_rate", "total") == {"total": (is_won, 1, is_won)}


def test_a_lead_in_two_systems_takes_the_conversion_of_either() -> None:
    one, other = twins()
    one = replace(one, converted_deal="salesforce:1")
    deals = (deal(1, "2024-05-20"), deal(2, "2024-05-20", key="tabular:2", is_won=False))
    company = Company(leads=(one, other), deals=deals)
    assert by_value(company, "lead_to_customer_rate", "lead_source") == {"Fair": (1, 1, 1)}
    # Its own conversion, though it was lost, comes first.
    company = replace(company, leads=(one, replace(other, converted_deal="tabular:2")))
    assert by_value(company, "lead_to_customer_rate", "lead_source") == {"Fair": (0, 1, 0)}


def test_a_cohort_is_complete_when_its_window_has_passed() -> None:
    # 30 June + 90 days = 28 September.
    company = Company(leads=(lead(1, "2025-06-19T10:00:00"),))
    for as_of, is_complete in (("2025-09-27", False), ("2025-09-28", True)):
        settings = replace(SETTINGS, as_of_date=day(as_of))
        (june,) = (
            row
            for row in rows(company, "lead_to_customer_rate", settings)
            if (row.period_grain, row.dimension) == ("month", "total")
            and row.period_start_date == day("2025-06-01")
        )
        assert june.is_period_complete == is_complete
    volume = [r for r in rows(company, "lead_volume") if r.period_grain == "day"]
    assert all(row.is_period_complete for row in volume)


# --- customers ------------------------------------------------------------------------------------


def test_a_new_customer_has_the_dimensions_of_its_first_deal() -> None:
    company = Company(
        deals=(
            deal(1, "2024-05-01", lead_source="Website"),
            deal(2, "2024-05-02", lead_source="Fair"),
        )
    )
    assert by_value(company, "new_customers", "lead_source") == {"Website": (1,)}


# --- periods --------------------------------------------------------------------------------------


def starts(company: Company, dimension: str, grain: str, settings: Settings) -> list[str]:
    return [
        row.period_start_date.isoformat()
        for row in rows(company, "total_revenue", settings)
        if row.dimension == dimension and row.period_grain == grain
    ]


def test_the_total_goes_on_to_as_of_date_and_another_slice_ends_before() -> None:
    company = Company(deals=(deal(1, "2024-01-31", lead_source="Fair"),))
    settings = replace(SETTINGS, as_of_date=day("2024-06-02"), zero_fill_days=60)
    months = [f"2024-{month:02d}-01" for month in range(1, 7)]
    assert starts(company, "total", "month", settings) == months
    # 31 January + 60 days is 31 March: March begins by then, April does not; nor does a later week.
    assert starts(company, "lead_source", "month", settings) == months[:3]
    assert starts(company, "lead_source", "week", settings)[-1] == "2024-03-25"
    one_more = replace(settings, zero_fill_days=61)
    assert starts(company, "lead_source", "month", one_more) == months[:4]
    assert starts(company, "lead_source", "week", one_more)[-1] == "2024-04-01"
    assert starts(company, "lead_source", "day", settings) == []
    assert len(starts(company, "total", "day", settings)) == 124


def test_a_slice_begins_with_its_first_fact_even_if_that_is_zero() -> None:
    company = Company(deals=(deal(1, "2024-02-01", "0"), deal(2, "2024-04-01")))
    settings = replace(SETTINGS, as_of_date=day("2024-04-30"))
    found = [said(r) for r in rows(company, "total_revenue", settings) if r.period_grain == "month"]
    assert found[:3] == [(0,), (0,), (100,)]


@pytest.mark.parametrize(
    ("first_month", "grain", "expected"),
    [
        (4, "fiscal_quarter", ["2024-01-01", "2024-04-01"]),
        (4, "fiscal_year", ["2023-04-01", "2024-04-01"]),
        (2, "fiscal_quarter", ["2023-11-01", "2024-02-01", "2024-05-01"]),
        (2, "fiscal_year", ["2023-02-01", "2024-02-01"]),
        (1, "fiscal_quarter", []),
        (1, "fiscal_year", []),
        (2, "quarter", ["2024-01-01", "2024-04-01"]),
        (4, "week", ["2024-01-29", "2024-02-05"]),
    ],
)
def test_periods_begin_where_the_calendar_or_the_fiscal_year_says(
    first_month: int, grain: str, expected: list[str]
) -> None:
    company = Company(deals=(deal(1, "2024-01-31"),))
    settings = replace(SETTINGS, as_of_date=day("2024-05-15"), fiscal_year_start_month=first_month)
    assert starts(company, "total", grain, settings)[: len(expected)] == expected
    if grain != "week":
        assert len(starts(company, "total", grain, settings)) == len(expected)


def test_a_period_is_complete_on_its_last_day() -> None:
    company = Company(deals=(deal(1, "2024-05-15"),))
    for as_of, is_complete in (("2024-05-30", False), ("2024-05-31", True)):
        settings = replace(SETTINGS, as_of_date=day(as_of))
        (row,) = (
            r
            for r in rows(company, "total_revenue", settings)
            if (r.period_grain, r.dimension) == ("month", "total")
        )
        assert row.period_end_date == day("2024-05-31")
        assert row.is_period_complete == is_complete


def test_an_older_as_of_date_rebuilds_the_older_tables() -> None:
    company = Company(
        deals=(deal(1, "2024-05-01"), deal(2, "2024-06-01"), lost(3, "2024-05-02")),
        leads=(lead(1, "2024-05-01T10:00:00", converted_deal="salesforce:2"),),
    )
    still_open: dict[str, Any] = {"is_won": False, "is_closed": False, "close_date": None}
    expected = deal(2, "2024-06-01", expected_close_date=day("2024-06-01"), **still_open)
    earlier = Company(
        deals=(deal(1, "2024-05-01"), expected, lost(3, "2024-05-02")), leads=company.leads
    )
    settings = replace(SETTINGS, as_of_date=day("2024-05-31"))
    assert planted_kpis(company, settings) == planted_kpis(earlier, settings)


@pytest.mark.parametrize(
    ("count", "middle", "ninetieth"),
    [
        (1, "1", "1"),
        (2, "1.5", "2"),
        (5, "3", "5"),
        (9, "5", "9"),
        (10, "5.5", "9"),
        (11, "6", "10"),
    ],
)
def test_medians_and_percentiles_are_those_of_a_pencil(
    count: int, middle: str, ninetieth: str
) -> None:
    values = [Decimal(number) for number in range(1, count + 1)]
    assert median(values) == Decimal(middle)
    assert nearest_rank(9)(values) == Decimal(ninetieth)
