"""The planted answers: the true value of every KPI, by kpi_catalog.md, from the company's own
objects.

Each KPI is one function that gives its facts; `KPIS` names them with their dimensions and smallest
grain. A fact has a date, a numerator and a denominator (0 where it adds nothing to one of them),
and counts in the slices of its `dimensions`. A state at the end of a period is a fact of that
period. The rules that all KPIs share (periods, slices, zero-filling, the ratio) are in `roll_up`.
"""

from proof.answers.books.as_of import Books
from proof.answers.books.marketing import MODELS
from proof.answers.kpis import customers, leads, marketing, pipeline, reps, revenue, worth
from proof.answers.kpis.leads import is_valid_phone
from proof.answers.kpis.marketing import TOUCHED
from proof.answers.periods import previous_period, year_ago
from proof.answers.rollup import Kpi, KpiRow, accuracy, median, nearest_rank, roll_up
from proof.company.identity import is_valid_email, with_humans
from proof.company.records import Company
from proof.company.settings import Settings

__all__ = ["KPIS", "is_valid_email", "is_valid_phone", "planted_kpis"]

PLACE = ("territory", "market", "team")
DEAL = (*PLACE, "rep", "lead_source", "industry")
SOLD = (*DEAL, "product_line", "revenue_type")
WIN = (*DEAL, "product_line", "competitor")
LOSS = ("competitor", "territory", "product_line", "team")
LEAD = ("lead_source", "lead_channel", "campaign")
OPEN = ("stage", "territory", "team", "rep", "product_line", "lead_source")
HELD = ("stage", "team", "rep", "territory")
ACCOUNT = ("territory", "market", "segment")
MAIL = ("email_campaign", "email_type")

REVENUE = (
    Kpi("total_revenue", SOLD, revenue.revenue),
    Kpi("sales_volume", (*DEAL, "revenue_type"), revenue.sales_volume),
    Kpi("revenue_by_lead_source", LEAD, revenue.revenue),
    Kpi("revenue_per_sale", SOLD, revenue.revenue_per_sale),
    Kpi(
        "median_deal_size",
        (*PLACE, "rep", "product_line", "revenue_type"),
        revenue.median_deal_size,
        middle=median,
    ),
    Kpi("revenue_by_product", ("product", "product_line"), revenue.revenue_by_product),
    Kpi("new_product_revenue_share", (*PLACE, "product_line"), revenue.new_product_revenue_share),
    Kpi(
        "market_penetration",
        ("market", "industry"),
        revenue.market_penetration,
        first_grain="week",
    ),
    Kpi(
        "sales_by_prior_activity",
        ("activity_type", "last_activity_type", "team", "rep"),
        revenue.sales_by_prior_activity,
    ),
    Kpi(
        "new_business_revenue_share",
        (*PLACE, "rep", "lead_source", "product_line"),
        revenue.new_business_revenue_share,
    ),
    Kpi(
        "existing_customer_revenue_share",
        (*PLACE, "revenue_type", "product_line"),
        revenue.existing_customer_revenue_share,
    ),
    Kpi("yoy_growth", (*PLACE, "product_line"), revenue.revenue, compared_with=year_ago),
    Kpi("revenue_by_territory", ("territory", "region"), revenue.revenue),
    Kpi("revenue_by_market", ("market", "country", "segment"), revenue.revenue),
    Kpi(
        "cost_of_selling_ratio",
        ("team", "territory", "cost_type"),
        revenue.cost_of_selling_ratio,
        first_grain="month",
    ),
    Kpi("expansion_revenue_share", (*PLACE, "rep"), revenue.expansion_revenue_share),
    Kpi(
        "customer_concentration",
        ("territory", "market"),
        revenue.customer_concentration,
        first_grain="week",
    ),
    Kpi("discount_rate", ("product", "product_line", "team", "rep"), revenue.discount_rate),
)

PIPELINE = (
    Kpi("win_rate", WIN, pipeline.win_rate),
    Kpi("win_rate_by_amount", WIN, pipeline.win_rate_by_amount),
    Kpi("win_loss_ratio", WIN, pipeline.win_loss_ratio),
    Kpi(
        "p90_sales_cycle_days",
        ("territory", "team", "rep", "lead_source"),
        pipeline.sales_cycle_days,
        middle=nearest_rank(9),
    ),
    Kpi("sales_cycle_days", (*DEAL, "product_line"), pipeline.sales_cycle_days),
    Kpi(
        "time_to_loss_days",
        ("team", "rep", "competitor", "lead_source"),
        pipeline.time_to_loss_days,
    ),
    Kpi("deals_lost_to_competition", LOSS, pipeline.deals_lost_to_competition),
    Kpi("competitive_loss_share", LOSS, pipeline.competitive_loss_share),
    Kpi("open_pipeline_amount", OPEN, pipeline.open_pipeline_amount, first_grain="week"),
    Kpi("weighted_pipeline_amount", OPEN, pipeline.weighted_pipeline_amount, first_grain="week"),
    Kpi(
        "pipeline_coverage",
        ("team", "rep", "territory"),
        pipeline.pipeline_coverage,
        first_grain="month",
    ),
    Kpi("stage_conversion_rate", ("stage", "team", "product_line"), pipeline.stage_conversion_rate),
    Kpi("days_in_stage", ("stage", "team", "product_line"), pipeline.days_in_stage),
    Kpi("deals_by_stage", HELD, pipeline.deals_by_stage, first_grain="week"),
    Kpi("open_deal_age_days", HELD, pipeline.open_deal_age_days, first_grain="week"),
    Kpi("stalled_deals_share", HELD, pipeline.stalled_deals_share, first_grain="week"),
    Kpi(
        "pipeline_velocity",
        ("territory", "team", "product_line"),
        pipeline.pipeline_velocity,
        has_average=True,
    ),
    Kpi("pipeline_created", ("lead_source", "territory", "team", "rep"), pipeline.pipeline_created),
    Kpi(
        "forecast_accuracy",
        ("team", "territory"),
        pipeline.forecast_accuracy,
        first_grain="month",
        value_of=accuracy,
    ),
    Kpi(
        "slipped_deals_share",
        ("team", "rep", "stage"),
        pipeline.slipped_deals_share,
        first_grain="week",
    ),
)

LEADS = (
    Kpi("lead_volume", (*LEAD, "territory", "rep"), leads.lead_volume),
    Kpi(
        "lead_growth",
        ("lead_source", "lead_channel", "territory"),
        leads.lead_volume,
        compared_with=previous_period,
    ),
    Kpi("lead_quality", (*LEAD, "contact_field"), leads.lead_quality),
    Kpi("lead_fit_rate", ("lead_source", "lead_channel", "industry", "rule"), leads.lead_fit_rate),
    Kpi(
        "lead_to_customer_rate",
        (*LEAD, "industry", "rep"),
        leads.lead_to_customer_rate,
        complete_after=lambda settings: settings.conversion_window_days,
        first_grain="month",
    ),
    Kpi(
        "lead_funnel_conversion",
        ("funnel_stage", "lead_source"),
        leads.lead_funnel_conversion,
        first_grain="month",
    ),
    Kpi(
        "lead_acquisition_days",
        ("lead_source", "lead_channel", "rep"),
        leads.lead_acquisition_days,
    ),
    Kpi("speed_to_lead_hours", ("lead_source", "rep", "team"), leads.speed_to_lead_hours),
    Kpi(
        "speed_to_lead_within_target",
        ("lead_source", "rep", "team"),
        leads.speed_to_lead_within_target,
    ),
    Kpi(
        "lead_follow_up_rate",
        ("lead_source", "rep", "team"),
        leads.lead_follow_up_rate,
        complete_after=lambda settings: settings.conversion_window_days,
        first_grain="month",
    ),
    Kpi(
        "lead_disqualification_rate",
        ("lead_source", "rep", "team"),
        leads.lead_disqualification_rate,
        first_grain="month",
    ),
    Kpi("leads_per_rep", ("team", "territory"), leads.leads_per_rep),
    Kpi("leads_generated_by_rep", ("rep", "team"), leads.leads_generated_by_rep),
    Kpi("cost_per_lead", ("lead_source", "campaign"), leads.cost_per_lead, first_grain="month"),
)

CUSTOMERS = (
    Kpi(
        "active_customers",
        (*ACCOUNT, "industry"),
        customers.active_customers,
        first_grain="week",
    ),
    Kpi(
        "new_customers",
        ("territory", "market", "lead_source", "industry"),
        customers.new_customers,
    ),
    Kpi(
        "customer_lifetime_value",
        (*ACCOUNT, "lead_source", "industry"),
        customers.customer_lifetime_value,
        first_grain="week",
    ),
    Kpi(
        "predicted_lifetime_value",
        ACCOUNT,
        worth.predicted_lifetime_value,
        first_grain="month",
    ),
    Kpi(
        "average_revenue_per_customer",
        (*ACCOUNT, "product_line"),
        customers.average_revenue_per_customer,
    ),
    Kpi("churn_rate", (*ACCOUNT, "industry"), customers.churn_rate, first_grain="month"),
    Kpi(
        "renewal_rate",
        ACCOUNT,
        customers.renewal_rate,
        complete_after=lambda settings: settings.churn_grace_days,
        first_grain="month",
    ),
    Kpi("revenue_churn_rate", ACCOUNT, customers.revenue_churn_rate, first_grain="month"),
    Kpi("customer_retention_rate", ACCOUNT, customers.customer_retention_rate, first_grain="month"),
    Kpi("net_revenue_retention", ACCOUNT, customers.net_revenue_retention, first_grain="month"),
    Kpi("gross_revenue_retention", ACCOUNT, customers.gross_revenue_retention, first_grain="month"),
    Kpi("repeat_purchase_rate", ACCOUNT, customers.repeat_purchase_rate, first_grain="week"),
    Kpi("customer_acquisition_cost", (), worth.customer_acquisition_cost, first_grain="month"),
    Kpi("ltv_to_cac", (), worth.ltv_to_cac, first_grain="month", has_null_parts=True),
    Kpi(
        "cac_payback_months", (), worth.cac_payback_months, first_grain="month", has_null_parts=True
    ),
    Kpi("net_promoter_score", (*ACCOUNT, "product_line", "rep"), customers.net_promoter_score),
    Kpi(
        "customer_sentiment",
        ("survey_type", "territory", "segment"),
        customers.customer_sentiment,
    ),
    Kpi("registrations", ("lead_channel", "market"), customers.registrations),
    Kpi(
        "activation_rate",
        ("lead_channel", "market"),
        customers.activation_rate,
        complete_after=lambda settings: settings.activation_window_days,
        first_grain="month",
    ),
    Kpi("cancellations", ("cancel_reason", "territory", "segment"), customers.cancellations),
    Kpi(
        "revenue_by_persona",
        ("industry", "company_size", "job_function", "country"),
        customers.revenue_by_persona,
    ),
)

REPS = (
    Kpi(
        "quota_attainment",
        ("rep", "team", "territory"),
        reps.quota_attainment,
        first_grain="month",
    ),
    Kpi(
        "reps_at_quota_share", ("team", "territory"), reps.reps_at_quota_share, first_grain="month"
    ),
    Kpi("revenue_per_rep", ("team", "territory"), reps.revenue_per_rep),
    Kpi("activities", ("activity_type", "rep", "team"), reps.activities),
    Kpi("activities_per_won_deal", ("activity_type", "rep", "team"), reps.activities_per_won_deal),
    Kpi("call_connect_rate", ("rep", "team"), reps.call_connect_rate),
    Kpi("meetings_held_rate", ("rep", "team"), reps.meetings_held_rate),
    Kpi("rep_ramp_days", ("team",), reps.rep_ramp_days, first_grain="month"),
    Kpi("commission_paid", ("rep", "team", "plan"), reps.commission_paid, first_grain="month"),
    Kpi("commission_ratio", ("rep", "team"), reps.commission_ratio, first_grain="month"),
)

MARKETING = (
    Kpi("email_delivery_rate", (*MAIL, "rep"), marketing.email_delivery_rate),
    Kpi("email_open_rate", (*MAIL, "rep"), marketing.email_open_rate),
    Kpi("email_click_rate", (*MAIL, "content", "rep"), marketing.email_click_rate),
    Kpi("email_reply_rate", (*MAIL, "rep"), marketing.email_reply_rate),
    Kpi("email_bounce_rate", MAIL, marketing.email_bounce_rate),
    Kpi("email_unsubscribe_rate", MAIL, marketing.email_unsubscribe_rate),
    Kpi(
        "web_sessions",
        ("channel", "source_medium", "landing_page", "market"),
        marketing.web_sessions,
    ),
    Kpi(
        "engaged_session_rate",
        ("channel", "landing_page", "market"),
        marketing.engaged_session_rate,
    ),
    Kpi(
        "session_to_lead_rate",
        ("channel", "campaign", "landing_page", "market"),
        marketing.session_to_lead_rate,
    ),
    Kpi(
        "attributed_revenue",
        tuple(f"{name}__{model}" for name in TOUCHED for model in MODELS),
        marketing.attributed_revenue,
    ),
    Kpi("content_influence", ("content", "content_type", "channel"), marketing.content_influence),
    Kpi("marketing_roi", ("campaign", "channel"), marketing.marketing_roi, first_grain="month"),
)

KPIS = (*REVENUE, *PIPELINE, *LEADS, *CUSTOMERS, *REPS, *MARKETING)


def planted_kpis(company: Company, settings: Settings) -> list[KpiRow]:
    """Every row of every KPI table of a company."""
    books = Books(with_humans(company, settings.as_of_date), settings)
    return [row for kpi in KPIS for row in roll_up(kpi, kpi.facts(books), settings)]
