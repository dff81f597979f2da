"""The facts of each KPI, by family."""
