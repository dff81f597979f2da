"""The demo company: what truly happened, as plain objects.

A record's fields hold the truth, which is what a correct reading of the raw files gives.
`as_written` holds the text that the raw file carries instead for a field, where that text is dirty,
spelled otherwise or has to be mapped: `Deal(amount=None, as_written={"amount": "N/A"})`. Only
`raw_files.py` reads it; the planted answers never do.

Keys are text, `<system>:<native id>`, everywhere. Moments are UTC datetimes; dates are local to the
company. None is missing. Money is in the record's own currency.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

LONG_AGO = datetime(2022, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Record:
    """A row that a CRM keeps under a key, with the time of its last change."""

    key: str
    modified_at: datetime = LONG_AGO
    as_written: Mapping[str, str] = field(default_factory=dict)

    @property
    def system(self) -> str:
        """The system that holds the record."""
        return self.key.partition(":")[0]

    @property
    def native_id(self) -> str:
        """The record's id inside its system."""
        return self.key.partition(":")[2]


@dataclass(frozen=True, kw_only=True)
class Rep(Record):
    """A sales rep; `team` and `territory` are the CRM's own, used where no assignment is."""

    name: str = "Rep"
    email: str | None = None
    team: str | None = None
    territory: str | None = None
    manager: str | None = None
    hired_on: date | None = None
    left_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """A rep's team and territory from one day to another, both included."""

    rep: str
    team: str | None
    territory: str | None
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, kw_only=True)
class Account(Record):
    """One CRM record of a company.

    Records that name the same company, by its domain, share an `organisation`: those of different
    systems are one customer, those of one system are not. A record merged away points to the one it
    was merged into.
    """

    name: str | None = None
    organisation: str | None = None
    merged_into: str | None = None
    is_deleted: bool = False
    parent: str | None = None
    industry: str | None = None
    segment: str | None = None
    employees: int | None = None
    annual_revenue: Decimal | None = None
    currency: str | None = None
    country: str | None = None
    territory: str | None = None
    market: str | None = None
    owner: str | None = None
    domain: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Person(Record):
    """A contact at an account.

    Records (people and leads, of any system) that are one person after identity share a `human`.
    """

    account: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    job_title: str | None = None
    job_function: str | None = None
    created_at: datetime | None = None
    is_deleted: bool = False
    merged_into: str | None = None
    web_user: str | None = None
    human: str | None = None


@dataclass(frozen=True, kw_only=True)
class Product(Record):
    """A product of one system's catalogue."""

    name: str = "Product"
    product_line: str | None = None
    list_price: Decimal | None = None
    launched_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Lead(Record):
    """A lead record. Records of different systems that are truly one lead share an `inquiry`."""

    created_at: datetime
    inquiry: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    company: str | None = None
    industry: str | None = None
    country: str | None = None
    lead_source: str | None = None
    campaign: str | None = None
    owner: str | None = None
    sourced_by: str | None = None
    status: str | None = None
    mql_at: datetime | None = None
    sql_at: datetime | None = None
    converted_at: datetime | None = None
    converted_account: str | None = None
    converted_person: str | None = None
    converted_deal: str | None = None
    is_deleted: bool = False
    merged_into: str | None = None
    disqualified_at: datetime | None = None
    employees: int | None = None
    annual_revenue: Decimal | None = None
    marketing_team_size: int | None = None
    web_user: str | None = None
    human: str | None = None


@dataclass(frozen=True, kw_only=True)
class Deal(Record):
    """A deal. `revenue_type` is what the CRM's deal type means, None where it says nothing."""

    account: str | None = None
    name: str | None = None
    pipeline: str | None = None
    stage: str = "Open"
    is_won: bool = False
    is_closed: bool = False
    created_at: datetime | None = None
    close_date: date | None = None
    expected_close_date: date | None = None
    amount: Decimal | None = None
    currency: str | None = None
    owner: str | None = None
    revenue_type: str | None = None
    lead_source: str | None = None
    campaign: str | None = None
    competitor: str | None = None
    loss_reason: str | None = None
    contract_term_months: int | None = None
    primary_person: str | None = None
    is_deleted: bool = False
    merged_into: str | None = None


@dataclass(frozen=True, kw_only=True)
class LineItem(Record):
    """A product line of a deal, in the deal's currency."""

    deal: str
    product: str | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    list_price: Decimal | None = None
    amount: Decimal | None = None
    is_deleted: bool = False


@dataclass(frozen=True, kw_only=True)
class DealChange(Record):
    """A change of a deal's stage, amount, close_date or owner.

    The values are true ones as text: a stage's label, an amount, an ISO date, a rep's key.
    """

    deal: str
    changed_at: datetime
    changed_field: str
    old_value: str | None
    new_value: str | None


@dataclass(frozen=True, kw_only=True)
class DealAccount(Record):
    """An account that a deal is associated with; the primary one is the deal's own account."""

    deal: str
    account: str
    is_primary: bool = False


@dataclass(frozen=True, kw_only=True)
class DealPerson(Record):
    """A person that takes part in a deal."""

    deal: str
    person: str
    is_primary: bool = False
    role: str | None = None


@dataclass(frozen=True, kw_only=True)
class Activity(Record):
    """A call, email, meeting, task or note of a rep.

    `outcome` is canonical: connected or no_answer for a call, held or cancelled for a meeting.
    `more_deals` and `more_people` are what else it is associated with, where a CRM allows several.
    """

    activity_type: str
    occurred_at: datetime
    rep: str | None = None
    account: str | None = None
    person: str | None = None
    lead: str | None = None
    deal: str | None = None
    direction: str | None = None
    outcome: str | None = None
    is_automated: bool = False
    is_deleted: bool = False
    more_deals: tuple[str, ...] = ()
    more_people: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Campaign(Record):
    """A marketing campaign of a CRM."""

    name: str
    campaign_type: str | None = None
    is_deleted: bool = False


@dataclass(frozen=True, kw_only=True)
class CampaignMember(Record):
    """A lead or person that joined a campaign."""

    campaign: str
    joined_at: datetime
    lead: str | None = None
    person: str | None = None
    status: str | None = None
    is_responded: bool = False
    is_deleted: bool = False


@dataclass(frozen=True, kw_only=True)
class EmailCampaign(Record):
    """A mailing; `email_type` is marketing or sales, `content` what it offers."""

    name: str
    email_type: str = "marketing"
    content: str | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class EmailMessage(Record):
    """One message to one recipient; `human` is who reads it, None where nobody knows."""

    sent_at: datetime
    recipient_email: str
    campaign: str | None = None
    email_type: str = "marketing"
    content: str | None = None
    rep: str | None = None
    human: str | None = None


@dataclass(frozen=True, kw_only=True)
class EmailEvent(Record):
    """An event of a message: delivered, open, click, reply, bounce, unsubscribe or spam."""

    message: str
    event_type: str
    occurred_at: datetime
    url: str | None = None
    is_machine: bool = False


@dataclass(frozen=True, kw_only=True)
class WebSession(Record):
    """A visit. `web_user` is the browser's id, `user` that of the signed-in user.

    `channel` is the true one, by the vendor's rules; `human` is who visits, None if unknown.
    """

    started_at: datetime
    web_user: str | None = None
    user: str | None = None
    channel: str | None = None
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    landing_page: str | None = None
    country: str | None = None
    is_engaged: bool = False
    human: str | None = None


@dataclass(frozen=True, kw_only=True)
class WebEvent(Record):
    """An act of a visitor: page_view, lead_created, sign_up, activation or anything else."""

    event_name: str
    occurred_at: datetime
    session: str | None = None
    web_user: str | None = None
    user: str | None = None
    content: str | None = None
    human: str | None = None


@dataclass(frozen=True, kw_only=True)
class FormSubmission(Record):
    """A form that a person sent."""

    person: str
    form_name: str
    submitted_at: datetime
    page_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class LifecycleEvent(Record):
    """A customer or user was registered, activated or cancelled."""

    event_type: str
    occurred_at: datetime
    account: str | None = None
    person: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Subscription(Record):
    """One period of one price; both days are included."""

    account: str
    started_on: date
    monthly_amount: Decimal
    ended_on: date | None = None
    product: str | None = None
    currency: str | None = None


@dataclass(frozen=True, kw_only=True)
class SurveyResponse(Record):
    """An answer to a survey: nps, csat or ces."""

    responded_at: datetime
    survey_type: str
    score: Decimal
    scale_min: Decimal | None = None
    scale_max: Decimal | None = None
    account: str | None = None
    person: str | None = None
    email: str | None = None
    product: str | None = None
    rep: str | None = None


@dataclass(frozen=True, kw_only=True)
class Stage(Record):
    """A stage of a system's sales process; probability in percent.

    Where a system has several pipelines, a label means something only inside its `pipeline`.
    """

    label: str
    order: int
    probability: int
    is_closed: bool
    is_won: bool
    pipeline: str | None = None


@dataclass(frozen=True)
class Spelling:
    """A raw value of a mapping seed; a blank system means every system."""

    raw: str
    system: str = ""


@dataclass(frozen=True)
class LeadSource:
    """A lead source, its channel, and the raw values that mean it."""

    name: str
    channel: str
    is_self_generated: bool = False
    spellings: tuple[Spelling, ...] = ()


@dataclass(frozen=True)
class Country:
    """A country, its market, and the raw values that mean it."""

    name: str
    market: str
    spellings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Competitor:
    """A competitor and the raw values that mean it."""

    name: str
    spellings: tuple[str, ...] = ()


@dataclass(frozen=True)
class DealType:
    """The meaning of a raw deal type."""

    spelling: Spelling
    revenue_type: str


@dataclass(frozen=True)
class ProductAlias:
    """A raw product value that means another product id of the same system."""

    spelling: Spelling
    product_id: str


@dataclass(frozen=True)
class Territory:
    """A territory, its region and one country it covers (None: given by assignment only)."""

    name: str
    region: str
    country: str | None = None


@dataclass(frozen=True)
class ExchangeRate:
    """Reporting currency per unit of `currency`, from a day on."""

    currency: str
    valid_from: date
    rate: Decimal


@dataclass(frozen=True)
class Quota:
    """A rep's quota of one month."""

    rep: str
    month: date
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Target:
    """A KPI's target for one period and slice."""

    kpi: str
    period_grain: str
    period_start_date: date
    dimension: str
    dimension_value: str
    target_value: Decimal


@dataclass(frozen=True)
class AlertRule:
    """When somebody wants to be told of a KPI or of a source; blanks as in the seed."""

    rule_id: str
    kpi: str | None
    period_grain: str | None
    dimension: str | None
    dimension_value: str | None
    comparison: str
    threshold: Decimal | None
    severity: str
    owner: str | None
    is_enabled: bool | None = True


@dataclass(frozen=True)
class Objective:
    """A goal, the question that it asks, and the KPI that answers it."""

    objective_id: str
    objective: str
    question: str
    kpi: str
    period_grain: str
    dimension: str | None
    dimension_value: str | None
    baseline_value: Decimal | None
    target_value: Decimal
    due_date: date
    owner: str | None


@dataclass(frozen=True)
class SellingCost:
    """The cost of selling in one month; a missing slice belongs to none."""

    month: date
    cost_type: str
    amount: Decimal
    team: str | None = None
    territory: str | None = None
    currency: str | None = None


@dataclass(frozen=True)
class MarketingCost:
    """The cost of marketing in one month; a missing slice belongs to none."""

    month: date
    amount: Decimal
    channel: str | None = None
    lead_source: str | None = None
    campaign: str | None = None
    currency: str | None = None


@dataclass(frozen=True)
class MarketSize:
    """How many companies a market has in a year; without an industry, all of them."""

    market: str
    year: int
    company_count: int
    industry: str | None = None
    market_revenue: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True)
class CommissionTier:
    """The rate of a plan between two attainments of the fiscal year's quota (1 is all of it)."""

    plan: str
    valid_from: date
    attainment_from: Decimal
    rate: Decimal
    team: str | None = None
    valid_to: date | None = None
    attainment_to: Decimal | None = None


@dataclass(frozen=True)
class LeadRule:
    """A rule that a good lead meets: at_least, at_most, in (`a|b`) or not_empty."""

    rule_id: str
    field: str
    comparison: str
    value: str | None = None
    rule_set: str = "fit"


@dataclass(frozen=True)
class ChannelRule:
    """A session of a source and medium like these (SQL LIKE) came through the channel."""

    priority: int
    source_pattern: str
    medium_pattern: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class Company:
    """Everything that truly happened, plus what else its systems hold.

    `older_versions` are earlier states of records, which raw tables still carry. `stray_rows` are
    rows that stand for nothing, because `as_written` makes a required value missing or unreadable.
    `exchange_rates` are the seed's; `crm_exchange_rates` are those of the CRM, for currencies that
    the seed does not name.
    """

    seed: int = 0
    reps: tuple[Rep, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    accounts: tuple[Account, ...] = ()
    people: tuple[Person, ...] = ()
    products: tuple[Product, ...] = ()
    leads: tuple[Lead, ...] = ()
    deals: tuple[Deal, ...] = ()
    lines: tuple[LineItem, ...] = ()
    changes: tuple[DealChange, ...] = ()
    stages: tuple[Stage, ...] = ()
    deal_accounts: tuple[DealAccount, ...] = ()
    deal_people: tuple[DealPerson, ...] = ()
    activities: tuple[Activity, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    campaign_members: tuple[CampaignMember, ...] = ()
    email_campaigns: tuple[EmailCampaign, ...] = ()
    email_messages: tuple[EmailMessage, ...] = ()
    email_events: tuple[EmailEvent, ...] = ()
    web_sessions: tuple[WebSession, ...] = ()
    web_events: tuple[WebEvent, ...] = ()
    form_submissions: tuple[FormSubmission, ...] = ()
    lifecycle_events: tuple[LifecycleEvent, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    survey_responses: tuple[SurveyResponse, ...] = ()
    lead_sources: tuple[LeadSource, ...] = ()
    countries: tuple[Country, ...] = ()
    competitors: tuple[Competitor, ...] = ()
    deal_types: tuple[DealType, ...] = ()
    product_aliases: tuple[ProductAlias, ...] = ()
    free_mail_domains: tuple[str, ...] = ()
    territories: tuple[Territory, ...] = ()
    exchange_rates: tuple[ExchangeRate, ...] = ()
    crm_exchange_rates: tuple[ExchangeRate, ...] = ()
    quotas: tuple[Quota, ...] = ()
    targets: tuple[Target, ...] = ()
    alert_rules: tuple[AlertRule, ...] = ()
    objectives: tuple[Objective, ...] = ()
    selling_costs: tuple[SellingCost, ...] = ()
    marketing_costs: tuple[MarketingCost, ...] = ()
    market_sizes: tuple[MarketSize, ...] = ()
    commission_tiers: tuple[CommissionTier, ...] = ()
    lead_rules: tuple[LeadRule, ...] = ()
    channel_rules: tuple[ChannelRule, ...] = ()
    older_versions: tuple[Record, ...] = ()
    stray_rows: tuple[Record, ...] = ()
