"""The rows of the planted facts: one type for each fact and bridge."""

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple


class Identity(NamedTuple):
    """A record (account, person, lead, web_user) and who it is."""

    record_type: str
    record_id: str
    identity: str


class DealAccountRow(NamedTuple):
    """An account of a standing deal."""

    deal_id: str
    account_id: str
    is_primary: bool


class DealPersonRow(NamedTuple):
    """A person of a standing deal."""

    deal_id: str
    human: str
    is_primary: bool


class ActivityRow(NamedTuple):
    """An activity that was not deleted."""

    activity_id: str
    activity_type: str
    occurred_at: datetime
    activity_date: date
    rep_id: str | None
    team: str | None
    account_id: str | None
    direction: str | None
    outcome: str | None
    is_automated: bool
    is_outreach: bool
    is_connected: bool
    is_held: bool


class DealOutreachRow(NamedTuple):
    """An outreach that belongs to a deal."""

    deal_id: str
    activity_id: str
    activity_type: str
    activity_date: date


class LeadRow(NamedTuple):
    """A lead with how far it came; the deal is the one that stands at the end of its merges."""

    lead_id: str
    human: str | None
    first_outreach_at: datetime | None
    mql_date: date | None
    sql_date: date | None
    disqualified_date: date | None
    deal_id: str | None
    won_date: date | None
    is_self_generated: bool


class MessageRow(NamedTuple):
    """A message to one recipient, with what became of it."""

    message_id: str
    email_campaign_id: str | None
    email_type: str
    content: str | None
    rep_id: str | None
    human: str | None
    sent_date: date
    is_delivered: bool
    is_opened: bool
    is_machine_opened: bool
    is_clicked: bool
    is_replied: bool
    is_bounced: bool
    is_unsubscribed: bool
    is_spam_reported: bool
    first_opened_at: datetime | None
    first_clicked_at: datetime | None
    first_replied_at: datetime | None
    unsubscribed_at: datetime | None
    count_opens: int
    count_clicks: int


class SessionRow(NamedTuple):
    """A web session."""

    session_id: str
    started_at: datetime
    session_date: date
    human: str | None
    channel: str
    campaign: str | None
    source_medium: str | None
    landing_page: str | None
    country: str | None
    market: str | None
    is_engaged: bool
    is_lead_created: bool


class ConversionRow(NamedTuple):
    """A lead, sign-up or activation on the web, or a form sent."""

    conversion_id: str
    conversion_type: str
    session_id: str | None
    occurred_at: datetime
    conversion_date: date
    human: str | None


class VisitRow(NamedTuple):
    """A deal's stay in a stage; `visit_number` is its place among the deal's stays."""

    deal_id: str
    stage_id: str | None
    stage: str
    visit_number: int
    is_first_visit: bool
    entered_at: datetime | None
    entered_date: date | None
    left_date: date | None
    rep_id: str | None
    is_won_stage: bool
    is_lost_stage: bool
    went_on: bool


class SnapshotRow(NamedTuple):
    """An open deal at the end of a week or month, or of `as_of_date`."""

    snapshot_date: date
    deal_id: str
    stage_id: str | None
    stage: str
    probability: Decimal | None
    rep_id: str | None
    team: str
    territory: str
    amount: Decimal
    expected_close_date: date | None


class StretchRow(NamedTuple):
    """Days on which a customer is active at one monthly revenue."""

    account_id: str
    valid_from: date
    valid_to: date
    monthly_recurring_revenue: Decimal
    cover: str


class CustomerMonthRow(NamedTuple):
    """A customer's month in which it was active at one end or something happened."""

    account_id: str
    month_start_date: date
    is_active_at_start: bool
    is_active_at_end: bool
    mrr_at_start: Decimal
    mrr_at_end: Decimal
    is_new: bool
    is_churned: bool
    is_returned: bool
    churned_on: date | None


class SurveyRow(NamedTuple):
    """An answer to a survey, with who gave it; the ratio is None where no scale is known."""

    response_id: str
    survey_type: str
    response_date: date
    score: Decimal
    score_ratio: Decimal | None
    respondent: str
    account_id: str | None
