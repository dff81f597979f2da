"""What the company wants to be told, and where it wants to be: alert rules and objectives."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from proof.company.records import AlertRule, Assignment, Objective


def alert_rules(assignments: Sequence[Assignment]) -> tuple[AlertRule, ...]:
    """A rule of each kind; one is for each slice, one is switched off."""
    team = next(a.team for a in assignments if a.team)
    return tuple(
        AlertRule(rule, kpi, grain, dimension, value, comparison, threshold, *others)
        for rule, kpi, grain, dimension, value, comparison, threshold, *others in [
            ("win_rate_low", "win_rate", "quarter", "total", None, "below", Decimal("0.45"),
             "warning", "Sales"),
            ("churn_high", "churn_rate", "month", None, None, "above", Decimal("0.06"),
             "critical", None),
            ("team_sells_less", "total_revenue", "quarter", "team", None, "change_below",
             Decimal("-0.35"), "info", None),
            ("team_discounts_more", "discount_rate", "quarter", "team", team, "change_above",
             Decimal("0.25"), "info", "Sales", None),
            ("revenue_below_last_year", "total_revenue", "quarter", "total", "total",
             "year_change_below", Decimal("-0.05"), "critical", None),
            ("leads_above_last_year", "lead_volume", "month", "lead_source", None,
             "year_change_above", Decimal("1.5"), "info", None),
            ("leads_unusual", "lead_volume", "month", "total", None, "outside_history",
             Decimal("2.5"), "warning", None),
            ("sessions_unusual", "web_sessions", "week", "total", None, "outside_history",
             Decimal("2.5"), "warning", None),
            ("win_rate_unusual", "win_rate", "quarter", "territory", None, "outside_history",
             Decimal("2.5"), "info", None),
            ("anything_unusual", None, "month", "total", None, "outside_history", Decimal(6),
             "info", None),
            ("target_missed", None, "quarter", "total", None, "target_missed", None, "warning",
             None),
            ("team_target_missed", "total_revenue", "quarter", "team", None, "target_missed", None,
             "warning", "Sales"),
            ("leads_low", "lead_volume", "month", "total", None, "below", Decimal(1000), "info",
             None, False),
            ("source_stale", None, None, None, None, "source_stale", None, "warning",
             "Operations"),
            ("tabular_stale", None, None, None, "tabular", "source_stale", Decimal(400), "info",
             None),
            ("rows_rejected", None, None, None, None, "rejected_share_above", Decimal("0.01"),
             "warning", "Operations"),
        ]
    )  # fmt: skip


def objectives() -> tuple[Objective, ...]:
    """Three goals with the questions that they ask; one is due, one has no baseline."""
    return tuple(
        Objective(*row)
        for row in [
            ("shorter_cycle", "Shorten the sales cycle in Q2",
             "How long does it take to close a deal?", "sales_cycle_days", "quarter", "total",
             "total", Decimal(53), Decimal(50), date(2025, 6, 30), "Sales"),
            ("shorter_cycle", "Shorten the sales cycle in Q2",
             "Do we reach new leads in time?", "speed_to_lead_within_target", "quarter", None,
             None, Decimal("0.40"), Decimal("0.60"), date(2025, 6, 30), None),
            ("better_fit", "Win the deals that we work on", "How many of our deals do we win?",
             "win_rate", "quarter", "total", "total", Decimal("0.48"), Decimal("0.55"),
             date(2025, 12, 31), "Sales"),
            ("loyal_customers", "Keep our customers", "How many customers do we lose?",
             "churn_rate", "month", "total", "total", None, Decimal("0.02"), date(2025, 12, 31),
             "Customer success"),
            ("growth_abroad", "Grow in Iberia", "How much do we sell there?", "total_revenue",
             "quarter", "territory", "Iberia", Decimal(30000), Decimal(60000), date(2025, 12, 31),
             None),
        ]
    )  # fmt: skip
