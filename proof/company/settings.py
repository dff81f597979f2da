"""The settings (dbt vars) that decide what a KPI's value is."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

# The project's own, which the demo may use: nobody in it exists.
BUILT_IN = "sales_kpis"


@dataclass(frozen=True)
class Settings:
    """The vars of `dbt_project.yml` that KPI values depend on; the defaults are the demo's."""

    systems: tuple[str, ...] = (
        "salesforce",
        "hubspot",
        "tabular",
        "mailchimp",
        "google_analytics",
    )
    as_of_date: date = date(2025, 9, 17)
    reporting_currency: str = "EUR"
    reporting_time_zone: str = "Europe/Amsterdam"
    fiscal_year_start_month: int = 4
    conversion_window_days: int = 90
    new_product_months: int = 12
    zero_fill_days: int = 400
    min_sample_size: int = 10
    contract_term_months: int = 12
    churn_grace_days: int = 30
    prior_activity_days: int = 30
    activation_window_days: int = 14
    speed_to_lead_target_hours: int = 24
    gross_margin: Decimal = Decimal("0.8")
    attribution_window_days: int = 180
    include_machine_opens: bool = False
    on_track_attainment: Decimal = Decimal(1)
    at_risk_attainment: Decimal = Decimal("0.9")

    @property
    def zone(self) -> ZoneInfo:
        """The reporting time zone, in which every date is taken."""
        return ZoneInfo(self.reporting_time_zone)

    def as_vars(self) -> dict[str, Any]:
        """The settings as dbt vars, with the mapping of the demo's custom fields."""
        return {
            "systems": list(self.systems),
            "as_of_date": self.as_of_date.isoformat(),
            "reporting_currency": self.reporting_currency,
            "reporting_time_zone": self.reporting_time_zone,
            "fiscal_year_start_month": self.fiscal_year_start_month,
            "conversion_window_days": self.conversion_window_days,
            "new_product_months": self.new_product_months,
            "zero_fill_days": self.zero_fill_days,
            "min_sample_size": self.min_sample_size,
            "contract_term_months": self.contract_term_months,
            "churn_grace_days": self.churn_grace_days,
            "prior_activity_days": self.prior_activity_days,
            "activation_window_days": self.activation_window_days,
            "speed_to_lead_target_hours": self.speed_to_lead_target_hours,
            "gross_margin": float(self.gross_margin),
            "attribution_window_days": self.attribution_window_days,
            "include_machine_opens": self.include_machine_opens,
            "source_mapping": SOURCE_MAPPING,
        }


# The demo's custom Salesforce fields: canonical column name -> name in the raw table.
SOURCE_MAPPING: dict[str, dict[str, dict[str, dict[str, str]]]] = {
    "salesforce": {
        "opportunity": {
            "columns": {
                "competitor": "main_competitor_c",
                "loss_reason": "loss_reason_c",
                "contract_term_months": "contract_term_months_c",
            }
        },
        "account": {"columns": {"territory": "territory_c", "segment": "segment_c"}},
        "lead": {
            "columns": {
                "mql_at": "mql_date_c",
                "sql_at": "sql_date_c",
                "sourced_by_rep_id": "sourced_by_c",
                "disqualified_at": "disqualified_date_c",
                "marketing_team_size": "marketing_team_size_c",
                "web_user_id": "web_user_id_c",
            }
        },
        "contact": {"columns": {"web_user_id": "web_user_id_c"}},
        "event": {"columns": {"status": "meeting_status_c"}},
        "user": {"columns": {"hired_on": "hire_date_c", "left_on": "left_date_c"}},
        "product_2": {"columns": {"launched_on": "launch_date_c", "list_price": "list_price_c"}},
    }
}
